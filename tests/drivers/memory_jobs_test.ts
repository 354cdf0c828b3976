import { createMemoryJobsAdapter } from "../../drivers/memory.ts";
import { testJobs } from "../../drivers/testing.ts";
import { createFakeClock } from "../../server/testing/clock.ts";

const clock = createFakeClock({ now: Date.UTC(2026, 0, 5, 12) });
testJobs("R48 memory jobs", () => ({ make: (options) => createMemoryJobsAdapter({ ...options, clock }) }), {
  advance: (ms) => clock.advance(ms),
  capabilities: { shared: false },
});
