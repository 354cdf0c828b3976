// "Define and Register Jobs". The README's file also imports `@/igniter`, which imports this one: a job gets what it
// needs of the application as its `context`, so the cycle is not needed. The adapter in memory stands for BullMQ's, which
// `jobs_bullmq_test.ts` runs on a real Redis.
import { z } from "zod";
import { createMemoryJobsAdapter } from "@igniter-js/core/drivers/memory";
import { clock } from "./clock.ts";
import { logger } from "./logger.ts";

/**
 * Job queue adapter for background processing
 * @description Handles asynchronous job processing with BullMQ
 */
export const jobs = createMemoryJobsAdapter({
  clock,
  autoStartWorker: {
    concurrency: 2,
    debug: true,
  },
});

export const REGISTERED_JOBS = jobs.merge({
  system: jobs.router({
    namespace: "system",
    jobs: {
      sendWelcomeEmail: jobs.register({
        name: "sendWelcomeEmail",
        input: z.object({
          userId: z.string(),
          email: z.string().email(),
          name: z.string(),
        }),
        handler: async ({ payload, context }) => {
          // Send email using your preferred email service
          await Promise.resolve();
          context.logger.info("Welcome email sent", { userId: payload.userId });
          return { sentAt: new Date(0) };
        },
      }),
    },
    // Define lifecycle hooks for this group of jobs
    onSuccess: (job) => {
      logger.info("Job completed", { id: job.id, name: job.job.name, sentAt: job.result?.sentAt });
    },
    onFailure: (job) => {
      logger.error("Job failed", { id: job.id });
    },
    onStart: (job) => {
      logger.info("Job started", { id: job.id, userId: job.payload.userId });
    },
  }),
});
