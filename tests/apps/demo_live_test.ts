/**
 * What the demo app lets whom hear, in process; `tests/browser/demo_live_test.ts` shows it on the page.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { testCaller } from "@igniter-js/core/testing";
import { igniter } from "../../cli/templates/app/src/igniter.ts";
import { AppRouter } from "../../cli/templates/app/src/igniter.router.ts";
import { database } from "../../cli/templates/app/src/services/database.ts";

const caller = testCaller(AppRouter, { context: { database } });

/** Creates a user and signs him in. */
async function createUser(name: string): Promise<Record<string, string>> {
  const body = { name, email: `${name.toLowerCase()}@live.example`, password: "analytical-engine" };
  await caller.users.create.mutate.orThrow({ body });
  const { token } = await caller.sessions.signIn.mutate.orThrow({ body });
  return { authorization: `Bearer ${token}` };
}

/** Connects as a page does. */
async function connect(headers: Record<string, string>, search = ""): Promise<
  AsyncDisposable & {
    /** The frames from the last one that was taken to the next revalidation of a key, that one left out. */
    until(key: string): Promise<string[]>;
  }
> {
  const url = `http://localhost/api/v1/_/events?channel=notifications.stream${search}`;
  const response = await AppRouter.handler(new Request(url, { headers }));
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const read = async (end: RegExp): Promise<string> => {
    for (;;) {
      const found = end.exec(text);
      if (found) {
        const before = text.slice(0, found.index);
        text = text.slice(found.index + found[0].length);
        return before;
      }
      const { done, value } = await reader.read();
      if (done) throw new Error(`Cannot find ${end}: the connection has ended after ${text}`);
      text += value;
    }
  };
  const opening = await read(/event: ready\n[^]*?\n\n/);
  let first = true;
  return {
    async until(key) {
      const frames = await read(
        new RegExp(`(?:id: .*\\n)?event: revalidate\\n(?:id: .*\\n)?data: .*"${key}".*\\n(?:id: .*\\n)?\\n`),
      );
      const all = (first ? opening : "") + frames;
      first = false;
      return [...all.matchAll(/^event: (\w+)\n(?:id: .*\n)?data: (.*)$/gm)].map(([, event, data]) =>
        `${event} ${data}`
      );
    },
    [Symbol.asyncDispose]: () => reader.cancel(),
  };
}

Deno.test("R21 R22 the demo app's live updates are for those who signed in: a stranger hears nothing, forged scopes or not", async () => {
  const headers = await createUser("Hedy");
  await using user = await connect(headers);
  await using stranger = await connect({}, "&scope=signed-in");
  await caller.users.create.mutate.orThrow({ body: { name: "Dana", email: "dana@live.example" } });
  // Everybody's, so that who has heard nothing before it never will.
  await igniter.realtime.revalidate("users.byId");

  const heard = (await user.until("users.byId")).map((frame) => frame.replace(/"at":"[^"]*"/, '"at":"…"'));
  assertEquals(heard.map((frame) => frame.split(" ")[0]), ["open", "revalidate", "message"]);
  assertEquals(JSON.parse(heard[1]!.slice("revalidate ".length)), { targets: [{ path: "users.list" }] });
  assertEquals(JSON.parse(heard[2]!.slice("message ".length)).data, { text: "Dana has joined.", at: "…" });
  const refused = await stranger.until("users.byId");
  assertEquals(refused.length, 1);
  assertEquals([refused[0]!.split(" ")[0], refused[0]!.includes("ERR_UNAUTHORIZED")], ["error", true]);
});

Deno.test("R21 signing out of the demo app tells that user's other windows, and nobody else", async () => {
  const [mine, theirs] = [await createUser("Ida"), await createUser("Eve")];
  await using me = await connect(mine);
  await using other = await connect(theirs);
  await caller.with({ headers: mine }).sessions.signOut.mutate.orThrow();
  await igniter.realtime.revalidate("users.byId");
  const targets = async (connection: typeof me) =>
    (await connection.until("users.byId")).filter((frame) => frame.includes("sessions.current")).length;
  assertEquals([await targets(me), await targets(other)], [1, 0]);
});
