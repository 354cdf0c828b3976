"use client";
/**
 * `useMutation`, over TanStack's. It is untyped: `react_types.ts` says what it takes and gives.
 *
 * @module
 */
import { useMutation as useMutate } from "@tanstack/react-query";
import { useState } from "react";
import { type Callbacks, done, failed, useClient, useLatest, useLoading } from "./hook_parts.ts";
import { type Change, change } from "./optimistic.ts";
import { mutationOptions, type Target } from "./query_options.ts";
import type { CallInput } from "./request.ts";

/** What a mutation hook is told. */
interface MutationGiven extends Callbacks {
  readonly defaultValues?: object;
  readonly optimistic?: (cache: object, input: unknown) => void;
  readonly onMutate?: (input: unknown) => unknown;
}

/** `useMutation` of an action. */
export function useMutation(target: Target, given: MutationGiven = {}): object {
  const client = useClient(target.key);
  const {
    defaultValues: _values,
    optimistic,
    onLoading: _loading,
    onRequest,
    onMutate,
    onSuccess,
    onError,
    onSettled,
    ...rest
  } = given;
  type Made = readonly [made: unknown, change: Change | undefined] | undefined;
  const result = useMutate<unknown, unknown, unknown, Made>({
    ...mutationOptions(target, rest),
    onMutate: async (input) => [
      await onMutate?.(input),
      optimistic && change(client, (cache) => optimistic(cache, input)),
    ],
    onSuccess: (data, input, made) => onSuccess?.(data, input, made?.[0]),
    onError(error, input, made) {
      made?.[1]?.undo();
      return onError?.(error, input, made?.[0]);
    },
    onSettled(data, error, input, made) {
      made?.[1]?.settle();
      onRequest?.(error ? failed(error) : done(data));
      return onSettled?.(data, error, input, made?.[0]);
    },
  });

  const latest = useLatest({ given, result });
  const [methods] = useState(() => {
    let last: unknown[] | undefined;
    const mutateAsync = (given?: CallInput) => {
      const { given: { defaultValues }, result } = latest.current;
      last = [given];
      return result.mutateAsync(defaultValues ? withDefaults(defaultValues, given) : given);
    };
    const mutate = (given?: CallInput) => mutateAsync(given).then(done, failed);
    return {
      mutateAsync,
      mutate,
      retry: async () => {
        if (!last) throw new TypeError(`Cannot retry ${target.key}: nothing was sent yet`);
        return await mutate(last[0] as CallInput);
      },
    };
  });
  const isLoading = result.isPending;
  useLoading(given, () => isLoading, latest);
  return { ...result, ...methods, isLoading, loading: isLoading, status: isLoading ? "loading" : result.status };
}

function withDefaults(values: object, given?: CallInput): CallInput {
  const body = given?.body;
  const plain = body === undefined || Object.prototype.toString.call(body) === "[object Object]";
  return plain ? { ...given, body: { ...values, ...body as object } } : given!;
}
