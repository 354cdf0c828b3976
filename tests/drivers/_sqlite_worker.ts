/** A process of its own that writes to a SQLite store: `_sqlite_worker.ts <path> <name>`. */
import { createSqliteStoreAdapter } from "../../drivers/sqlite_store.ts";

const [path = "", name = ""] = Deno.args;
const store = createSqliteStoreAdapter({ path });
for (let number = 0; number < 200; number++) {
  await store.increment("count");
  await store.append("news", `${name}${number}`, { limit: 1000 });
}
await store.publish("done", name);
await store.close();
