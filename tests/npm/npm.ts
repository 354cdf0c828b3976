/**
 * Node and npm, as tests use them.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Declares a test that needs Node and npm: ignored, and its name says why, where they are absent; failing with `CI` set. */
export type DeclareNpmTest = (name: string, fn: () => Promise<void> | void) => void;

/** What tests of the npm package share. */
export interface NpmTests {
  /** Whether they are ignored. */
  readonly ignore: boolean;
  /** Declares one. */
  readonly testNpm: DeclareNpmTest;
}

/** Lets the tests of a file share what `start` makes, which is made before the first, and disposed of after the last. */
export function shareNpm(start: () => Promise<AsyncDisposable>): NpmTests {
  const ignore = !hasNpm() && !Deno.env.get("CI");
  let shared: AsyncDisposable | undefined;
  Deno.test.beforeAll(async () => {
    if (!ignore) shared = await start();
  });
  Deno.test.afterAll(async () => {
    await shared?.[Symbol.asyncDispose]();
  });
  return {
    ignore,
    testNpm: (name, fn) => {
      Deno.test({ name: ignore ? `${name} (ignored: Node or npm is not installed)` : name, ignore, fn });
    },
  };
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

function hasNpm(): boolean {
  const folders = (Deno.env.get("PATH") ?? "").split(delimiter);
  return ["node", "npm"].every((name) => folders.some((folder) => existsSync(join(folder, name))));
}
