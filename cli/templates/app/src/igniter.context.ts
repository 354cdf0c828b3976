import { database } from "./services/database.ts";

/** Makes the context of one request: what handlers and procedures find in `context`. */
export function createIgniterAppContext() {
  return { database };
}

/** The context of the application. */
export type IgniterAppContext = ReturnType<typeof createIgniterAppContext>;
