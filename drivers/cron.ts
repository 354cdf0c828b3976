/**
 * Timetables for the drivers of jobs, computed as BullMQ computes them: by the same library.
 *
 * @module
 */
import { CronExpressionParser } from "cron-parser";

/**
 * Gives the next time of a cron pattern strictly after `after`, both in milliseconds.
 *
 * @throws Error for a pattern or time zone that does not exist.
 */
export function nextCron(pattern: string, timeZone: string, after: number): number {
  return CronExpressionParser.parse(pattern, { tz: timeZone, currentDate: new Date(after) }).next().getTime();
}
