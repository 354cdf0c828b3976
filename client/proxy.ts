/**
 * `api.users.list.query`: names on the way to a method, without anything being known of the router at run time.
 *
 * @module
 */

/** Gives what stands behind a method of an action: `resolve("users.list", "query")`. */
export type ResolveMethod = (key: string, method: string) => unknown;

/** Makes a client's face. What it gives for a name is the same each time, so it may stand in a dependency list. */
export function createProxy(resolve: ResolveMethod): object {
  return level((controller) => level((action) => level((method) => resolve(`${controller}.${action}`, method))));
}

function level(make: (name: string) => unknown): object {
  const made: Record<string, unknown> = Object.create(null);
  return new Proxy({}, {
    // A promise has a "then", and whoever awaits or prints a client asks for it and for symbols.
    get: (_, name) =>
      typeof name === "symbol" || name === "then" || name === "toJSON" ? undefined : (made[name] ??= make(name)),
  });
}
