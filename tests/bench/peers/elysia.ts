/**
 * Elysia, which writes and compiles a function for every route.
 *
 * @module
 */
// deno-lint-ignore no-import-prefix -- a competitor is no dependency of the package
import { Elysia } from "npm:elysia@1.4.30";
import * as work from "../work.ts";

export const peer: work.Peer = {
  prefix: "",
  unwrap: (answer) => answer,
  small: () => {
    const steps = new Elysia()
      .resolve(({ request }) => work.identify(request.headers))
      .resolve(({ request }) => work.authenticate(request.headers))
      .resolve(({ session }) => work.authorize({ session }))
      .get("/steps/users/:id", ({ params, query, requestId, session, canRead }) => ({
        ...work.findUser(params.id, query.page),
        requestId,
        userId: session.userId,
        canRead,
      }), { query: work.pageQuery });
    const app = new Elysia()
      .get("/hello", () => ({ hello: "world" }))
      .get("/users/:id", ({ params, query }) => work.findUser(params.id, query.page), { query: work.pageQuery })
      .post("/users", ({ body, status }) => status(201, work.createUser(body)), { body: work.newUser })
      .use(steps);
    return (request) => app.fetch(request);
  },
  large: () => {
    const app = new Elysia();
    for (let c = 0; c < work.controllers; c++) {
      const controller = new Elysia({ prefix: `/c${c}` });
      for (let a = 0; a < work.actions; a++) {
        controller.get(`/a${a}/:id`, ({ params }: { params: { id: string } }) => ({ c, a, id: params.id }));
      }
      app.use(controller);
    }
    return (request) => app.fetch(request);
  },
};
