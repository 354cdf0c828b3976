/**
 * The methods of an action for React. The hooks are reached by reference only: in a server component's graph their
 * bodies are on the other side of `"use client"`.
 *
 * @module
 */
import { coreMethod } from "./methods.ts";
import { queryKey } from "./query_key.ts";
import { type FetchOptions, infiniteOptions, mutationOptions, queryOptions, type Target } from "./query_options.ts";
import { useJob } from "./use_job.ts";
import { useMutation } from "./use_mutation.ts";
import { useInfiniteQuery, useQuery, useSuspenseQuery } from "./use_query.ts";
import { useRealtime } from "./use_realtime.ts";
import { useStream } from "./use_stream.ts";

/** Gives a method of an action; `undefined` for other names. */
export function reactMethod(target: Target, method: string): unknown {
  const methods: { readonly [name: string]: (target: Target, given: never) => unknown } = {
    useQuery,
    useSuspenseQuery,
    useInfiniteQuery,
    useMutation,
    useStream,
    useJob,
    useRealtime,
    // The client repeats what may pass by itself, so TanStack need not.
    queryOptions: (target, given: FetchOptions) => ({ retry: false, ...queryOptions(target, given) }),
    infiniteOptions: (target, given: FetchOptions) => ({ retry: false, ...infiniteOptions(target, given) }),
    mutationOptions,
    queryKey,
  };
  const make = Object.hasOwn(methods, method) && methods[method];
  return make ? (given: never) => make(target, given) : coreMethod(target.engine, target.key, method);
}
