import { createIgniterClient, useIgniterQueryClient } from "@igniter-js/core/client";
// Only the type: no server code reaches the page.
import type { AppRouter } from "./igniter.router.ts";

/**
 * The typed client: `api.users.list.useQuery()` in a component, `await api.users.list.query()` anywhere.
 *
 * Without `baseURL` it calls the page's own origin. A page on another origin names the API's here.
 */
export const api = createIgniterClient<AppRouter>({ basePath: "/api/v1" });

/** The cache by the API's keys: `const queryClient = useQueryClient()` in a component. */
export const useQueryClient = useIgniterQueryClient<AppRouter>;
