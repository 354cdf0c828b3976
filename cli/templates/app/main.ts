/**
 * Serves the app on this machine, with one user who can sign in, and prints where the page is and how to call the API:
 * `deno run -A main.ts`.
 *
 * PORT names the port; without it the app takes 3000, or the next one that is free. REDIS_URL names a Redis that
 * several processes of the app share; COOKIE_SECRET must then be the same for all of them. DATA_DIR names
 * the folder where jobs are kept without Redis; without it they end with the process.
 *
 * @module
 */
import "./src/services/worker.ts";
import { type RunningServer, serve, type WebRouter } from "@igniter-js/core";
import { DEMO_USER } from "./src/features/user/user.demo.ts";
import { isDevelopment } from "./src/igniter.ts";
import { AppRouter } from "./src/igniter.router.ts";
import { createApp } from "./src/igniter.server.ts";
import { database, type User } from "./src/services/database.ts";
import { hashPassword } from "./src/services/password.ts";
import { store } from "./src/services/store.ts";

const FIRST_PORT = 3000;
const LAST_PORT = 3099;

async function main(): Promise<void> {
  const [app, user] = await Promise.all([createApp({ development: isDevelopment }), createDemoUser()]);
  // It ends by itself on SIGINT (Ctrl-C) and SIGTERM, once running requests are answered.
  const server = listen(app, Deno.env.get("PORT"));
  console.log(guide(server.url, user));
  await server.finished;
  // Its connection would keep the process alive.
  await store.close();
}

async function createDemoUser(): Promise<User> {
  const { name, email, password } = DEMO_USER;
  // Another process with the same store may have created him before.
  const user = await database.user.create({ data: { name, email } }) ??
    await database.user.findUnique({ where: { email } });
  if (user === undefined) throw new Error("Cannot create the demo user: the email address is taken");
  await database.credential.set(user.id, await hashPassword(password));
  return user;
}

function listen(app: WebRouter, given: string | undefined): RunningServer {
  if (given !== undefined && given !== "") return listenOn(app, toPort(given));
  for (let port = FIRST_PORT; port < LAST_PORT; port++) {
    try {
      return listenOn(app, port);
    } catch (error) {
      if (!isBusy(error)) throw error;
    }
  }
  return listenOn(app, LAST_PORT);
}

/** On 127.0.0.1 only this machine can reach it. */
function listenOn(app: WebRouter, port: number): RunningServer {
  return serve(app, { port, hostname: "127.0.0.1", onListen: () => {} });
}

function toPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new RangeError(`Cannot listen: PORT "${text}" is not a number from 0 to 65535`);
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof Deno.errors.AddrInUse;
}

/** The page, then every action with a line for the shell. The first one signs in; the others find its cookie in the file. */
function guide(url: string, user: User): string {
  const base = url + AppRouter.basePath;
  const jar = "/tmp/igniter-cookies.txt";
  const json = "-H 'content-type: application/json'";
  const signIn = JSON.stringify({ email: DEMO_USER.email, password: DEMO_USER.password });
  const newUser = JSON.stringify({ name: "Grace Hopper", email: "grace@example.com" });
  const lines: readonly (readonly [action: string, command: string])[] = [
    ["sessions.signIn", `curl -s -c ${jar} ${json} -d '${signIn}' ${base}/sessions`],
    ["sessions.current", `curl -s -b ${jar} ${base}/sessions`],
    ["users.create", `curl -s ${json} -d '${newUser}' ${base}/users`],
    ["users.list", `curl -s -b ${jar} '${base}/users?page=1'`],
    ["users.list, at its RPC address", `curl -s -b ${jar} '${base}/_/rpc/users.list?page=1'`],
    ["users.byId", `curl -s -b ${jar} ${base}/users/${user.id}`],
    ["users.welcome", `curl -s -b ${jar} -X POST ${base}/users/${user.id}/welcome`],
    ["notifications.stream, until Ctrl-C", `curl -sN -b ${jar} ${base}/notifications`],
    ["sessions.signOut", `curl -s -b ${jar} -c ${jar} -X DELETE ${base}/sessions`],
  ];
  return [
    `Page  ${url}/`,
    `API   ${base}`,
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
