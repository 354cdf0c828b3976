import { createSqliteJobsAdapter } from "../../drivers/sqlite.ts";
import { testJobs } from "../../drivers/testing.ts";
import { createFakeClock } from "../../server/testing/clock.ts";

const clock = createFakeClock({ now: Date.UTC(2026, 0, 5, 12) });
testJobs("R48 sqlite jobs", () => {
  const folder = Deno.makeTempDirSync();
  return {
    make: (options) => createSqliteJobsAdapter({ ...options, clock, path: `${folder}/jobs.db`, pollInterval: 10 }),
    end: () => Deno.removeSync(folder, { recursive: true }),
  };
}, { advance: (ms) => clock.advance(ms) });
