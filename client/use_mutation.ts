"use client";
/**
 * `useMutation`, over TanStack's. It is untyped: `react_types.ts` says what it takes and gives.
 *
 * @module
 */
import { useMutation as useMutate } from "@tanstack/react-query";
import * as React from "react";
import { type Callbacks, done, failed, useClient, useLatest, useLoading } from "./hook_parts.ts";
import { mutationOptions, type Target } from "./query_options.ts";
import type { CallInput } from "./request.ts";

/** What a mutation hook is told. */
interface MutationGiven extends Callbacks {
  readonly defaultValues?: object;
  readonly optimistic?: (cache: object, input: unknown) => void;
}

/** `useMutation` of an action. */
export function useMutation(target: Target, given: MutationGiven = {}): object {
  const client = useClient(target.key);
  const result = useMutate<unknown, unknown, unknown>({
    ...mutationOptions(target, given),
    onSettled(data, error, ...rest) {
      given.onRequest?.(error ? failed(error) : done(data));
      return given.onSettled?.(data, error, ...rest);
    },
  });
  const { isPending: isLoading, status } = result;
  useLoading(given, () => isLoading);

  const waits = !given.optimistic;
  React.useEffect(() => {
    // Loaded before it is needed; when that fails, the call that needs it says so.
    if (!waits) loadOptimistic().catch(() => {});
  }, [waits]);

  const latest = useLatest([given, result.mutateAsync, client] as const);
  const [methods] = React.useState(() => {
    let last: [CallInput | undefined] | undefined;
    const mutateAsync = async (given?: CallInput) => {
      last = [given];
      const [{ defaultValues, optimistic }, send, client] = latest.current;
      const input = defaultValues ? withDefaults(defaultValues, given) : given;
      return optimistic
        ? (await loadOptimistic()).optimistically(client, (cache) => optimistic(cache, input), () => send(input))
        : send(input);
    };
    const mutate = (given?: CallInput) => mutateAsync(given).then(done, failed);
    return {
      mutateAsync,
      mutate,
      async retry() {
        if (!last) throw new TypeError(`Cannot retry ${target.key}: nothing was sent yet`);
        return await mutate(...last);
      },
    };
  });
  return { ...result, ...methods, isLoading, loading: isLoading, status: isLoading ? "loading" : status };
}

function loadOptimistic() {
  return import("./optimistic.ts");
}

/** A form has its own. */
function withDefaults(values: object, given?: CallInput): CallInput {
  const body = given?.body;
  return { ...given, body: body instanceof FormData ? body : { ...values, ...body as object } };
}
