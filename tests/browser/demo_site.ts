/**
 * The demo app in this process, under an address that stays the same while its server goes away and comes back, and
 * with a list of what it was asked.
 *
 * @module
 */
import { type RunningServer, serve, type WebRouter } from "@igniter-js/core";

/** The demo app, served. */
export interface DemoSite extends AsyncDisposable {
  /** The address of its page. */
  readonly url: string;
  /** What its API was asked since the last time, in order: `GET users.list?page=1`. Welcome emails are not among it. */
  takeRequests(): string[];
  /** The event connections that are open: the channels that each has asked for. */
  connections(): string[][];
  /** Those of them that hear the announcements. */
  listeners(): string[][];
  /** Adds a user, also while the server is away. */
  addUser(name: string): Promise<void>;
  /** Lets the server go away: whoever asks it now finds nobody. */
  stop(): Promise<void>;
  /** Brings it back, with what it knew. */
  restart(): void;
}

/** The user who is there from the start. */
export const ADA = { name: "Ada Lovelace", email: "ada@example.com", password: "analytical-engine" };

const RPC = "/api/v1/_/rpc/";
const EVENTS = "/api/v1/_/events";

/**
 * Makes the app; in development with React's checks, as `deno task dev` does. What it would write to the console is not
 * of interest here. It reads the environment when it is imported.
 */
export async function createDemoApp(options: { readonly development: boolean }): Promise<WebRouter> {
  const before = Deno.env.toObject();
  Deno.env.set("LOG_LEVEL", "error");
  Deno.env.set("COOKIE_SECRET", "the-secret-of-the-demo-under-test");
  try {
    const { createApp } = await import("../../cli/templates/app/src/igniter.server.ts");
    return await createApp(options);
  } finally {
    for (const name of ["LOG_LEVEL", "COOKIE_SECRET"]) {
      const value = before[name];
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
}

/** Not through the API: a page that comes soon after would be told that its list is old. */
async function seedAda(): Promise<void> {
  const { database } = await import("../../cli/templates/app/src/services/database.ts");
  const { hashPassword } = await import("../../cli/templates/app/src/services/password.ts");
  const user = await database.user.create({ data: { name: ADA.name, email: ADA.email } });
  // Already there, when an earlier test has added her.
  if (user !== undefined) await database.credential.set(user.id, await hashPassword(ADA.password));
}

/** Serves the app, with Ada as a user. */
export async function serveDemo(app: WebRouter): Promise<DemoSite> {
  let requests: string[] = [];
  const connections = new Set<string[]>();
  const handler = (request: Request) => {
    const url = new URL(request.url);
    const { pathname, search, searchParams } = url;
    if (pathname === EVENTS) {
      const channels = searchParams.getAll("channel");
      connections.add(channels);
      request.signal.addEventListener("abort", () => connections.delete(channels));
    }
    // It follows each creation, and comes when it comes.
    if (pathname.startsWith(RPC) && pathname !== `${RPC}users.welcome`) {
      requests.push(`${request.method} ${pathname.slice(RPC.length)}${search}`);
    }
    // What earlier tests did a moment ago would make the next one's page fetch its list once more.
    searchParams.delete("since");
    return app.handler(pathname === EVENTS ? new Request(url, request) : request);
  };
  const listen = (port: number): RunningServer =>
    serve({ handler }, { port, hostname: "127.0.0.1", signals: false, gracePeriod: 0, onListen: () => {} });

  let server = listen(0);
  const { url, port } = server;
  const post = async (body: object) => {
    const headers = { "content-type": "application/json" };
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    const response = await app.handler(new Request(`${url}/api/v1/users`, init));
    await response.body?.cancel();
  };
  await seedAda();
  return {
    url: `${url}/`,
    takeRequests: () => {
      const taken = requests;
      requests = [];
      return taken;
    },
    connections: () => [...connections],
    listeners: () => [...connections].filter((channels) => channels.includes("notifications.stream")),
    addUser: (name) => post({ name, email: `${name.toLowerCase().replaceAll(" ", ".")}@example.com` }),
    stop: () => server.shutdown(),
    restart: () => void (server = listen(port)),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Waits until something is so. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) {
      throw new Error(`Cannot wait any longer: it does not come true that ${condition}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
