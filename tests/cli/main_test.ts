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
    for (const name of ["init", "dev", "generate", "routes", "info"]) assertStringIncludes(stdout, name);
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

/** What a shell offers, once it has read the script. */
async function completeInBash(script: string, words: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: [
      "--noprofile",
      "--norc",
      "-c",
      `eval "$SCRIPT"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _igniter; printf '%s\\n' "\${COMPREPLY[@]}"`,
      "bash",
      ...words,
    ],
    env: { SCRIPT: script },
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim().split("\n").map((word) => word.trim());
}

Deno.test("R62 igniter completions give scripts for bash, zsh and fish that know commands and options", async () => {
  const bash = await igniter(["completions", "bash"]);
  assertEquals(bash.code, 0);
  assertEquals(await completeInBash(bash.stdout, ["igniter", "gen"]), ["generate"]);
  assertEquals(await completeInBash(bash.stdout, ["igniter", "generate", "feat"]), ["feature"]);
  assertEquals(await completeInBash(bash.stdout, ["igniter", "generate", "feature", "--dry"]), ["--dry-run"]);
  for (const shell of ["zsh", "fish"]) {
    const { code, stdout } = await igniter(["completions", shell]);
    assertEquals(code, 0);
    for (const word of ["igniter", "generate", "feature", "dry-run"]) assertStringIncludes(stdout, word, shell);
  }
});

Deno.test("R62 a failure of Igniter's own exits with 1 and shows where it happened", async () => {
  // A folder in the place of the configuration: no command expects that.
  const folder = Deno.makeTempDirSync({ prefix: "igniter_cli_" });
  try {
    Deno.mkdirSync(`${folder}/deno.json`);
    const { code, stdout, stderr } = await igniter(["routes"], { cwd: folder });
    assertEquals({ code, stdout }, { code: 1, stdout: "" });
    assertStringIncludes(stderr, "Igniter itself failed");
    assertStringIncludes(stderr, "find.ts");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
