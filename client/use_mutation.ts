"use client";
/**
 * `useMutation`, over TanStack's. It is untyped: `react_types.ts` says what it takes and gives.
 *
 * @module
 */
import { useMutation as useMutate } from "@tanstack/react-query";
import * as React from "react";
import { isTold, loadTell, useClient, useLatest, useLoading } from "./hook_parts.ts";
import { type Callbacks, done, failed } from "./outcome.ts";
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
  const told = isTold(given);
  const result = useMutate<unknown, unknown, unknown>({
    // Out of TanStack's chain: there a callback that throws would make a failure of what the server has done.
    ...mutationOptions(target, { ...given, onSuccess: undefined, onError: undefined }),
    onSettled(data, error, ...rest) {
      // Nobody's to catch: that callbacks could not be loaded must be heard of.
      if (told) loadTell().then(({ tell }) => tell(given, error ? failed(error) : done(data), ...rest));
    },
  });
  const { isPending: isLoading, status } = result;
  useLoading(given, () => isLoading);

  const early = !!given.optimistic;
  React.useEffect(() => {
    // Loaded before it is needed; when that fails, the call that needs it says so.
    if (early) loadOptimistic().catch(() => {});
    if (told) loadTell().catch(() => {});
  }, [early, told]);

  const latest = useLatest([given, result.mutateAsync, client] as const);
  const [methods] = React.useState(() => {
    let last: [CallInput | undefined] | undefined;
    const mutateAsync = async (given?: CallInput) => {
      last = [given];
      const [{ defaultValues, optimistic }, send, client] = latest.current;
      const input = defaultValues ? withDefaults(defaultValues, given) : given;
      return optimistic
        ? (await loadOptimistic()).optimistically(client, target.keyPrefix, optimistic, send, input)
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
