/**
 * A telemetry provider that remembers its spans. What is active travels through `AsyncLocalStorage`, as OpenTelemetry's
 * context does.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Attributes, AttributeValue, Span, SpanOptions, Telemetry, WritableCarrier } from "@igniter-js/core";

/** One span, as it ended. */
export interface RecordedSpan {
  readonly id: string;
  readonly kind: string;
  /** The span it was started in. */
  readonly parent: string | undefined;
  /** What the remote caller sent along. */
  readonly traceparent: string | null;
  name: string;
  readonly attributes: Record<string, AttributeValue | undefined>;
  readonly errors: unknown[];
  /** How often it ended: 1 when all is well. */
  ends: number;
}

/** A provider that tells what it was told. */
export interface RecordingTelemetry extends Telemetry {
  /** All spans, in the order of their start. */
  readonly spans: readonly RecordedSpan[];
  /** Whether it was closed. */
  readonly closed: boolean;
}

export function createRecordingTelemetry(): RecordingTelemetry {
  const active = new AsyncLocalStorage<RecordedSpan>();
  const spans: RecordedSpan[] = [];
  let closed = false;
  return {
    spans,
    get closed() {
      return closed;
    },
    span<T>(name: string, { kind = "internal", attributes = {}, parent }: SpanOptions, work: (span: Span) => T): T {
      const span: RecordedSpan = {
        id: `span-${spans.length + 1}`,
        kind,
        parent: active.getStore()?.id,
        traceparent: parent?.get("traceparent") ?? null,
        name,
        attributes: { ...attributes },
        errors: [],
        ends: 0,
      };
      spans.push(span);
      const end = (): void => void span.ends++;
      return active.run(span, () => {
        let result: T;
        try {
          result = work(toHandle(span));
        } catch (error) {
          end();
          throw error;
        }
        if (result instanceof Promise) return result.finally(end) as T;
        end();
        return result;
      });
    },
    inject(carrier: WritableCarrier): void {
      const span = active.getStore();
      if (span !== undefined) carrier.set("traceparent", span.id);
    },
    close() {
      closed = true;
      return Promise.resolve();
    },
  };
}

function toHandle(span: RecordedSpan): Span {
  const open = (): void => {
    if (span.ends > 0) throw new Error(`Cannot change span "${span.name}": it has ended`);
  };
  return {
    setName(name: string): void {
      open();
      span.name = name;
    },
    setAttributes(attributes: Attributes): void {
      open();
      Object.assign(span.attributes, attributes);
    },
    recordError(error: unknown): void {
      open();
      span.errors.push(error);
    },
  };
}
