/**
 * Serves the app on this machine, with one user who can sign in, and prints where the page is and how to call the API:
 * `deno run -A main.ts`.
 *
 * PORT names the port; without it the app takes 3000, or the next one that is free. HOST is 0.0.0.0 in a container;
 * without it only this machine can reach the app. What else the environment can say is told in `src/services`.
 *
 * @module
 */
import "./src/services/worker.ts";
import process from "node:process";
import { toGuide } from "./src/app/guide.ts";
import { listen } from "./src/app/listen.ts";
import { createDemoUser } from "./src/features/user/user.seed.ts";
import { isDevelopment } from "./src/igniter.ts";
import { createApp } from "./src/igniter.server.ts";
import { database } from "./src/services/database.ts";
import { store } from "./src/services/store.ts";

async function main(): Promise<void> {
  const [app, user] = await Promise.all([createApp({ development: isDevelopment }), createDemoUser()]);
  // It ends by itself on SIGINT (Ctrl-C) and SIGTERM, once running requests are answered.
  const server = await listen(app, { port: process.env["PORT"], host: process.env["HOST"] });
  console.log(toGuide(server.url, user));
  await server.finished;
  // Open connections would keep the process alive.
  await database.close();
  await store.close();
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
