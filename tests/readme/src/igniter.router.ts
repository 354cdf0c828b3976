// Step 6: Assemble the Router
import process from "node:process";
import { igniter } from "./igniter.ts";
import { userController } from "./features/user/controllers/user.controller.ts";

export const AppRouter = igniter.router({
  baseURL: process.env.NEXT_PUBLIC_APP_URL || "http://localhost:3000",
  basePath: "/api/v1",

  controllers: {
    users: userController,
  },
});

export type AppRouter = typeof AppRouter;
