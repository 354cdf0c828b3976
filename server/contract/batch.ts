/**
 * The batch: several calls of one client in one request, `POST {basePath}/_/batch`, whose parts fail independently.
 *
 * The body is a JSON list of {@link BatchCall}, the answer a JSON list of {@link BatchAnswer} in the same order, with
 * status 200 however the calls ended; another status, and an envelope, says that the batch itself was refused. All calls
 * share the request's headers (cookies, authorization, the codec). A call has none of its own, or it could set what a
 * browser never lets a page set (`cookie`, `origin`) and what a proxy takes away from strangers (`x-forwarded-for`).
 * Cookies that the calls set are set by the answer; of other headers of theirs nothing is sent.
 *
 * @module
 */

/** Below the base path: where batches are answered. */
export const BATCH_SEGMENT = "_/batch";

/** One call, as its RPC address would have it. */
export interface BatchCall {
  /** The action's key: `users.list`. */
  readonly key: string;
  /** The RPC address's: GET for a query, POST for a mutation. */
  readonly method: "GET" | "POST";
  /** The query string without `?`, path parameters included (`~id=7&page=2`). @default none */
  readonly query?: string;
  /** The body's text, of a mutation. @default none */
  readonly body?: string;
  /** The body's media type. @default "application/json" */
  readonly type?: string;
}

/** One call's answer. */
export interface BatchAnswer {
  /** The status that the call would have had by itself. */
  readonly status: number;
  /** The JSON it would have had: an envelope as a rule; null when there is no content. */
  readonly body: unknown;
  /** The `Retry-After` it would have had. */
  readonly retryAfter?: string;
}
