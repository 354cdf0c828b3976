/**
 * Writes answers: the server's half of the wire. Clients read them, so nothing of this is in their bundles.
 *
 * @module
 */
import { toBase64 } from "./encode.ts";
import { needsEncoding } from "./needs_encoding.ts";
import { type Fields, isBinary, isOrdinary, isPlain } from "./values.ts";
import type { MetaEntry } from "./wire.ts";

/**
 * Writes the envelope of a value for which {@link needsEncoding} is false. In one go: putting texts together leaves the
 * engine a rope to flatten, which costs a small answer as much as all the rest of its writing.
 */
export function stringifyPlain(value: unknown, failed: boolean): string {
  const json = typeof value === "function" || typeof value === "symbol" || value === undefined ? null : value;
  return JSON.stringify(failed ? { data: null, error: json } : { data: json, error: null });
}

/**
 * Writes an answer: always both keys, and `meta` (its paths start with `data` or `error`) only for a rich receiver and
 * when needed. `undefined` is null; with an error the data is null.
 *
 * @param onInstance Hears of class instances as in `EncodeOptions`; it costs the fast path, so give it in development
 * only.
 * @throws TypeError when a value holds itself.
 * @throws RangeError when a value is nested deeper than the engine's stack.
 */
export function stringifyEnvelope(
  data: unknown,
  error: unknown,
  rich: boolean,
  onInstance?: (constructorName: string) => void,
): string {
  const failed = error !== null && error !== undefined;
  const value = failed ? error : data === undefined ? null : data;
  if (onInstance === undefined && !needsEncoding(value, rich)) {
    try {
      return stringifyPlain(value, failed);
    } catch (cause) {
      // A bigint or a cycle in what a `toJSON` returned: the encoder carries the one and names the other.
      if (!(cause instanceof TypeError)) throw cause;
    }
  }
  const meta: MetaEntry[] = [];
  const envelope = failed ? { data: null, error: value } : { data: value, error: null };
  const { data: good = null, error: bad = null } = toPlain(envelope, rich ? meta : undefined, onInstance) as Fields;
  return JSON.stringify(meta.length > 0 ? { data: good, error: bad, meta } : { data: good, error: bad });
}

/**
 * What `encode` does, twice as long and three times as fast: each answer of a server comes through here, when it holds
 * what JSON cannot carry. Without `meta` nothing is noted. Answers undefined for what JSON leaves out.
 */
function toPlain(
  root: unknown,
  meta: MetaEntry[] | undefined,
  onInstance: ((constructorName: string) => void) | undefined,
): unknown {
  const path: (string | number)[] = [];
  const ancestors = new Set<object>();

  const note = (type: string) => meta?.push([type, ...path]);

  const at = (key: string | number, value: unknown): unknown => {
    if (typeof value === "string") return value;
    path.push(key);
    const json = visit(value);
    path.pop();
    return json;
  };

  const visit = (value: unknown): unknown => {
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "number":
        if (isOrdinary(value)) return value;
        note(value === 0 ? "-0" : String(value));
        return value === 0 ? 0 : null;
      case "bigint":
        note("bigint");
        return String(value);
      case "undefined":
        note("undefined");
        return undefined;
      case "object":
        return value && visitObject(value);
    }
  };

  /** `bare`: the value came out of a `toJSON`; as in JSON, one it has itself is not called. */
  const visitObject = (value: object, bare?: boolean): unknown => {
    let items: unknown = value;
    const plain = isPlain(value);
    if (!plain && !Array.isArray(value)) {
      if (value instanceof Date) {
        note("date");
        return Number.isNaN(value.getTime()) ? null : value.toISOString();
      }
      if (value instanceof URL) {
        note("url");
        return value.href;
      }
      if (isBinary(value)) {
        const view = ArrayBuffer.isView(value);
        note(view ? "bytes" : "buffer");
        return toBase64(value);
      }
      if (value instanceof Map || value instanceof Set) {
        note(value instanceof Map ? "map" : "set");
        items = [...value];
      }
    }
    if (ancestors.has(value)) {
      throw new TypeError(`Cannot encode a cyclic value: "${path.join(".")}"`);
    }
    ancestors.add(value);
    let json: unknown;
    if (items === value && !bare && typeof (value as Fields).toJSON === "function") {
      const result = (value as { toJSON(key: string): unknown }).toJSON(String(path.at(-1) ?? ""));
      if (result === value) ancestors.delete(value);
      json = typeof result === "object" && result !== null ? visitObject(result, true) : visit(result);
    } else if (Array.isArray(items)) {
      const list: unknown[] = [];
      for (let index = 0; index < items.length; index++) list.push(at(index, items[index]) ?? null);
      json = list;
    } else {
      if (!plain) onInstance?.(String(value.constructor?.name));
      const fields: Fields = {};
      for (const key of Object.keys(value)) {
        const field = at(key, (value as Fields)[key]);
        if (field !== undefined) put(fields, key, field);
      }
      json = fields;
    }
    ancestors.delete(value);
    return json;
  };

  return visit(root);
}

/** Never through a setter: `__proto__` is a key like any other. */
function put(fields: Fields, key: string, value: unknown): void {
  if (key !== "__proto__") fields[key] = value;
  else Object.defineProperty(fields, key, { value, writable: true, enumerable: true, configurable: true });
}
