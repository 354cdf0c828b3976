/**
 * The methods of an action that need no UI library.
 *
 * @module
 */
import type { Failure } from "../server/contract/error.ts";
import { FailureError } from "../server/contract/failure_error.ts";
import type { Result } from "../server/contract/reply.ts";
import type { ClientEngine } from "./engine.ts";
import type { StreamCallOptions } from "./messages.ts";
import type { ClientCallOptions } from "./options.ts";
import type { CallInput } from "./request.ts";

/** Gives `query`, `mutate` or `stream` of an action; `undefined` for other names. */
export function coreMethod(engine: ClientEngine, key: string, method: string): unknown {
  if (method === "stream") {
    return (input?: CallInput, options?: StreamCallOptions) => ({
      [Symbol.asyncIterator]() {
        let opened: Promise<AsyncIterator<unknown>> | undefined;
        return {
          next: async () => (await (opened ??= engine.stream(key, toError, input, options))).next(),
          return: async () => (await opened)?.return?.() ?? { done: true } as IteratorReturnResult<undefined>,
        };
      },
    });
  }
  const kind = method === "query" ? "query" : method === "mutate" ? "mutation" : undefined;
  if (!kind) return undefined;
  const call = (input?: CallInput, options?: ClientCallOptions) => engine.call(key, kind, input, options);
  return Object.assign(call, {
    orThrow: (input?: CallInput, options?: ClientCallOptions) => orThrow(call(input, options)),
  });
}

/** The data of a call. @throws IgniterError with the failure. */
export async function orThrow(call: Promise<Result<unknown, Failure>>): Promise<unknown> {
  const { data, error } = await call;
  if (error) throw toError(error);
  return data;
}

/** A failure as an error to throw. The transport has told it its status. */
export function toError(failure: Failure): FailureError {
  return new FailureError(failure.code, failure);
}
