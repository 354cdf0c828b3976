/**
 * Granting scopes: the server decides, a client can only ask for less.
 *
 * @module
 */
import type { RealtimeSettings, ScopesInput } from "./options.ts";

/**
 * What a connection may hear.
 *
 * @throws TypeError when the resolver gives no list of strings; and what the resolver throws.
 */
export async function grantScopes(
  { scopes }: Pick<RealtimeSettings, "scopes">,
  input: ScopesInput<unknown>,
  asked?: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const granted = await scopes?.(input as ScopesInput<never>) ?? [];
  // A string would be taken apart into scopes of one letter each.
  if (!Array.isArray(granted) || granted.some((scope) => typeof scope !== "string")) {
    throw new TypeError("Cannot grant scopes: the resolver gave no list of strings");
  }
  return new Set<string>(asked === undefined ? granted : granted.filter((scope) => asked.has(scope)));
}
