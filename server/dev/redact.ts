/**
 * Values as they may be shown: without secrets, no larger than a screen has use for, and as plain JSON.
 *
 * A secret is told by its field's name, at any depth. What is shown leaves the application's process, if only to the
 * terminal beside it, where screens are shared and recorded.
 *
 * @module
 */

/** What stands in place of a secret. */
export const REDACTED = "[redacted]";

/** Part of a longer name, or one of the short ones alone. */
const SECRET =
  /passw|passphrase|secret|token|authorization|cookie|credential|signature|session_?id|(api|access|private)[-_]?key|^(pwd|pass|otp|pin|cvv|cvc|ssn)$/i;

const MAX_DEPTH = 6;
const MAX_ITEMS = 50;
const MAX_TEXT = 2_000;

/** Tells whether a field of this name holds a secret. */
export function isSecretName(name: string): boolean {
  return SECRET.test(name);
}

/** Makes of any value what may be shown. Never throws. */
export function redact(value: unknown, depth = 0): unknown {
  try {
    return show(value, depth);
  } catch {
    return "[cannot be shown]";
  }
}

/** Replaces the secrets among a query string's fields; the rest stays as it was sent. */
export function redactSearch(search: string): string {
  return search.split("&").map((field) => {
    const mark = field.indexOf("=");
    if (mark < 0) return field;
    const name = field.slice(0, mark);
    if (isSecretName(readable(name))) return `${name}=${REDACTED}`;
    // A value may hold a query of its own: a page to return to, a whole input as JSON.
    return isSecretName(readable(field.slice(mark + 1))) ? `${name}=${REDACTED}` : field;
  }).join("&");
}

function show(value: unknown, depth: number): unknown {
  if (typeof value === "string") return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
  if (value === null || typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value !== "object") return value === undefined ? undefined : `[${typeof value}] ${String(value)}`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[invalid date]" : value.toISOString();
  if (value instanceof File) return `[file ${value.name}, ${value.size} bytes]`;
  if (value instanceof Blob) return `[${value.size} bytes]`;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof ReadableStream) return "[stream]";
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (depth >= MAX_DEPTH) return Array.isArray(value) ? "[…]" : "{…}";
  if (value instanceof Map) return redactFields(value.entries(), depth);
  if (value instanceof FormData || value instanceof Headers || value instanceof URLSearchParams) {
    return redactFields(value.entries(), depth);
  }
  if (Array.isArray(value) || value instanceof Set) return showItems([...value], depth);
  return redactFields(Object.entries(value), depth);
}

function showItems(items: readonly unknown[], depth: number): unknown[] {
  const shown = items.slice(0, MAX_ITEMS).map((item) => redact(item, depth + 1));
  return items.length > MAX_ITEMS ? [...shown, `[${items.length - MAX_ITEMS} more]`] : shown;
}

function redactFields(entries: Iterable<readonly [unknown, unknown]>, depth: number): Record<string, unknown> {
  const shown: Record<string, unknown> = Object.create(null);
  let count = 0;
  for (const [key, value] of entries) {
    if (++count > MAX_ITEMS) {
      shown["…"] = "[more]";
      break;
    }
    const name = String(key);
    shown[name] = isSecretName(name) ? REDACTED : redact(value, depth + 1);
  }
  return shown;
}

function readable(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
