// One file for both: server components call in process, client components over HTTP.
import { createIgniterClient, useIgniterQueryClient } from "@igniter-js/core/client";
import type { AppRouterType } from "./igniter.router.ts";

declare const require: (path: "./igniter.router.ts") => { AppRouter: AppRouterType };

export const api = createIgniterClient<AppRouterType>({
  basePath: "/api/v1/",
  // Next takes the line out of what it sends to the browser.
  router: () => typeof window === "undefined" ? require("./igniter.router.ts").AppRouter : undefined,
});

export const useQueryClient = useIgniterQueryClient<AppRouterType>();
