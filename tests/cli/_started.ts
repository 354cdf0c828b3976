/**
 * A project that `igniter init` has written, as a process of its own.
 *
 * @module
 */
import { assert } from "@std/assert";

/** A running project. */
export interface Running extends AsyncDisposable {
  /** The address of its page. */
  readonly page: string;
  /** The address of its API. */
  readonly base: string;
  /** Ends it with a signal, and gives its exit code. */
  end(signal: Deno.Signal): Promise<number>;
}

/** What the API answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // deno-lint-ignore no-explicit-any -- what it should be is what the assertions say
  readonly data: any;
  // deno-lint-ignore no-explicit-any -- as above
  readonly error: any;
}

/** Starts a project at a free port, as its task `start` does, and waits until it has said where it listens. */
export async function startProject(
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--env-file", "main.ts"],
    cwd: folder,
    env: { NO_COLOR: "1", RUST_BACKTRACE: "0", LOG_LEVEL: "error", PORT: "0", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const end = async (signal: Deno.Signal): Promise<number> => {
    child.kill(signal);
    const { code } = await child.status;
    await reader.cancel();
    await errors;
    return code;
  };
  let text = "";
  while (!text.includes("Ctrl-C ends it.")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`Cannot start ${folder}: ${text}${await errors}`);
    text += value;
  }
  const page = /^Page +(\S+)$/m.exec(text)?.[1];
  const base = /^API +(\S+)$/m.exec(text)?.[1];
  assert(page !== undefined && base !== undefined, text);
  let ended: Promise<number> | undefined;
  return {
    page,
    base,
    end: (signal) => ended ??= end(signal),
    [Symbol.asyncDispose]: async () => void await (ended ??= end("SIGKILL")),
  };
}

/** Asks the API: `GET /users`. */
export async function ask(
  { base }: Pick<Running, "base">,
  target: string,
  { token, body }: { readonly token?: string; readonly body?: unknown } = {},
): Promise<Answer> {
  const [method, path] = target.split(" ") as [string, string];
  const headers = new Headers();
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  if (body !== undefined) headers.set("content-type", "application/json");
  const response = await fetch(base + path, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await response.text();
  const envelope = text === "" ? { data: null, error: null } : JSON.parse(text);
  return { status: response.status, headers: response.headers, ...envelope };
}
