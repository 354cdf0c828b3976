/**
 * A real PostgreSQL for tests: the server of this machine on a free port. Where there is none, the tests that need it are
 * ignored and say so; with `CI` set they fail instead.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join } from "node:path";

/** A running server. */
export interface TestPostgres extends AsyncDisposable {
  /** The address of an empty database. */
  readonly url: string;
}

/** Why there can be no PostgreSQL here; `undefined` when there can, and in CI, where its absence must be a failure. */
export function postgresIsMissing(): string | undefined {
  return findPrograms() === undefined && !Deno.env.get("CI") ? "no PostgreSQL on this machine" : undefined;
}

/** Starts a server. @throws Error when there is none on this machine. */
export async function startPostgres(): Promise<TestPostgres> {
  const programs = findPrograms();
  if (programs === undefined) throw new Error("Cannot start PostgreSQL: there is no initdb");
  const folder = await Deno.makeTempDir({ prefix: "igniter-postgres-" });
  const user = await findUser();
  if (user) await Deno.chown(folder, user.uid, user.gid);
  const options = { cwd: folder, stdin: "null" as const, ...user };
  const data = join(folder, "data");
  const made = await new Deno.Command(join(programs, "initdb"), {
    ...options,
    args: ["-D", data, "-U", "app", "--auth=trust", "--no-sync", "--no-instructions"],
  }).output();
  if (!made.success) throw new Error(`Cannot make a database: ${new TextDecoder().decode(made.stderr)}`);

  const port = freePort();
  const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"];
  const child = new Deno.Command(join(programs, "postgres"), {
    ...options,
    args: ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])],
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  let log = "";
  while (!log.includes("ready to accept connections")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`Cannot start PostgreSQL: ${log}`);
    log += value;
  }
  return {
    url: `postgres://app@127.0.0.1:${port}/postgres`,
    async [Symbol.asyncDispose]() {
      // Immediate shutdown: its processes end with it.
      child.kill("SIGQUIT");
      await child.status;
      await reader.cancel();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The folder of the programs. Debian does not put it on the PATH. */
function findPrograms(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? [...Deno.readDirSync(debian)].map(({ name }) => join(debian, name, "bin")) : [];
  return [...(Deno.env.get("PATH") ?? "").split(":"), ...versions].find((folder) => existsSync(join(folder, "initdb")));
}

/** PostgreSQL does not run as root: its package brings a user for it. */
async function findUser(): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  if (Deno.uid() !== 0) return undefined;
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(await Deno.readTextFile("/etc/passwd")) ?? [];
  if (uid === undefined || gid === undefined) throw new Error("Cannot start PostgreSQL: there is no user postgres");
  return { uid: Number(uid), gid: Number(gid) };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
