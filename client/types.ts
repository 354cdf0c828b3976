/**
 * What a client's actions look like, computed where one is touched.
 *
 * @module
 */
import type {
  Action,
  ActionData,
  ActionErrors,
  ActionShape,
  Controller,
  InputOf,
  MessageOf,
} from "../server/contract/action.ts";
import type { Failure } from "../server/contract/error.ts";
import type { Result } from "../server/contract/reply.ts";
import type { StreamCallOptions } from "./messages.ts";
import type { ClientCallOptions } from "./options.ts";

/** What a call can fail with on its way. */
export type TransportFailure = Failure<"ERR_NETWORK" | "ERR_ABORTED" | "ERR_TIMEOUT" | "ERR_BAD_RESPONSE", undefined>;

/** The failures of an action, seen from a client. */
export type ClientErrors<S extends ActionShape> = ActionErrors<S> | TransportFailure;

/** A call's arguments: the input is optional when nothing in it is required. */
export type ClientArgs<I> = {} extends I ? [input?: I, options?: ClientCallOptions]
  : [input: I, options?: ClientCallOptions];

/** A call in both forms. */
export interface ClientCall<D, E, I> {
  /** Gives `{ data, error }`: neither a failure of the action nor one on the way is thrown. */
  (...args: ClientArgs<I>): Promise<Result<D, E>>;
  /** Gives the data. @throws IgniterError with the failure's code, message and data. */
  readonly orThrow: (...args: ClientArgs<I>) => Promise<D>;
}

/** One query. */
export interface ClientQuery<D, E, I> {
  /** Calls it. */
  readonly query: ClientCall<D, E, I>;
}

/** One mutation. */
export interface ClientMutation<D, E, I> {
  /** Calls it. */
  readonly mutate: ClientCall<D, E, I>;
}

/** A stream's arguments: the input is optional when nothing in it is required. */
export type StreamArgs<I> = {} extends I ? [input?: I, options?: StreamCallOptions]
  : [input: I, options?: StreamCallOptions];

/** One stream. */
export interface ClientStream<M, I> {
  /** Opens it: the messages, until the iteration ends or the signal aborts. @throws IgniterError when it is refused. */
  readonly stream: (...args: StreamArgs<I>) => AsyncIterable<M>;
}

/** One action. A plugin's route can be called either way. */
export type CoreAction<S extends ActionShape, PP extends string> = S["stream"] extends true
  ? ClientStream<MessageOf<S>, InputOf<S, PP>>
  : S["kind"] extends "query" ? ClientQuery<ActionData<S>, ClientErrors<S>, InputOf<S, PP>>
  : S["kind"] extends "mutation" ? ClientMutation<ActionData<S>, ClientErrors<S>, InputOf<S, PP>>
  :
    & ClientQuery<ActionData<S>, ClientErrors<S>, InputOf<S, PP>>
    & ClientMutation<ActionData<S>, ClientErrors<S>, InputOf<S, PP>>;

/** The actions of a router, to be called. */
export type CoreClient<R> = {
  readonly [K in keyof R]: R[K] extends Controller<infer PP, infer A> ? {
      readonly [N in keyof A]: A[N] extends Action<infer S> ? CoreAction<S, PP> : never;
    }
    : never;
};
