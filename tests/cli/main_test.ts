/** The `igniter` command by itself: help, versions, exit codes, what it says to what it does not know. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { readConfig } from "../project.ts";
import { igniter } from "./_cli.ts";

Deno.test("R62 igniter tells its version", async () => {
  const { code, stdout } = await igniter(["-V"]);
  assertEquals({ code, stdout: stdout.trim() }, { code: 0, stdout: readConfig().version });
});

Deno.test("R62 igniter without arguments and with --help shows commands and examples", async () => {
  for (const args of [[], ["--help"], ["-h"]]) {
    const { code, stdout, stderr } = await igniter(args);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertStringIncludes(stdout, "completions");
    assertStringIncludes(stdout, "igniter init my-app");
  }
});

Deno.test("R62 igniter names the nearest command for one that it does not know, and exits with 2", async () => {
  const { code, stdout, stderr } = await igniter(["completion"]);
  assertEquals({ code, stdout }, { code: 2, stdout: "" });
  assertStringIncludes(stderr, `Unknown command "completion".`);
  assertStringIncludes(stderr, "Did you mean");
  assertStringIncludes(stderr, "completions");
  assertStringIncludes(stderr, `Run "igniter --help"`);
});

Deno.test("R62 igniter exits with 2 for an option that it does not know", async () => {
  const { code, stderr } = await igniter(["completions", "bash", "--nope"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, `Unknown option "--nope".`);
  assertStringIncludes(stderr, `Run "igniter completions bash --help"`);
});
