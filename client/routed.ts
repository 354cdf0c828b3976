/**
 * The ways of calls that not every client has: by what `router` gives (in process, with the router itself; by REST
 * paths, with the schema of one), and in batches. Loaded only by clients that have one of them.
 *
 * @module
 */
import type { Failure } from "../server/contract/error.ts";
import { fillAddress } from "../server/contract/path.ts";
import type { Result } from "../server/contract/reply.ts";
import { failed } from "../server/contract/result.ts";
import { Refused } from "./limits.ts";
import { type Batcher, createBatcher, type Exchange } from "./batch.ts";
import { headersOf } from "./headers.ts";
import type { ClientCallOptions, ClientOptions } from "./options.ts";
import { type CallInput, toSearch } from "./request.ts";

/** A way to call actions. */
export interface Routed {
  /** Calls in process. */
  readonly call?: (
    key: string,
    kind: "query" | "mutation",
    input: CallInput,
    options: ClientCallOptions,
    signal: AbortSignal,
  ) => Promise<Result<unknown, Failure>>;
  /** Opens a stream in process. */
  readonly open?: (key: string, input: CallInput, options: ClientCallOptions) => Promise<AsyncIterable<unknown>>;
  /** An action's method and address below the base path. */
  readonly address?: (key: string, input: CallInput) => Promise<readonly [method: string, path: string] | undefined>;
  /** Sends a call over HTTP with others of its tick. */
  readonly deliver?: Batcher;
}

interface Calls {
  readonly [controller: string]: {
    readonly [action: string]: {
      readonly [method: string]: (input: CallInput, options: object) => unknown;
    };
  };
}

/** What `router` may give. */
interface Given {
  readonly caller?: { with(options: { readonly headers: Headers }): Calls };
  readonly routes?: { readonly [key: string]: readonly [method: string, pattern: string] };
}

/** Asks for the router; nothing stands for the RPC addresses. @throws TypeError when it is neither a router nor a schema. */
export async function loadRouted(client: ClientOptions, exchange: Exchange): Promise<Routed> {
  const given = await client.router?.() as Given | undefined;
  if (given === undefined) return client.batch ? { deliver: createBatcher(client, exchange) } : {};
  const { caller, routes } = given;
  if (caller) {
    const find = async (key: string, method: string, { headers, ...input }: CallInput, options: ClientCallOptions) => {
      const [controller, action] = key.split(".") as [string, string];
      const calls = caller.with({ headers: await headersOf(client.headers, options.headers, headers) });
      const call = calls[controller]?.[action]?.[method];
      return call && ((signal: AbortSignal | undefined) => call(input, signal ? { signal } : {}));
    };
    return {
      async call(key, kind, input, options, signal) {
        const call = await find(key, kind === "query" ? "query" : "mutate", input, options);
        return call
          ? await call(signal) as Result<unknown, Failure>
          : failed("ERR_NOT_FOUND", `The router has no ${kind} ${key}`);
      },
      async open(key, input, options) {
        const open = await find(key, "stream", input, options);
        if (!open) throw new TypeError(`Cannot open ${key}: the router has no such stream`);
        return open(options.signal) as AsyncIterable<unknown>;
      },
    };
  }
  if (!routes) throw new TypeError("Cannot call: what the client's `router` gave is neither a router nor a schema");
  return {
    async address(key, { query, params }) {
      const route = routes[key];
      return route && [route[0], toPath(route[1], params) + await toSearch(query)];
    },
  };
}

/** Fills a path as an RPC address would be; what the server refuses there is refused here. */
function toPath(pattern: string, params: object = {}): string {
  const texts = Object.entries(params).map(([name, value]) => [name, value?.toJSON?.() ?? value]);
  try {
    return fillAddress(pattern, Object.fromEntries(texts));
  } catch (error) {
    throw new Refused("ERR_BAD_REQUEST", (error as Error).message);
  }
}
