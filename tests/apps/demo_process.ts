/**
 * The demo app as a process of its own, as `deno task dev` starts it.
 *
 * @module
 */
import { join } from "node:path";
import { root } from "../project.ts";

/** A running demo app. */
export interface DemoProcess extends AsyncDisposable {
  /** What it printed once it listened, colours and all. */
  readonly guide: string;
  /** The address of its page. */
  readonly page: string;
  /** The address of its API. */
  readonly base: string;
  /** Ends it with a signal, and gives its exit code. */
  end(signal: Deno.Signal): Promise<number>;
}

const LAST_LINE = "Ctrl-C ends it.";

/** Starts the app and waits until it has said where it listens. */
export async function startDemo(env: Readonly<Record<string, string>>): Promise<DemoProcess> {
  const child = command(env).spawn();
  const [guide, rest] = await readUntil(child.stdout, LAST_LINE);
  const end = async (signal: Deno.Signal): Promise<number> => {
    child.kill(signal);
    const { code } = await child.status;
    await rest.cancel();
    await child.stderr.cancel();
    return code;
  };
  const page = /^Page +(\S+)$/m.exec(guide)?.[1];
  const base = /^API +(\S+)$/m.exec(guide)?.[1];
  if (page === undefined || base === undefined) {
    await end("SIGKILL");
    throw new Error(`Cannot read where the demo app listens: it printed ${JSON.stringify(guide)}`);
  }
  let ended: Promise<number> | undefined;
  return {
    guide,
    page,
    base,
    end: (signal) => ended ??= end(signal),
    [Symbol.asyncDispose]: async () => void await (ended ??= end("SIGKILL")),
  };
}

/** Runs the app to its end, for when it cannot start. */
export async function runDemo(
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly stderr: string }> {
  const { code, stderr } = await command(env).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

function command(env: Readonly<Record<string, string>>): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", join(root, "cli/templates/app/main.ts")],
    cwd: root,
    env: { NO_COLOR: "1", LOG_LEVEL: "warn", COOKIE_SECRET: "the-secret-of-the-demo-under-test", ...env },
    stdout: "piped",
    stderr: "piped",
  });
}

async function readUntil(
  stream: ReadableStream<Uint8Array>,
  last: string,
): Promise<[string, ReadableStreamDefaultReader<Uint8Array>]> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (!text.includes(last)) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  return [text, reader];
}
