/** `since`: what became old between a page's first fetch and its connection. */

import { Igniter } from "@igniter-js/core";
import { createMemoryStoreAdapter } from "@igniter-js/core/drivers/memory";
import { assertEquals } from "@std/assert";
import { channels, chat, EventReader, type Frame } from "./_events.ts";

const oldOf = (frames: readonly Frame[]) =>
  frames.filter(({ event }) => event === "revalidate").map(({ data }) => data.targets);

for (const kind of ["without a store", "with a store"] as const) {
  const make = () => chat(kind === "with a store" ? { store: createMemoryStoreAdapter() } : {});

  Deno.test(`R26 ${kind}: with since, revalidations of that time are told again, and messages from before are not`, async () => {
    const { igniter, router, connect } = make();
    // Somebody listens, so this process follows the log.
    const other = await connect(channels("chat.feed"));
    await other.upTo("ready");
    await igniter.realtime.revalidate("chat.list");
    await igniter.realtime.publish("chat.feed", "from before");
    await igniter.realtime.revalidate("chat.secret", { scopes: ["user:ada"] });
    await other.upTo("message");

    const fresh = await connect(`${channels("chat.feed")}&since=5000`);
    const frames = await fresh.upTo("ready");
    assertEquals(frames.map(({ event }) => event), ["open", "revalidate", "ready"]);
    assertEquals(oldOf(frames), [[{ path: "chat.list" }]]);
    await igniter.realtime.publish("chat.feed", "from then on");
    assertEquals((await fresh.take(1)).map(({ data }) => data.data), ["from then on"]);

    const without = await connect(channels("chat.feed"));
    assertEquals((await without.upTo("ready")).map(({ event }) => event), ["open", "ready"]);
    await router.close();
  });

  Deno.test(`R26 ${kind}: with since, nothing is told when nothing ever happened`, async () => {
    const { router, connect } = make();
    const fresh = await connect("?since=5000");
    assertEquals((await fresh.upTo("ready")).map(({ event }) => event), ["ready"]);
    await router.close();
  });
}

Deno.test("R26 a process that does not know what became old since then says that everything may have", async () => {
  const store = createMemoryStoreAdapter();
  const before = chat({ store });
  await before.igniter.realtime.revalidate("chat.list");
  await before.router.close();
  const { router, connect } = chat({ store });
  const first = await connect("?since=5000");
  const frames = await first.upTo("ready");
  assertEquals(oldOf(frames), [[{ path: "*" }]]);
  // Who has a last id is told by that, whatever he says of since.
  const again = await connect("?since=5000", { "last-event-id": String(frames.at(-1)?.id) });
  assertEquals((await again.upTo("ready")).map(({ event }) => event), ["ready"]);
  await router.close();
});

Deno.test("R26 since counts from when the request came, however long its context takes to be made", async () => {
  const { now } = Date;
  let later = 0;
  Date.now = () => now() + later;
  try {
    const igniter = Igniter.context(() => (later += 8000, {})).create();
    const list = igniter.query({ handler: () => [] });
    const router = igniter.router({ controllers: { chat: igniter.controller({ path: "/chat", actions: { list } }) } });
    const connect = async (search: string) =>
      new EventReader(await router.handler(new Request(`http://localhost/api/v1/_/events${search}`)));
    await (await connect("")).upTo("ready");
    await igniter.realtime.revalidate("chat.list");
    const fresh = await connect("?since=5000");
    assertEquals(oldOf(await fresh.upTo("ready")), [[{ path: "chat.list" }]]);
    await router.close();
  } finally {
    Date.now = now;
  }
});

Deno.test("R26 a since that is no number is refused", async () => {
  const { router, connect } = chat();
  for (const since of ["-1", "1.5", "soon", "", "1".repeat(16)]) {
    const reader = await connect(`?since=${since}`);
    assertEquals(reader.status, 400, since);
    await reader.cancel();
  }
  await router.close();
});
