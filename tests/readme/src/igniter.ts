// Step 1: Initialize Igniter. Throughout this folder the README's "@/…" is a relative path with its file extension: an
// alias would have to stand in the package's own deno.json. `.context<IgniterAppContext>()` is read as
// `.context(createIgniterAppContext)` (D2); the type-only form is tested beside it.
import { createIgniterAppContext } from "./igniter.context.ts";
import { Igniter } from "@igniter-js/core";
import { logger } from "./services/logger.ts";
import { store } from "./services/store.ts";
import { jobs, REGISTERED_JOBS } from "./services/jobs.ts";
import { telemetry } from "./services/telemetry.ts";

export const igniter = Igniter
  .context(createIgniterAppContext)
  .logger(logger)
  .store(store)
  .jobs(jobs.merge(REGISTERED_JOBS))
  .telemetry(telemetry)
  .create();
