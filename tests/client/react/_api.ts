/**
 * An API to be shown: a real router behind the client's `fetch`, which counts, and can hold answers back.
 *
 * @module
 */
import { createIgniterClient } from "@igniter-js/core/client";
import { createTestApp } from "@igniter-js/core/testing";
import { z } from "zod";

const { igniter } = createTestApp();

interface User {
  readonly id: string;
  readonly name: string;
}

/** What the server knows. */
export interface Data {
  users: User[];
  /** Fails the next requests with 503. */
  down: boolean;
}

/** Makes the router over some data. */
export function createRouter(data: Data) {
  return igniter.router({
    controllers: {
      users: igniter.controller({
        path: "/users",
        actions: {
          list: igniter.query({
            query: z.object({ page: z.number().optional().default(1), size: z.number().optional() }),
            handler: ({ query, response }) => {
              if (data.down) return response.error({ code: "ERR_DOWN", status: 409, data: { minutes: 5 } });
              return response.success({ page: query.page, users: data.users });
            },
          }),
          byId: igniter.query({
            path: "/:id",
            handler: ({ params, response }) => {
              const user = data.users.find(({ id }) => id === params.id);
              return user ? response.success(user) : response.notFound("No such user", { id: params.id });
            },
          }),
          since: igniter.query({
            path: "/since",
            query: z.object({ at: z.date() }),
            handler: ({ query }) => ({ at: query.at, ids: new Set(["1"]), count: 1n }),
          }),
          pages: igniter.query({
            path: "/pages",
            query: z.object({ cursor: z.number(), tag: z.string().optional() }),
            handler: ({ query, response }) => {
              if (data.down) return response.error({ code: "ERR_DOWN", status: 409, data: { minutes: 5 } });
              return response.success({
                items: [query.cursor, query.cursor + 1],
                next: query.cursor < 5 ? query.cursor + 2 : null,
              });
            },
          }),
          create: igniter.mutation({
            body: z.object({ name: z.string().min(2), role: z.string().optional() }),
            handler: ({ body, response }) => {
              if (body.name === "taken") return response.conflict("The name is taken", { name: body.name });
              const user = { id: String(data.users.length + 1), name: body.name };
              data.users = [...data.users, user];
              return response.created({ ...user, role: body.role });
            },
          }),
          touch: igniter.mutation({ path: "/touch", handler: ({ request }) => request.method }),
        },
      }),
      chat: igniter.controller({
        path: "/chat",
        actions: {
          feed: igniter.query({
            path: "/:room",
            stream: true,
            events: z.object({ text: z.string() }),
            handler: ({ response }) => response.success({ status: "connected" }),
          }),
        },
      }),
    },
  });
}

/** The router's type. */
export type Router = ReturnType<typeof createRouter>;

/** One request of the client. */
export interface Sent {
  /** `GET /users.list?page=1`. */
  readonly call: string;
  /** As text. */
  readonly body: string;
  readonly signal: AbortSignal;
  /** Lets a held answer go. */
  release(): void;
}

/** An API and its client. */
export function createApi(hold = false, keyPrefix?: string) {
  const data: Data = { users: [{ id: "1", name: "Ada" }], down: false };
  const router = createRouter(data);
  const sent: Sent[] = [];
  const api = createIgniterClient<Router>({
    baseURL: "http://localhost",
    keyPrefix,
    fetch: async (url, init) => {
      const { pathname, search } = new URL(url);
      const gate = Promise.withResolvers<void>();
      const call = `${init.method} ${pathname.split("/").at(-1)}${decodeURIComponent(search)}`;
      sent.push({ call, body: String(init.body ?? ""), signal: init.signal!, release: gate.resolve });
      if (hold) {
        await new Promise<void>((resolve, reject) => {
          gate.promise.then(resolve);
          init.signal!.addEventListener("abort", () => reject(init.signal!.reason));
        });
      }
      return await router.handler(new Request(url, init));
    },
  });
  return { api, data, sent, calls: () => sent.map(({ call }) => call), router };
}
