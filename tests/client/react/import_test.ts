/**
 * What importing the client does: nothing.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { root, runDeno } from "../../project.ts";

/** Notes each use of what works or listens, then imports an entry, and makes a client of it. */
const program = (entry: string) => `
  // What the client stands on is not asked about.
  await import("react");
  await import("@tanstack/react-query");
  const used = [];
  const trap = (owner, name) => {
    const real = owner[name];
    owner[name] = function (...given) {
      used.push(name);
      return real.apply(this, given);
    };
  };
  const names = ["fetch", "setTimeout", "setInterval", "queueMicrotask", "addEventListener", "reportError"];
  for (const name of names) trap(globalThis, name);
  for (const name of ["WebSocket", "EventSource", "BroadcastChannel", "Worker"]) {
    globalThis[name] = class {
      constructor() {
        used.push(name);
      }
    };
  }
  const before = Reflect.ownKeys(globalThis).length;
  const { createIgniterClient } = await import(${JSON.stringify(entry)});
  const imported = [...used];
  const api = createIgniterClient({ baseURL: "http://localhost" });
  typeof api.users.list.query;
  const made = [...used];
  await api.users.list.query(undefined, { retry: 0, fetch: async () => Response.json({ data: 1, error: null }) });
  setTimeout(() => {});
  console.log(JSON.stringify({
    imported, made, globals: Reflect.ownKeys(globalThis).length - before, works: used.includes("setTimeout"),
  }));
`;

for (const entry of ["client", "client/core"]) {
  Deno.test(`R38 importing ./${entry} and making a client fetches nothing, sets no timer and hears nothing`, async () => {
    const folder = Deno.makeTempDirSync({ prefix: "igniter_import_" });
    try {
      const main = join(folder, "main.js");
      Deno.writeTextFileSync(main, program(`@igniter-js/core/${entry}`));
      const config = ["--config", join(root, "deno.json")];
      const { stdout, stderr } = await runDeno(["run", "-A", "--no-check", ...config, main]);
      assertEquals(JSON.parse(stdout || "null"), { imported: [], made: [], globals: 0, works: true }, stderr);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}
