/**
 * A real Redis for tests: `redis-server` (or `valkey-server`) of this machine on a free port, without a disk unless asked
 * for. Where there is none, the tests that need it are ignored and say so; with `CI` set they fail instead.
 *
 * @module
 */
import { connect } from "node:net";
import { join } from "node:path";

/** A running server. */
export interface TestRedis extends AsyncDisposable {
  /** Where it listens, also after a restart. */
  readonly url: string;
  /** The port of it. */
  readonly port: number;
  /** Ends the process without warning (SIGKILL). */
  kill(): Promise<void>;
  /** Starts it again after `kill()`, on the same port. */
  restart(): Promise<void>;
  /** Stops the process (SIGSTOP): its connections stay open and nothing is answered. */
  pause(): void;
  /** Lets a stopped process go on. */
  resume(): void;
  /** Sends one command on a connection of its own and gives the raw answer. */
  ask(...command: string[]): Promise<string>;
}

/** How a server is started. */
export interface TestRedisOptions {
  /** Keeps an append-only file, as it stands at each write. @default false */
  readonly appendOnly?: boolean;
  /** More arguments. */
  readonly args?: readonly string[];
}

/** The server's program, `undefined` where there is none. */
export function findRedis(): string | undefined {
  const folders = (Deno.env.get("PATH") ?? "").split(Deno.build.os === "windows" ? ";" : ":");
  return folders.flatMap((folder) => [join(folder, "redis-server"), join(folder, "valkey-server")]).find(isFile);
}

/** Why there can be no Redis here; `undefined` when there can, and in CI, where its absence must be a failure. */
export function redisIsMissing(): string | undefined {
  return findRedis() === undefined && !Deno.env.get("CI") ? "no redis-server on this machine" : undefined;
}

/** Registers a test that has a Redis of its own. */
export function testWithRedis(
  name: string,
  fn: (redis: TestRedis) => void | Promise<void>,
  options: TestRedisOptions = {},
): void {
  const missing = redisIsMissing();
  Deno.test({
    name: missing ? `${name} (ignored: ${missing})` : name,
    ignore: missing !== undefined,
    fn: async () => {
      await using redis = await startRedis(options);
      await fn(redis);
    },
  });
}

/** Starts a server. @throws Error when there is none on this machine. */
export async function startRedis({ appendOnly = false, args = [] }: TestRedisOptions = {}): Promise<TestRedis> {
  const program = findRedis();
  if (program === undefined) throw new Error("Cannot start Redis: there is no redis-server on PATH");
  const folder = await Deno.makeTempDir({ prefix: "igniter-redis-" });
  const port = freePort();
  const spawn = async (): Promise<Deno.ChildProcess> => {
    const process = new Deno.Command(program, {
      args: [
        ...["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""],
        ...["--appendonly", appendOnly ? "yes" : "no", "--logfile", join(folder, "log")],
        ...args,
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    let ended = false;
    void process.status.then(() => ended = true);
    while (!(await answers(port))) {
      if (ended) throw new Error(`Cannot start Redis: ${await Deno.readTextFile(join(folder, "log"))}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return process;
  };
  let process: Deno.ChildProcess | undefined = await spawn();
  const kill = async (): Promise<void> => {
    const killed = process;
    process = undefined;
    killed?.kill("SIGKILL");
    await killed?.status;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill,
    async restart() {
      process ??= await spawn();
    },
    pause: () => process?.kill("SIGSTOP"),
    resume: () => process?.kill("SIGCONT"),
    ask: (...command) => ask(port, command),
    async [Symbol.asyncDispose]() {
      await kill();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Any answer will do: one that asks for a password is a server, too. */
async function answers(port: number): Promise<boolean> {
  try {
    return /^[+-](PONG|NOAUTH)/.test(await ask(port, ["PING"]));
  } catch {
    return false;
  }
}

function ask(port: number, command: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1");
    socket.setEncoding("utf8");
    socket.on("data", (text) => answer += text);
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
    const parts = command.map((part) => `$${new TextEncoder().encode(part).length}\r\n${part}\r\n`);
    socket.write(`*${parts.length}\r\n${parts.join("")}*1\r\n$4\r\nQUIT\r\n`);
  });
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
