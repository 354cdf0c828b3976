// "Client-Side Usage with React", step 1: Create the Type-Safe Client
import process from "node:process";
import { createIgniterClient, useIgniterQueryClient } from "@igniter-js/core/client";
// IMPORTANT: Only import the *type* of your router.
// This prevents the server-side code from being bundled into your client application.
import type { AppRouter } from "../../src/igniter.router.ts";

export const api = createIgniterClient<AppRouter>({
  // These options configure the base URL for client-side requests.
  // They should match the `baseURL` and `basePath` in your `igniter.router.ts`.
  baseURL: process.env.NEXT_PUBLIC_APP_URL || "http://localhost:3000",
  basePath: "/api/v1",
});

export const useQueryClient = useIgniterQueryClient<AppRouter>();
