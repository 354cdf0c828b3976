/**
 * Node and npm, as tests use them.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Whether tests that need Node and npm are ignored: there is none. On CI they run, and fail. */
export function withoutNpm(): boolean {
  const found = ["node", "npm"].every((name) =>
    (Deno.env.get("PATH") ?? "").split(delimiter).some((folder) => existsSync(join(folder, name)))
  );
  return !found && Deno.env.get("CI") === undefined;
}

/** Runs a program to its end and gives what it printed. @throws Error with that when it fails. */
export async function run(command: string, args: string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, cwd, env: environment() }).output();
  const [printed, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)) as [string, string];
  if (!success) throw new Error(`Cannot run ${command} ${args.join(" ")}: it failed\n${printed}${complained}`);
  return printed;
}

/** What programs are started with: no colours, no stacks of Deno's own, nothing that reports home. */
export function environment(): Record<string, string> {
  return {
    NO_COLOR: "1",
    RUST_BACKTRACE: "0",
    NEXT_TELEMETRY_DISABLED: "1",
    npm_config_loglevel: "error",
    npm_config_update_notifier: "false",
  };
}
