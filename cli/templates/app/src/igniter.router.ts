import process from "node:process";
import { notificationController } from "./features/notification/index.ts";
import { sessionController, userController } from "./features/user/index.ts";
import { igniter } from "./igniter.ts";

/**
 * The whole API: a handler from `Request` to `Response`. Importing it starts nothing; `main.ts` serves it.
 *
 * A controller's key and an action's key are the action's name everywhere: `users.list` is
 * `AppRouter.caller.users.list` on the server, `GET {basePath}/_/rpc/users.list` on the wire, and what
 * `.revalidate("users.list")` refreshes.
 */
export const AppRouter = igniter.router({
  baseURL: process.env["APP_URL"] ?? "http://localhost:3000",
  basePath: "/api/v1",
  controllers: {
    users: userController,
    sessions: sessionController,
    notifications: notificationController,
  },
});

/** The type that clients are made of. */
export type AppRouter = typeof AppRouter;
