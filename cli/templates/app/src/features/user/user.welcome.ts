import type { JobHandle } from "@igniter-js/core";
import { igniter } from "../../igniter.ts";
import type { User } from "../../services/database.types.ts";

/** Milliseconds until the email is sent. */
const DELAY = 500;

/** Schedules a user's welcome email. There is one for each user: a second call gives the same job. */
export async function scheduleWelcome(
  { id, email, name }: User,
): Promise<JobHandle<{ sentAt: Date }, { percent: number }>> {
  return await igniter.jobs.system.schedule({
    task: "sendWelcomeEmail",
    delay: DELAY,
    jobId: `welcome-${id}`,
    input: { userId: id, email, name },
  });
}
