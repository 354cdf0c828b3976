/**
 * Keeps one process running, and starts it anew on changes.
 *
 * ```text
 *              answers at its port            change, restart()
 *  starting ─────────────────────► running ──────────────────────► restarting ──► starting
 *     │                               │   sources cannot be loaded: stays running
 *     └───────── ends by itself ──────┴──► failed, or stopped (code 0) ── change, restart() ──► starting
 * ```
 *
 * Changes that come while it restarts are one more restart at most.
 *
 * @module
 */
import { type Child, startChild } from "./child.ts";
import { readEnvFile } from "./env_file.ts";
import { toPlainText } from "./lines.ts";
import type { DevPlan } from "./plan.ts";
import { waitForPort } from "./ports.ts";
import type { SessionState } from "./state.ts";

/** What a supervisor is made of. */
export interface SupervisorOptions {
  readonly plan: DevPlan;
  readonly root: string;
  readonly port: number;
  readonly state: SessionState;
  /** Says something beside what the process itself says. */
  readonly say: (text: string, error?: boolean) => void;
}

/** Milliseconds that a process has to end when it is asked to. */
const GRACE = 5_000;
/** The same before a restart, which a handler that takes its time must not hold back: somebody waits for it. */
const RESTART_GRACE = 2_000;

/** Milliseconds that a process has to listen before it is called running all the same. */
const PATIENCE = 15_000;

/** Keeps one process running. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  #child: Child | undefined = undefined;
  /** The one before, while it is being ended. */
  #leaving: Child | undefined = undefined;
  /** Ends the waiting for the port. */
  #waiting = new AbortController();
  /** What has changed since the last start. */
  readonly #changed = new Set<string>();
  /** When the first of it did, to tell how long all of it took. */
  #changedAt = 0;
  #forced = false;
  #turning: Promise<void> | undefined = undefined;
  #stopped = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Starts the process. @throws Deno.errors.NotFound when there is no such program. */
  start(): void {
    this.#spawn("Ready");
  }

  /** Files have changed. */
  change(files: readonly string[]): void {
    if (!this.#options.plan.restarts && this.#child !== undefined) return;
    if (this.#changed.size === 0) this.#changedAt = performance.now();
    for (const file of files) this.#changed.add(file);
    this.#turn().catch((error) => this.#options.say(String(error), true));
  }

  /** Ends the process and starts it anew, whatever its sources look like. */
  async restart(): Promise<void> {
    if (this.#changed.size === 0) this.#changedAt = performance.now();
    this.#forced = true;
    await this.#turn();
  }

  /** Ends the process for good. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting.abort();
    await this.#child?.stop(GRACE);
    await this.#turning?.catch(() => {});
  }

  /** Ends it by force. */
  kill(): void {
    this.#child?.kill();
    this.#leaving?.kill();
  }

  #turn(): Promise<void> {
    return this.#turning ??= this.#takeTurns().finally(() => this.#turning = undefined);
  }

  async #takeTurns(): Promise<void> {
    while (!this.#stopped && (this.#forced || this.#changed.size > 0)) await this.#next();
  }

  async #next(): Promise<void> {
    const { plan, say, state } = this.#options;
    const files = [...this.#changed];
    const forced = this.#forced;
    this.#changed.clear();
    this.#forced = false;
    const child = this.#child;
    if (child !== undefined && !forced && !await this.#canLoad(files)) return;
    // What has changed meanwhile is judged first: it may be the other half of the same edit.
    if (!forced && this.#changed.size > 0) return void files.forEach((file) => this.#changed.add(file));
    if (this.#stopped) return;
    const why = forced && files.length === 0 ? "Restarted" : `Restarted for ${summarise(files)}`;
    if (child === undefined) return this.#spawn(why);
    state.change(plan.name, { status: "restarting" });
    this.#waiting.abort();
    this.#child = undefined;
    this.#leaving = child;
    const before = performance.now();
    await child.stop(RESTART_GRACE);
    this.#leaving = undefined;
    const took = performance.now() - before;
    if (took > 1_000) say(`The application took ${Math.round(took)} ms to end`);
    if (this.#stopped) return;
    // It reads what is there now.
    this.#changed.clear();
    this.#spawn(why);
  }

  #spawn(why: string): void {
    const { plan, root, state, port, say } = this.#options;
    const start = this.#changedAt === 0 ? performance.now() : this.#changedAt;
    this.#changedAt = 0;
    const child = startChild({
      argv: plan.argv,
      cwd: root,
      env: { ...(plan.readsEnvFile ? readEnvFile(root) : undefined), ...plan.env },
      onLine: (text, error) => state.addLine(plan.name, text, error),
    });
    this.#child = child;
    state.change(plan.name, { status: "starting", pid: child.pid });
    const waiting = this.#waiting = new AbortController();
    waitForPort(port, PATIENCE, waiting.signal).then((answers) => {
      if (this.#child !== child || waiting.signal.aborted) return;
      state.change(plan.name, { status: "running" });
      if (!answers) return say(`${why}: it runs, but nobody answers at port ${port}; does it listen at PORT?`);
      say(`${why}: http://localhost:${port} answers after ${Math.round(performance.now() - start)} ms`);
    });
    child.ended.then((code) => {
      waiting.abort();
      if (this.#child === child) this.#child = undefined;
      else if (!this.#stopped) return;
      state.change(plan.name, { pid: undefined, status: code === 0 || this.#stopped ? "stopped" : "failed" });
      if (this.#stopped) return;
      // What it started may still hold its port.
      child.kill();
      say(`${plan.name} has ended with code ${code}; it starts again when a file changes`, code !== 0);
    });
  }

  /** Tells whether the sources can be loaded, and says why they cannot. */
  async #canLoad(files: readonly string[]): Promise<boolean> {
    const { plan, root, say } = this.#options;
    const [program, ...args] = plan.check ?? [];
    if (program === undefined) return true;
    const { success, stderr } = await new Deno.Command(program, {
      args,
      cwd: root,
      // With a backtrace of its own Deno explains nothing.
      env: { NO_COLOR: "1", RUST_BACKTRACE: "0" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (success) return true;
    say(`Not restarted for ${summarise(files)}, the application goes on as it was:`, true);
    for (const line of new TextDecoder().decode(stderr).trim().split("\n")) say(toPlainText(line), true);
    return false;
  }
}

/** `main.ts`, or `main.ts and 3 more`. */
function summarise([first = "a change", ...more]: readonly string[]): string {
  return more.length === 0 ? first : `${first} and ${more.length} more`;
}
