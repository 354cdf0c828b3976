/**
 * The request context: the application's own, the features, the plugins' values; made once per request.
 *
 * @module
 */
import { isPlainObject, isThenable } from "./plain.ts";

/** Makes the application's own context for a request. */
export type ContextFactory = (request: Request) => object | Promise<object>;

/**
 * The member of `added` that is the framework's in every context, if there is one: nobody else may provide it (D3).
 * Written out, because a loop over names costs several times as much, for each procedure of each request.
 */
export function frameworkName(added: object): string | undefined {
  if ("response" in added) return "response";
  if ("realtime" in added) return "realtime";
  return "$plugins" in added ? "$plugins" : undefined;
}

/** A context as the engine keeps it: procedures add to it. */
export type ContextRecord = Record<string, unknown>;

/**
 * Makes a context of the factory's result and `features`. A fresh object each time, so that nothing which one request
 * adds is seen by another even when the factory gives the same object twice.
 *
 * @throws TypeError when the factory's result is not a plain object, or has a name that a feature has.
 */
export function createContext(
  factory: ContextFactory | undefined,
  features: ContextRecord,
  request: Request,
): ContextRecord | Promise<ContextRecord> {
  if (factory === undefined) return guarded({ ...features });
  const base = factory(request);
  return isThenable(base) ? Promise.resolve(base).then((value) => merge(value, features)) : merge(base, features);
}

function merge(base: unknown, features: ContextRecord): ContextRecord {
  if (!isPlainObject(base)) {
    throw new TypeError("Cannot make the context: its factory returned no plain object (spread an instance into one)");
  }
  const taken = frameworkName(base);
  if (taken !== undefined) {
    throw new TypeError(`Cannot make the context: its factory returned "${taken}", which is the framework's`);
  }
  const context = { ...base };
  for (const name in features) {
    const value = features[name];
    if (context[name] !== undefined && context[name] !== value) {
      throw new TypeError(`Cannot make the context: its factory returned "${name}", which is the framework's`);
    }
    context[name] = value;
  }
  return context;
}

/**
 * A context whose type was named without a factory. Reading a key that nobody provided is a mistake of wiring, and says
 * so; `undefined` would surface far from its cause.
 */
function guarded(context: ContextRecord): ContextRecord {
  return new Proxy(context, {
    get(target, key, receiver) {
      if (typeof key === "symbol" || key in target || QUIET.has(key)) return Reflect.get(target, key, receiver);
      throw new TypeError(
        `Cannot read context.${key}: no context factory was given; use Igniter.context(factory) or router({ context: factory })`,
      );
    },
  });
}

/** Keys that runtimes and test tools read of any object. */
const QUIET = new Set([
  "$plugins",
  "then",
  "toJSON",
  "constructor",
  "asymmetricMatch",
  "nodeType",
  "$$typeof",
  "inspect",
]);
