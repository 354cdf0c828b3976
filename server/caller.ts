/**
 * The server caller: actions called in process, through the same dispatch as over HTTP and without serialising.
 *
 * @module
 */
import type {
  Action,
  ActionData,
  ActionErrors,
  ActionShape,
  Args,
  CallOptions,
  Controller,
  InputOf,
  MessageOf,
} from "./contract/action.ts";
import type { Failure } from "./contract/error.ts";
import type { Result } from "./contract/reply.ts";

/** One query. */
export interface QueryCall<D, E, I> {
  /** Calls it. Never throws for a failure of the action. */
  readonly query: Callable<D, E, I>;
}

/** One mutation. */
export interface MutationCall<D, E, I> {
  /** Calls it. Never throws for a failure of the action. */
  readonly mutate: Callable<D, E, I>;
}

/** One stream. */
export interface StreamCall<M, I> {
  /** Opens it: the messages, until the iteration ends. @throws IgniterError when it is refused. */
  readonly stream: (...args: Args<I>) => AsyncIterable<M>;
}

/** A call in both forms. */
export interface Callable<D, E, I> {
  /** Gives `{ data, error }`. */
  (...args: Args<I>): Promise<Result<D, E>>;
  /** Gives the data. @throws IgniterError with the failure's code, status and data. */
  readonly orThrow: (...args: Args<I>) => Promise<D>;
}

/** One action of the caller. A plugin's route can be called either way. */
export type Call<S extends ActionShape, PP extends string> = S["stream"] extends true
  ? StreamCall<MessageOf<S>, InputOf<S, PP>>
  :
    & ("query" extends S["kind"] ? QueryCall<ActionData<S>, ActionErrors<S>, InputOf<S, PP>> : unknown)
    & ("mutation" extends S["kind"] ? MutationCall<ActionData<S>, ActionErrors<S>, InputOf<S, PP>> : unknown);

/** The actions of a router, to be called. */
export type Calls<R> = {
  readonly [K in keyof R]: R[K] extends Controller<infer PP, infer A> ? {
      readonly [N in keyof A]: A[N] extends Action<infer S> ? Call<S, PP> : never;
    }
    : never;
};

/** The server caller. */
export type Caller<R> = Calls<R> & CallerMethods<R>;

/** What a caller can do beside calling. */
export interface CallerMethods<R> {
  /**
   * A caller whose requests carry these headers, those of an incoming request, or both: headers win over the request's.
   * What an earlier `with` said stays, where this one says nothing else.
   *
   * @throws TypeError for a header that HTTP cannot carry.
   */
  with(options: CallerOptions): Caller<R>;
}

/** Where a call's request comes from. */
export interface CallerOptions {
  /** Headers of the request. */
  readonly headers?: HeadersInit;
  /** An incoming request, whose headers and cookies are passed on and whose signal aborts the calls. */
  readonly request?: Request;
}

/** What a call was given. */
export interface CallInput {
  readonly query?: object;
  readonly params?: object;
  readonly body?: unknown;
  readonly headers?: object;
}

/** Runs one call. */
export type Invoke = (
  key: string,
  input: CallInput | undefined,
  origin: CallerOptions,
  options: CallOptions | undefined,
) => Promise<Outcome>;

/** How a call ended. */
export interface Outcome {
  readonly result: Result<unknown, Failure>;
  readonly status: number;
}

/** Opens one stream. */
export type OpenStream = (
  key: string,
  input: CallInput | undefined,
  origin: CallerOptions,
  options: CallOptions | undefined,
) => AsyncIterable<unknown>;

/** What a caller needs of its router. */
export interface CallerHost {
  /** Keys of the actions by controller and name. */
  readonly keys: ReadonlyMap<string, ReadonlyMap<string, "query" | "mutation" | "stream" | "both">>;
  readonly invoke: Invoke;
  readonly open: OpenStream;
  /** Makes the error that `orThrow` throws. */
  readonly toError: (failure: Failure, status: number) => Error;
}

/** Makes a caller. */
export function createCaller(host: CallerHost, origin: CallerOptions): object {
  const caller: Record<string, unknown> = {};
  for (const [controller, actions] of host.keys) {
    const calls: Record<string, object> = {};
    for (const [name, kind] of actions) calls[name] = toCall(host, origin, `${controller}.${name}`, kind);
    caller[controller] = calls;
  }
  caller["with"] = (options: CallerOptions) => createCaller(host, mergeOrigins(origin, options));
  return caller;
}

function mergeOrigins(earlier: CallerOptions, later: CallerOptions): CallerOptions {
  const request = later.request ?? earlier.request;
  const headers = new Headers(earlier.headers);
  for (const [name, value] of new Headers(later.headers)) headers.set(name, value);
  return { headers, ...(request === undefined ? {} : { request }) };
}

function toCall(
  host: CallerHost,
  origin: CallerOptions,
  key: string,
  kind: "query" | "mutation" | "stream" | "both",
): object {
  if (kind === "stream") {
    return { stream: (input?: CallInput, options?: CallOptions) => host.open(key, input, origin, options) };
  }
  const call = async (input?: CallInput, options?: CallOptions) =>
    (await host.invoke(key, input, origin, options)).result;
  const orThrow = async (input?: CallInput, options?: CallOptions): Promise<unknown> => {
    const { result, status } = await host.invoke(key, input, origin, options);
    if (result.error !== null) throw host.toError(result.error, status);
    return result.data;
  };
  const both = Object.assign(call, { orThrow });
  return { ...(kind === "mutation" ? {} : { query: both }), ...(kind === "query" ? {} : { mutate: both }) };
}
