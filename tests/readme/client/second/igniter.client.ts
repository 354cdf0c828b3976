// "2. Create the Type-Safe Client". `AppRouterType` is `AppRouter`; a bundler gives `require`.
import { createIgniterClient, useIgniterQueryClient } from "@igniter-js/core/client";
import type { AppRouter as AppRouterType } from "../../src/igniter.router.ts"; // Import only the type!
import { require } from "./require.ts";

export const api = createIgniterClient<AppRouterType>({
  baseURL: "http://localhost:3000", // Default is http://localhost:3000
  basePath: "/api/v1/", // Default is /api/v1
  router: () => {
    if (typeof window === "undefined") {
      return require("./igniter.router").AppRouter;
    }

    return require("./igniter.schema").AppRouterSchema;
  },
});

export type ApiClient = typeof api;

export const useQueryClient = useIgniterQueryClient<AppRouterType>;
