/**
 * Formats sources as a project does.
 *
 * @module
 */
import { CliError } from "../errors.ts";

/** Formats a source as the configuration of the project in `root` says. */
export async function formatSource(text: string, root: string, ext: "ts" | "json" = "ts"): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--ext", ext, "-"],
    cwd: root,
    env: { NO_COLOR: "1", RUST_BACKTRACE: "0" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = child.output();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { code, stdout, stderr } = await output;
  if (code === 0) return new TextDecoder().decode(stdout);
  throw new CliError("Cannot format what was generated: deno fmt failed", {
    hint: new TextDecoder().decode(stderr).trim(),
  });
}

/** Tells whether a source is formatted already. */
export async function isFormatted(text: string, root: string): Promise<boolean> {
  return await formatSource(text, root) === text;
}
