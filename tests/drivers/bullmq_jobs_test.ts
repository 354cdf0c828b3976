import { createBullMQAdapter } from "../../drivers/bullmq.ts";
import { testJobs } from "../../drivers/testing.ts";
import { redisIsMissing, startRedis, type TestRedis } from "../redis.ts";

const missing = redisIsMissing();
let redis: TestRedis | undefined;
let count = 0;
Deno.test.beforeAll(async () => {
  if (!missing) redis = await startRedis();
});
Deno.test.afterAll(async () => await redis?.[Symbol.asyncDispose]());

testJobs("R48 bullmq jobs", () => {
  const prefix = `test${++count}`;
  return { make: (options) => createBullMQAdapter({ ...options, url: redis?.url, prefix }) };
}, {
  quiet: 150,
  test: (name, fn) => Deno.test({ name, fn, ignore: missing !== undefined }),
});
