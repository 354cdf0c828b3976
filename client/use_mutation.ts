"use client";
/**
 * `useMutation`, over TanStack's. It is untyped: `react_types.ts` says what it takes and gives.
 *
 * @module
 */
import { useMutation as useMutate } from "@tanstack/react-query";
import { useEffect, useState } from "react";
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

  // Loaded before it is needed, by those who need it.
  const isOptimistic = !!given.optimistic;
  useEffect(() => {
    if (isOptimistic) loadOptimistic().catch(() => {});
  }, [isOptimistic]);

  const latest = useLatest([given, result.mutateAsync, client] as const);
  const [methods] = useState(() => {
    let last: [CallInput | undefined] | undefined;
    const mutateAsync = async (given?: CallInput) => {
      last = [given];
      const [{ defaultValues, optimistic }, send, client] = latest.current;
      const input = defaultValues ? withDefaults(defaultValues, given) : given;
      const made = optimistic && (await loadOptimistic()).change(client, (cache) => optimistic(cache, input));
      try {
        return await send(input);
      } catch (error) {
        made?.undo();
        throw error;
      } finally {
        made?.settle();
      }
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

function withDefaults(values: object, given?: CallInput): CallInput {
  const body = given?.body;
  const plain = body === undefined || Object.prototype.toString.call(body) === "[object Object]";
  return plain ? { ...given, body: { ...values, ...body as object } } : given!;
}
