/**
 * Offline stand-in for the part of `jsr:@fresh/core` that a project of `igniter init --framework fresh` uses, written from
 * its documentation: middleware, routes by method and pattern, the handler for `Deno.serve`. No rendering.
 *
 * @module
 */

/** How an application is made. */
export interface FreshConfig {
  /** The mode Fresh can run in. */
  mode?: "development" | "production";
}

/** What middleware gets. */
export interface Context<State> {
  readonly req: Request;
  readonly url: URL;
  readonly params: Record<string, string>;
  readonly state: State;
  readonly info: Deno.ServeHandlerInfo;
  next(): Promise<Response>;
}

/** Answers, or calls what comes next. */
export type Middleware<State> = (context: Context<State>) => Response | Promise<Response>;

interface Route<State> {
  /** `undefined` for all. */
  readonly method: string | undefined;
  readonly pattern: URLPattern;
  readonly run: Middleware<State>;
  /** The middleware that was there before it. */
  readonly before: readonly Middleware<State>[];
}

/** An application. */
export class App<State> {
  /** What it was made with. */
  readonly config: FreshConfig;
  readonly #middlewares: Middleware<State>[] = [];
  readonly #routes: Route<State>[] = [];

  /** Makes one. */
  constructor(config: FreshConfig = {}) {
    this.config = config;
  }

  /** Adds middleware for what is added later, and for what no route answers. */
  use(...middlewares: Middleware<State>[]): this {
    this.#middlewares.push(...middlewares);
    return this;
  }

  /** Adds a route for GET, and so for HEAD. */
  get(path: string, run: Middleware<State>): this {
    return this.#add("GET", path, run);
  }

  /** Adds a route for every method. */
  all(path: string, run: Middleware<State>): this {
    return this.#add(undefined, path, run);
  }

  /** Makes what `Deno.serve` calls. */
  handler(): (request: Request, info: Deno.ServeHandlerInfo) => Promise<Response> {
    return async (req, info) => {
      const url = new URL(req.url);
      url.pathname = url.pathname.replace(/\/+/g, "/");
      const method = req.method === "HEAD" ? "GET" : req.method;
      // A path without parameters comes before patterns; of patterns the first that matches decides, whatever the method.
      const matching = this.#routes.filter(({ pattern }) => pattern.test({ pathname: url.pathname }));
      const first = matching.find(({ pattern }) => pattern.pathname === url.pathname) ?? matching[0];
      const route = matching.find((other) =>
        other.pattern.pathname === first?.pattern.pathname && (other.method ?? method) === method
      );
      const status = first === undefined ? 404 : 405;
      const last: Middleware<State> = route?.run ?? (() => new Response(null, { status }));
      const params = first?.pattern.exec({ pathname: url.pathname })?.pathname.groups ?? {};
      const chain = [...(route?.before ?? this.#middlewares), last];
      const base = { req, url, info, params: params as Record<string, string>, state: {} as State };
      const step = async (at: number): Promise<Response> => await chain[at]!({ ...base, next: () => step(at + 1) });
      const response = await step(0);
      return req.method === "HEAD" ? new Response(null, response) : response;
    };
  }

  #add(method: string | undefined, pathname: string, run: Middleware<State>): this {
    this.#routes.push({ method, pattern: new URLPattern({ pathname }), run, before: [...this.#middlewares] });
    return this;
  }
}
