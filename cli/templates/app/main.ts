/**
 * Serves the app on this machine, with one user who can sign in, and prints how to call it: `deno run -A main.ts`.
 *
 * PORT names the port; without it the app takes 3000, or the next one that is free.
 *
 * @module
 */
import { type RunningServer, serve } from "@igniter-js/core";
import { AppRouter } from "./src/igniter.router.ts";
import { database, type User } from "./src/services/database.ts";
import { hashPassword } from "./src/services/password.ts";

const FIRST_PORT = 3000;
const LAST_PORT = 3099;
const PASSWORD = "analytical-engine";

async function main(): Promise<void> {
  const ada = await createDemoUser();
  // It ends by itself on SIGINT (Ctrl-C) and SIGTERM, once running requests are answered.
  const server = listen(Deno.env.get("PORT"));
  console.log(guide(server.url + AppRouter.basePath, ada));
  await server.finished;
}

async function createDemoUser(): Promise<User> {
  const ada = await database.user.create({ data: { name: "Ada Lovelace", email: "ada@example.com" } });
  if (ada === undefined) throw new Error("Cannot create the demo user: the email address is taken");
  await database.credential.set(ada.id, await hashPassword(PASSWORD));
  return ada;
}

function listen(given: string | undefined): RunningServer {
  if (given !== undefined && given !== "") return listenOn(toPort(given));
  for (let port = FIRST_PORT; port < LAST_PORT; port++) {
    try {
      return listenOn(port);
    } catch (error) {
      if (!isBusy(error)) throw error;
    }
  }
  return listenOn(LAST_PORT);
}

/** On 127.0.0.1 only this machine can reach it. */
function listenOn(port: number): RunningServer {
  return serve(AppRouter, { port, hostname: "127.0.0.1", onListen: () => {} });
}

function toPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new RangeError(`Cannot listen: PORT "${text}" is not a number from 0 to 65535`);
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof Deno.errors.AddrInUse;
}

/** Every action with a line for the shell. The first one signs in; the others find its cookie in the file. */
function guide(base: string, user: User): string {
  const jar = "/tmp/igniter-cookies.txt";
  const json = "-H 'content-type: application/json'";
  const signIn = JSON.stringify({ email: user.email, password: PASSWORD });
  const newUser = JSON.stringify({ name: "Grace Hopper", email: "grace@example.com" });
  const lines: readonly (readonly [action: string, command: string])[] = [
    ["sessions.signIn", `curl -s -c ${jar} ${json} -d '${signIn}' ${base}/sessions`],
    ["sessions.current", `curl -s -b ${jar} ${base}/sessions`],
    ["users.create", `curl -s ${json} -d '${newUser}' ${base}/users`],
    ["users.list", `curl -s -b ${jar} '${base}/users?page=1'`],
    ["users.list, at its RPC address", `curl -s -b ${jar} '${base}/_/rpc/users.list?page=1'`],
    ["users.byId", `curl -s -b ${jar} ${base}/users/${user.id}`],
    ["sessions.signOut", `curl -s -b ${jar} -c ${jar} -X DELETE ${base}/sessions`],
  ];
  return [
    `Listening on ${base}`,
    "",
    ...lines.flatMap(([action, command]) => [`# ${action}`, command, ""]),
    "Ctrl-C ends it.",
  ].join("\n");
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
