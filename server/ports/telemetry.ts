/**
 * The telemetry port. A *span* is a named piece of work with a start and an end; spans nest through the provider's own
 * notion of "active" (OpenTelemetry's context), so work started inside {@link Telemetry.span} belongs to it.
 *
 * @module
 */

/** What an attribute may be. */
export type AttributeValue = string | number | boolean;

/** Attributes of a span, by their OpenTelemetry names (`http.route`, …). */
export interface Attributes {
  /** One attribute. */
  readonly [name: string]: AttributeValue | undefined;
}

/** A running span. */
export interface Span {
  /** Renames it: the route pattern is known only after matching. */
  setName(name: string): void;
  /** Adds attributes. */
  setAttributes(attributes: Attributes): void;
  /** Records a failure and marks the span as failed. */
  recordError(error: unknown): void;
}

/** How a span starts. */
export interface SpanOptions {
  /** Its role. @default "internal" */
  readonly kind?: "server" | "client" | "producer" | "consumer" | "internal" | undefined;
  /** First attributes. */
  readonly attributes?: Attributes | undefined;
  /** Carries the remote parent (W3C Trace Context `traceparent`, `tracestate`). */
  readonly parent?: Carrier | undefined;
}

/** Reads what a remote caller sent along; `Headers` is one. */
export interface Carrier {
  /** One field. */
  get(name: string): string | null;
}

/** Writes what a remote receiver shall get; `Headers` is one. */
export interface WritableCarrier {
  /** One field. */
  set(name: string, value: string): void;
}

/** A telemetry provider. */
export interface Telemetry {
  /**
   * Runs `work` inside a new span, active for all that `work` starts. The span ends when `work` returns, when its
   * promise settles, or when it throws; what it returns or throws is passed on.
   */
  span<T>(name: string, options: SpanOptions, work: (span: Span) => T): T;
  /** Writes the active span's trace context. */
  inject(carrier: WritableCarrier): void;
  /** Sends what is buffered; called by `router.close()`. */
  close?(): Promise<void>;
}
