import { createMemoryDatabase } from "./database.memory.ts";
import type { Database } from "./database.types.ts";
import { store } from "./store.ts";

/** The application's database. */
export const database: Database = createMemoryDatabase(store);
