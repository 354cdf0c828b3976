"use client";
/**
 * `execute()` of a query hook: another input, once, in place of the component's own. Loaded by who calls it.
 *
 * @module
 */
import { done, type Outcome } from "./outcome.ts";
import { inputOf } from "./query_key.ts";
import type { Executed, Latest } from "./use_query.ts";

/** Fetches, and shows what was executed until the component's own input changes. */
export async function execute(
  latest: { readonly current: Latest },
  setExecuted: (executed: Executed) => void,
  given: object = {},
): Promise<Outcome> {
  const { given: own, toOptions, client } = latest.current;
  const input = inputOf(given);
  const options = toOptions({ ...own, ...input });
  options.staleTime = 0;
  delete options.initialData;
  // From now on the callbacks are about this one.
  latest.current.options = options;
  setExecuted({ instead: toOptions(own).queryHash, input });
  const data = await client.fetchQuery(options as never);
  const { select } = latest.current.given;
  return done(select ? select(data) : data);
}
