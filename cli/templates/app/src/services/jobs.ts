import type { JobsAdapter } from "@igniter-js/core";
import { createSqliteJobsAdapter } from "@igniter-js/core/drivers/sqlite";
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { z } from "zod";
import { logger } from "./logger.ts";
import { store } from "./store.ts";

/**
 * Keeps the jobs. With REDIS_URL they are in Redis, by BullMQ, and any of the processes runs them. Without, they are in a
 * file in the folder that DATA_DIR names, or one for this process alone.
 */
export const jobs: JobsAdapter = await createJobs(process.env["REDIS_URL"]);

/** Milliseconds that a part of sending takes, where nothing is sent. */
const STEP = 150;

export const REGISTERED_JOBS = jobs.merge({
  system: jobs.router({
    namespace: "system",
    jobs: {
      sendWelcomeEmail: jobs.register({
        name: "sendWelcomeEmail",
        input: z.object({ userId: z.string(), email: z.email(), name: z.string() }),
        // Whoever watches the job gets it typed: see CreateUserForm.
        progress: z.object({ percent: z.number() }),
        attempts: 3,
        backoff: { type: "exponential", delay: 1_000 },
        handler: async ({ payload, context, job, signal }) => {
          // Send the email with the service of your choice.
          for (const percent of [25, 50, 75, 100]) {
            await pause(STEP, signal);
            await job.progress({ percent });
          }
          context.logger.info("Welcome email sent", { userId: payload.userId });
          return { sentAt: new Date() };
        },
      }),
    },
    onFailure: (job) => logger.error("A welcome email was not sent", { userId: job.payload.userId }),
  }),
});

async function createJobs(redisUrl: string | undefined): Promise<JobsAdapter> {
  const autoStartWorker = process.env["JOBS_WORKER"] === "on" && { concurrency: 2 };
  if (redisUrl) {
    // Loading BullMQ is most of what a start takes, so it is loaded where it is used.
    const { createBullMQAdapter } = await import("@igniter-js/core/drivers/bullmq");
    return createBullMQAdapter({ store, autoStartWorker, prefix: "app" });
  }
  const folder = process.env["DATA_DIR"] || mkdtempSync(join(tmpdir(), "igniter_data_"));
  mkdirSync(folder, { recursive: true });
  return createSqliteJobsAdapter({ path: join(folder, "jobs.db"), autoStartWorker });
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}
