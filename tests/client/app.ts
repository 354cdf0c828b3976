/**
 * An API and clients of it, for the client's tests.
 *
 * @module
 */
import { Igniter } from "@igniter-js/core";
import { type ClientOptions, createIgniterClient } from "@igniter-js/core/client/core";
import { z } from "zod";

const igniter = Igniter.context((request: Request) => ({ agent: request.headers.get("x-agent") })).create();

const Wanted = z.object({
  page: z.number().optional(),
  tags: z.array(z.string()).optional(),
  since: z.date().optional(),
  filter: z.object({ name: z.string(), sizes: z.array(z.number()) }).optional(),
  exact: z.bigint().optional(),
});

/** Answers what it was asked. */
export const router = igniter.router({
  controllers: {
    echo: igniter.controller({
      path: "/echo",
      actions: {
        query: igniter.query({ query: Wanted, handler: ({ query }) => query }),
        param: igniter.query({ path: "/param/:id", handler: ({ params }) => params.id }),
        body: igniter.mutation({ path: "/body", handler: ({ request }) => ({ body: request.body }) }),
        typed: igniter.mutation({
          path: "/typed",
          body: z.object({ title: z.string(), size: z.number(), at: z.date().optional() }),
          handler: ({ body }) => body,
        }),
        upload: igniter.mutation({
          path: "/upload",
          body: z.object({ title: z.string(), count: z.number(), files: z.array(z.instanceof(File)) }),
          handler: async ({ body }) => ({
            title: body.title,
            count: body.count,
            texts: await Promise.all(body.files.map((file) => file.text())),
          }),
        }),
        headers: igniter.query({
          path: "/headers",
          handler: ({ request }) => Object.fromEntries(request.raw.headers),
        }),
        agent: igniter.query({ path: "/agent", handler: ({ context }) => context.agent }),
        tenant: igniter.query({
          path: "/tenant",
          headers: z.object({ "x-tenant": z.string() }),
          handler: ({ headers }) => headers["x-tenant"],
        }),
        method: igniter.mutation({
          path: "/method/:id",
          method: "DELETE",
          handler: ({ request, params }) => `${request.method} ${params.id}`,
        }),
      },
    }),
    users: igniter.controller({
      path: "/users",
      actions: {
        byId: igniter.query({
          path: "/:id",
          handler: ({ params, response }) => {
            if (params.id === "nobody") return response.notFound("No such user", { id: params.id, asked: new Date(0) });
            return response.success({ id: params.id, since: new Date(0), points: 7n, roles: new Set(["admin"]) });
          },
        }),
        none: igniter.query({ path: "/none", handler: ({ response }) => response.noContent() }),
        page: igniter.query({ path: "/page", handler: ({ response }) => response.html("<p>ada</p>") }),
        create: igniter.mutation({ body: z.object({ name: z.string().min(2) }), handler: ({ body }) => body.name }),
      },
    }),
  },
});

/** The router's type. */
export type AppRouter = typeof router;

/** A client whose requests the router answers in this process; they are collected. */
export function connect(options: ClientOptions = {}) {
  const requests: Request[] = [];
  const api = createIgniterClient<AppRouter>({
    fetch: (url, init) => {
      const request = new Request(url, init);
      requests.push(request.clone());
      return router.handler(request);
    },
    ...options,
  });
  return { api, requests };
}

/** A `fetch` that gives these answers, one after the other; functions make theirs, errors are thrown. */
export function answers(...given: (Response | Error | (() => Response | Promise<Response>))[]) {
  let count = 0;
  return {
    get count() {
      return count;
    },
    fetch: async () => {
      const answer = given[Math.min(count++, given.length - 1)];
      if (answer === undefined || answer instanceof Error) throw answer;
      if (!(answer instanceof Response)) return await answer();
      // Deno 2.9's clone() of a response whose headers nobody has looked at has none.
      void answer.headers;
      return answer.clone();
    },
  };
}

/** An envelope with data. */
export function success(data: unknown, init?: ResponseInit): Response {
  return Response.json({ data, error: null }, init);
}

/** An envelope with an error. */
export function failure(code: string, init: ResponseInit): Response {
  return Response.json({ data: null, error: { code, message: code } }, init);
}
