/**
 * A running `igniter dev`: the process, the watcher, the feed, and how all of it ends.
 *
 * @module
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CliError } from "../errors.ts";
import type { Project } from "../project/find.ts";
import { agentText } from "./agent.ts";
import { receiveFeed } from "./feed.ts";
import { type DevOptions, IGNITER, planDev } from "./plan.ts";
import type { DevSession } from "./session_types.ts";
import { type Observer, SessionState } from "./state.ts";
import { Supervisor } from "./supervisor.ts";
import { watchProject } from "./watcher.ts";

/** What a session is made of. */
export interface SessionOptions extends DevOptions {
  readonly project: Pick<Project, "root" | "runtime">;
  /** A free port. */
  readonly port: number;
  /** What is said first, such as why it is another port than the one asked for. */
  readonly notes: readonly string[];
  readonly observer?: Observer | undefined;
}

/** A session, with the way to end it when there is no time. */
export interface RunningSession extends DevSession {
  /** Ends everything by force. */
  kill(): void;
}

/** Starts a session. @throws CliError when there is nothing to start. */
export function startSession(options: SessionOptions): RunningSession {
  const { project: { root, runtime }, port, notes, observer } = options;
  using starting = new DisposableStack();
  const folder = starting.adopt(Deno.makeTempDirSync({ prefix: "igniter_dev_" }), removeFolder);
  const agent = join(folder, "agent.mjs");
  Deno.writeTextFileSync(agent, agentText());
  const feed = starting.adopt(receiveFeed((event) => state.addEvent(plan.name, event)), (each) => each.close());
  const plan = planDev(options, {
    root,
    runtime,
    deno: Deno.execPath(),
    windows: Deno.build.os === "windows",
    port,
    agent: pathToFileURL(agent).href,
    feed,
    nodeOptions: Deno.env.get("NODE_OPTIONS"),
    exists: (path) => isFile(join(root, path)),
  });
  const names = plan.name === IGNITER ? [IGNITER] : [IGNITER, plan.name];
  const state = new SessionState(names, observer);
  const say = (text: string, error = false): void => state.addLine(IGNITER, text, error);
  for (const note of notes) say(note);
  if (plan.name !== IGNITER) state.change(IGNITER, { pid: Deno.pid, status: "running" });
  const supervisor = new Supervisor({ plan, root, port, state, say });
  const watcher = starting.adopt(watchProject(root, (files) => supervisor.change(files)), (each) => each.close());
  try {
    supervisor.start();
  } catch (cause) {
    const [program = ""] = plan.argv;
    throw new CliError(`Cannot start ${plan.name}: there is no program ${program}`, { cause });
  }

  const ending = Promise.withResolvers<void>();
  const held = starting.move();
  let stopping: Promise<void> | undefined;
  return {
    startedAt: state.startedAt,
    ended: ending.promise,
    get processes() {
      return state.processes;
    },
    get events() {
      return state.events;
    },
    onChange: (listener) => state.onChange(listener),
    restart: () => supervisor.restart(),
    clear: (target) => state.clear(target),
    stop: () => stopping ??= stop(),
    kill: () => supervisor.kill(),
  };

  async function stop(): Promise<void> {
    watcher.close();
    try {
      await supervisor.stop();
    } finally {
      if (plan.name !== IGNITER) state.change(IGNITER, { status: "stopped" });
      held.dispose();
      ending.resolve();
    }
  }
}

function removeFolder(folder: string): void {
  Deno.removeSync(folder, { recursive: true });
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
