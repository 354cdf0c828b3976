/**
 * Runs the `igniter` command as a shell does: a process of its own, without a terminal.
 *
 * @module
 */
import { join } from "node:path";
import { type Finished, root } from "../project.ts";

/** Runs `igniter` with arguments. */
export async function igniter(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Finished> {
  const config = Deno.env.get("IGNITER_CLI_CONFIG") ?? join(root, "deno.json");
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--config", config, join(root, "cli/main.ts"), ...args],
    cwd: options.cwd ?? root,
    stdin: "null",
    // RUST_BACKTRACE appends Deno's own stack to each of its messages.
    env: { NO_COLOR: "1", RUST_BACKTRACE: "0", ...options.env },
  }).output();
  const text = new TextDecoder();
  return { code: output.code, stdout: text.decode(output.stdout), stderr: text.decode(output.stderr) };
}
