/**
 * The request.
 *
 * @module
 */
/** Cookies. */
export interface Cookies {
  /** g */
  get(name: string): string | undefined;
  /** s */
  set(name: string, value: string): void;
  /** d */
  delete(name: string): void;
}
/** The request */
export interface IgniterRequest<Q, B, P, H> {
  /** q */
  readonly query: Q;
  /** b */
  readonly body: B;
  /** p */
  readonly params: P;
  /** h */
  readonly headers: Headers & H;
  /** c */
  readonly cookies: Cookies;
  /** r */
  readonly raw: Request;
  /** s */
  readonly signal: AbortSignal;
}
