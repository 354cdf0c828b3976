/**
 * One test on four hosts: in process, `Deno.serve`, Express on `node:http`, and below Hono's `app.mount`.
 *
 * A test gets `send`, which makes a real `Request` of `"GET /path"`, and the application it talks to, made anew for each
 * host. What a test leaves unread of a response is cancelled for it, so the sanitizers speak only of our own leaks.
 */

import { serve } from "@igniter-js/core";
import type { Router } from "@igniter-js/core";
import { expressAdapter } from "@igniter-js/core/adapters";
// @ts-types="npm:@types/express@^5"
import express from "npm:express@^5";
import { Hono } from "npm:hono@^4";
import { type App, type AppOptions, createApp } from "./_app.ts";

/** What `send` takes beside a `RequestInit`. */
export interface SendInit extends RequestInit {
  /** A body to send as JSON. */
  readonly json?: unknown;
  /** The path before the target's. @default "/api/v1" */
  readonly base?: string;
}

/** Sends `"GET /path"`. */
export type Send = (target: string, init?: SendInit) => Promise<Response>;

/** A router that can be reached. */
interface Running {
  readonly origin: string;
  readonly fetch: (request: Request) => Response | Promise<Response>;
  readonly close: () => Promise<unknown>;
}

type AnyRouter = Pick<Router<unknown>, "handler" | "basePath" | "close">;

/** The hosts by name. */
export const hosts: Readonly<Record<string, (router: AnyRouter) => Promise<Running>>> = {
  "in process": (router) =>
    Promise.resolve({ origin: "http://localhost", fetch: router.handler, close: () => router.close() }),
  "Deno.serve": (router) => {
    const server = serve(router, { port: 0, hostname: "127.0.0.1", signals: false, onListen: () => {} });
    return Promise.resolve({ origin: server.url, fetch, close: () => server.shutdown() });
  },
  "Express": async (router) => {
    const app = express().disable("x-powered-by").use(expressAdapter(router, { onError: () => {} }));
    const server = app.listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { readonly port: number };
    return {
      origin: `http://127.0.0.1:${port}`,
      fetch,
      async close() {
        await router.close();
        await new Promise((resolve) => {
          server.close(resolve);
          server.closeAllConnections();
        });
      },
    };
  },
  "Hono": (router) => {
    const app = new Hono().mount("/", router.handler);
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => app.fetch(request));
    return Promise.resolve({
      origin: `http://127.0.0.1:${server.addr.port}`,
      fetch,
      async close() {
        await router.close();
        await server.shutdown();
      },
    });
  },
};

/** Registers a test for each host; `options` are the application's. */
export function eachHost(
  name: string,
  test: (send: Send, app: App) => void | Promise<void>,
  options: AppOptions = {},
): void {
  for (const host of Object.keys(hosts)) {
    Deno.test(`${name} [${host}]`, () => onHost(host, options, test));
  }
}

/** Runs a test on one host. */
export async function onHost(
  host: string,
  options: AppOptions,
  test: (send: Send, app: App) => void | Promise<void>,
): Promise<void> {
  const app = createApp(options);
  const running = await (hosts[host] as (typeof hosts)[string])(app.router);
  const responses: Response[] = [];
  const send: Send = async (target, { json, base = "/api/v1", ...init } = {}) => {
    const response = await running.fetch(toRequest(running.origin + base, target, json, init));
    responses.push(response);
    return response;
  };
  try {
    await test(send, app);
  } finally {
    for (const { body } of responses) if (body?.locked === false) await body.cancel().catch(() => {});
    await running.close();
  }
}

function toRequest(origin: string, target: string, json: unknown, init: RequestInit): Request {
  const [method, path] = target.split(" ", 2) as [string, string];
  const headers = new Headers(init.headers);
  if (json !== undefined) headers.set("content-type", "application/json");
  return new Request(origin + path, {
    redirect: "manual",
    ...init,
    method,
    headers,
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
}

/** What a response says: status and envelope. */
export interface Answer {
  readonly status: number;
  // deno-lint-ignore no-explicit-any -- tests look into whatever JSON came
  readonly data: any;
  // deno-lint-ignore no-explicit-any -- as above
  readonly error: any;
}

/** Reads an envelope; throws when the body is none. */
export async function read(pending: Response | Promise<Response>): Promise<Answer> {
  const response = await pending;
  const text = await response.text();
  const { data, error, ...others } = JSON.parse(text);
  if (data === undefined || error === undefined || Object.keys(others).length > 0) {
    throw new TypeError(`Cannot read an envelope: the body is ${text}`);
  }
  return { status: response.status, data, error };
}

/** Reads the data of a success; throws when it is none. */
// deno-lint-ignore no-explicit-any -- tests look into whatever JSON came
export async function dataOf(pending: Response | Promise<Response>): Promise<any> {
  const { status, data, error } = await read(pending);
  if (error !== null) throw new Error(`Cannot read data: it answered ${status} ${JSON.stringify(error)}`);
  return data;
}

/** The status and the error's code. */
export async function refusal(pending: Response | Promise<Response>): Promise<readonly [number, string | undefined]> {
  const { status, error } = await read(pending);
  return [status, error?.code];
}

/** Waits until a condition holds, turn by turn of the event loop; throws when it never does. */
export async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Cannot wait any longer for: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
