// Step 2: Define the Application Context
import { database } from "./services/database.ts";

/**
 * Creates the base context for every request.
 * This function is called at the beginning of each API request.
 * @returns An object containing dependencies to be injected.
 */
export const createIgniterAppContext = () => {
  return {
    database,
  };
};

export type IgniterAppContext = ReturnType<typeof createIgniterAppContext>;
