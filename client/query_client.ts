/**
 * `useIgniterQueryClient`: in a render the cache, elsewhere a hook that gives it.
 *
 * @module
 */
import type { QueryClient } from "@tanstack/react-query";
import * as React from "react";
import type { AnyRouter } from "../server/contract/action.ts";
import type { KeyOf } from "../server/contract/keys.ts";
import { createCache } from "./cache.ts";
import { missing, useCache } from "./hook_parts.ts";
import type { QueryClientHook } from "./cache_types.ts";
import type { ReactClientOptions } from "./react_options.ts";
import { isRendering } from "./rendering.ts";

/**
 * In a component: the cache, by the router's keys. At module scope: a hook that gives it, typed once for an application.
 * What it gives in a component can be called like that hook, too, and is the same in each render. `keyPrefix` is that of
 * the client whose data it means.
 *
 * @throws Error in a component without an IgniterProvider above it.
 *
 * @example
 * ```ts ignore
 * export const useQueryClient = useIgniterQueryClient<AppRouter>();
 *
 * const queryClient = useQueryClient(); // in a component
 * await queryClient.invalidate("users.list");
 * ```
 */
export function useIgniterQueryClient<R extends AnyRouter>(
  options?: Pick<ReactClientOptions, "keyPrefix">,
): QueryClientHook<R["~controllers"], KeyOf<R["~controllers"]>> {
  // The type follows the router; the cache takes any key.
  return use(options?.keyPrefix) as QueryClientHook<R["~controllers"], KeyOf<R["~controllers"]>>;
}

function use(keyPrefix: string | undefined): object {
  const make = (client: () => QueryClient) => toHook(client, keyPrefix);
  if (!isRendering(React)) return make(outside);
  let cache: object | undefined;
  try {
    cache = useCache(make);
  } catch {
    // A module can be evaluated while something else is rendered: React, which knows better, has refused the hook.
    return make(outside);
  }
  return cache ?? missing("useIgniterQueryClient");
}

/** The hook, with the methods of the cache as its type says. */
function toHook(client: () => QueryClient, keyPrefix: string | undefined): object {
  return Object.defineProperties(
    () => use(keyPrefix),
    Object.getOwnPropertyDescriptors(createCache(client, keyPrefix)),
  );
}

function outside(): never {
  throw new Error("Cannot use the query client outside of a component: call the hook in one");
}
