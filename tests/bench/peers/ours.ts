/**
 * This package, as its README says to use it.
 *
 * @module
 */
import { Igniter } from "@igniter-js/core";
import * as work from "../work.ts";

const igniter = Igniter.context(() => ({ app: "bench" })).create();

function findAction(c: number, a: number) {
  return igniter.query({
    path: `/a${a}/:id` as "/:id",
    handler: ({ request, response }) => response.success({ c, a, id: request.params.id }),
  });
}

export const peer: work.Peer = {
  prefix: "/api/v1",
  unwrap: (answer) => (answer as { data: unknown }).data,
  small: () => {
    const identify = igniter.procedure({ handler: (_, { request }) => work.identify(request.headers) });
    const authenticate = igniter.procedure({ handler: (_, { request }) => work.authenticate(request.headers) });
    // A procedure is typed by itself: what an earlier one added is known to the handler only.
    const authorize = igniter.procedure({
      handler: (_, { context }) => work.authorize(context as unknown as Parameters<typeof work.authorize>[0]),
    });
    return igniter.router({
      basePath: "/api/v1",
      controllers: {
        app: igniter.controller({
          path: "/",
          actions: {
            hello: igniter.query({ path: "/hello", handler: ({ response }) => response.success({ hello: "world" }) }),
            find: igniter.query({
              path: "/users/:id",
              query: work.pageQuery,
              handler: ({ request, response }) =>
                response.success(work.findUser(request.params.id, request.query.page)),
            }),
            create: igniter.mutation({
              path: "/users",
              method: "POST",
              body: work.newUser,
              handler: ({ request, response }) => response.created(work.createUser(request.body)),
            }),
            steps: igniter.query({
              path: "/steps/users/:id",
              query: work.pageQuery,
              use: [identify(), authenticate(), authorize()],
              handler: ({ request, response, context }) =>
                response.success({
                  ...work.findUser(request.params.id, request.query.page),
                  requestId: context.requestId,
                  userId: context.session.userId,
                  canRead: context.canRead,
                }),
            }),
          },
        }),
      },
    }).handler;
  },
  large: () => {
    const controllers = Object.fromEntries(
      Array.from({ length: work.controllers }, (_, c) => {
        const actions = Array.from({ length: work.actions }, (_, a) => [`a${a}`, findAction(c, a)] as const);
        return [`c${c}`, igniter.controller({ path: `/c${c}`, actions: Object.fromEntries(actions) })] as const;
      }),
    );
    return igniter.router({ basePath: "/api/v1", controllers }).handler;
  },
};
