import { igniter } from "./igniter.ts";
import { usersController } from "./features/users/users.controller.ts";

export const AppRouter = igniter.router({
  basePath: "/api/v1",
  controllers: { users: usersController },
});

export type AppRouterType = typeof AppRouter;
