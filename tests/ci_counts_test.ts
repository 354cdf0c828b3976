/**
 * How `.ci/run` counts: what it says last must be what Deno found out.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { root } from "./project.ts";

async function countsOf(log: string): Promise<{ said: string; code: number }> {
  const process = new Deno.Command("awk", {
    args: ["-f", join(root, ".ci/counts.awk")],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = process.stdin.getWriter();
  await input.write(new TextEncoder().encode(log));
  await input.close();
  const { code, stdout } = await process.output();
  return { said: new TextDecoder().decode(stdout).trim(), code };
}

Deno.test(".ci/run counts the tests of a run that passed", { ignore: Deno.build.os === "windows" }, async () => {
  assertEquals(await countsOf("a ... ok (1ms)\n\nok | 120 passed (3 steps) | 0 failed | 2 ignored (1 step) (12s)\n"), {
    said: "120 passed, 0 failed",
    code: 0,
  });
});

Deno.test(".ci/run counts the tests of a run that failed", { ignore: Deno.build.os === "windows" }, async () => {
  assertEquals(
    await countsOf("FAILED | 7 passed | 1 failed (2 steps) (90ms)\n\nerror: Test failed\n"),
    { said: "7 passed, 1 failed", code: 1 },
  );
});

Deno.test(".ci/run adds up several runs", { ignore: Deno.build.os === "windows" }, async () => {
  assertEquals(await countsOf("ok | 2 passed | 0 failed (1s)\nok | 3 passed | 0 failed | 9 filtered out (1s)\n"), {
    said: "5 passed, 0 failed",
    code: 0,
  });
});

Deno.test(".ci/run fails when no test ran", { ignore: Deno.build.os === "windows" }, async () => {
  const nothing = { said: "0 passed, 0 failed", code: 1 };
  assertEquals(await countsOf("error: Type checking failed.\n"), nothing);
  assertEquals(await countsOf("ok | 0 passed | 0 failed (0ms)\n"), nothing);
  assertEquals(await countsOf("a test that says: 5 passed | 5 failed\n"), nothing);
});
