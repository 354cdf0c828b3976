/** A process of its own that writes to a SQLite store: `_sqlite_worker.ts <path> <name>`. */
import { createSqliteStoreAdapter } from "../../drivers/sqlite_store.ts";

const [path = "", name = ""] = Deno.args;
const store = createSqliteStoreAdapter({ path });
const last = name === "endless" ? Infinity : 200;
for (let number = 1; number <= last; number++) {
  await store.append("news", `${name}${number}`, { limit: 1000 });
  await store.increment("count");
  if (last === Infinity) console.log(number);
}
await store.publish("done", name);
await store.close();
