/**
 * What handlers and jobs see of live updates.
 *
 * Words. A *channel* is a stream action's key (`notifications.stream`). A *scope* names an audience (`user:7`) that the
 * server granted a connection.
 *
 * Every event goes through the application's store, where there is one, and so reaches the clients of all its processes.
 * What cannot be sent at all (a type with a line break, a cycle) is thrown at once. When the store does not take an
 * event the promise rejects with `ERR_UNAVAILABLE`; it may be dropped, as that rejection ends no process, and clients are
 * told to refetch as soon as the store is back.
 *
 * @module
 */
import type { RevalidateTarget } from "../contract/reply.ts";

/** Who hears an event, and as what. */
export interface PublishOptions {
  /** Only connections that were granted one of these; everybody when absent. */
  readonly scopes?: readonly string[] | undefined;
  /** The event's type. @default "message" */
  readonly type?: string | undefined;
}

/** Publishes to live clients. */
export interface Realtime {
  /** Sends a message to a channel's subscribers. */
  publish(channel: string, data: unknown, options?: PublishOptions): Promise<void>;
  /** Tells clients to refetch queries. */
  revalidate(target: RevalidateTarget, options?: Pick<PublishOptions, "scopes">): Promise<void>;
  /** A channel to publish to. */
  to(channel: string): RealtimeChannel;
  /** Sends a message to every connection, whatever its channels. */
  broadcast(data: unknown, options?: PublishOptions): Promise<void>;
}

/** One channel. */
export interface RealtimeChannel {
  /** Sends a message to its subscribers. */
  publish(data: unknown, options?: PublishOptions): Promise<void>;
}
