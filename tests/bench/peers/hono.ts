// deno-lint-ignore-file no-import-prefix -- a competitor is no dependency of the package
/**
 * Hono with its own zod validator.
 *
 * @module
 */
import { zValidator } from "npm:@hono/zod-validator@0.9.1";
import { Hono } from "npm:hono@4.13.19";
import { createMiddleware } from "npm:hono@4.13.19/factory";
import * as work from "../work.ts";

type Context = ReturnType<typeof work.identify> & ReturnType<typeof work.authenticate> & { canRead: boolean };

type Env = { Variables: Context };

export const peer: work.Peer = {
  prefix: "",
  unwrap: (answer) => answer,
  small: () => {
    const identify = createMiddleware<Env>(async (c, next) => {
      c.set("requestId", work.identify(c.req.raw.headers).requestId);
      await next();
    });
    const authenticate = createMiddleware<Env>(async (c, next) => {
      c.set("session", work.authenticate(c.req.raw.headers).session);
      await next();
    });
    const authorize = createMiddleware<Env>(async (c, next) => {
      c.set("canRead", work.authorize({ session: c.get("session") }).canRead);
      await next();
    });
    const query = zValidator("query", work.pageQuery);
    const app = new Hono<Env>()
      .get("/hello", (c) => c.json({ hello: "world" }))
      .get("/users/:id", query, (c) => c.json(work.findUser(c.req.param("id"), c.req.valid("query").page)))
      .post("/users", zValidator("json", work.newUser), (c) => c.json(work.createUser(c.req.valid("json")), 201))
      .get("/steps/users/:id", identify, authenticate, authorize, query, (c) =>
        c.json({
          ...work.findUser(c.req.param("id"), c.req.valid("query").page),
          requestId: c.get("requestId"),
          userId: c.get("session").userId,
          canRead: c.get("canRead"),
        }));
    return (request) => app.fetch(request);
  },
  large: () => {
    const app = new Hono();
    for (let c = 0; c < work.controllers; c++) {
      const controller = new Hono();
      for (let a = 0; a < work.actions; a++) {
        controller.get(`/a${a}/:id`, (context) => context.json({ c, a, id: context.req.param("id") }));
      }
      app.route(`/c${c}`, controller);
    }
    return (request) => app.fetch(request);
  },
};
