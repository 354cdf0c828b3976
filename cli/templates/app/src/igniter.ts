import { Igniter } from "@igniter-js/core";
import process from "node:process";
// Relative imports name the file, ".ts" included: Deno reads no other form, and TypeScript elsewhere (Next.js, for one)
// takes it with `allowImportingTsExtensions` in tsconfig.json.
import { createIgniterAppContext } from "./igniter.context.ts";
import { session } from "./features/user/procedures/session.procedure.ts";
import { scopesOf } from "./features/user/user.scopes.ts";
import { jobs, REGISTERED_JOBS } from "./services/jobs.ts";
import { logger } from "./services/logger.ts";
import { store } from "./services/store.ts";

/** In development clients see the messages of unknown errors, and the page is bundled for debugging. */
export const isDevelopment = process.env["NODE_ENV"] === "development";

/** The one instance: procedures, actions, controllers and the router are made with it. */
export const igniter = Igniter
  .context(createIgniterAppContext)
  .config({ cookieSecrets: [process.env["COOKIE_SECRET"] || randomSecret()], development: isDevelopment })
  .logger(logger)
  .store(store)
  .jobs(jobs.merge(REGISTERED_JOBS))
  .use(session)
  .realtime({
    // Who may hear what is decided here, when a page connects; it cannot ask for more.
    scopes: async ({ context }) => scopesOf(await context.session()),
    identity: async ({ context }) => (await context.session())?.userId,
  })
  .create();

/** Good for development: cookies signed with it mean nothing to the next process, nor to another one beside it. */
function randomSecret(): string {
  logger.warn("COOKIE_SECRET is not set: sessions end with this process. In production, set 32 characters or more.");
  return crypto.randomUUID() + crypto.randomUUID();
}
