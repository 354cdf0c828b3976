/**
 * Plugins at run time: started once, one `self` per request, hooks isolated from the request and from each other.
 *
 * @module
 */
import { IgniterError } from "./contract/error.ts";
import { validate } from "./contract/schema.ts";
import type { ContextRecord } from "./context.ts";
import { isPlainObject } from "./plain.ts";
import {
  type ActionFunctions,
  type PluginHooks,
  type PluginHost as Host,
  type PluginRecord,
  type PluginSelf,
  sortPlugins,
} from "./plugin.ts";
import { Outgoing } from "./outgoing.ts";
import { ResponderValue } from "./reply.ts";
import type { Responder } from "./responder.ts";

/**
 * One plugin. It is `new` until its `build` has given its value, `built` until its `init` has passed, then `running`.
 * Only running ones have their hooks called; what was built is destroyed, so that a failed `init` leaks nothing.
 */
interface Running {
  readonly key: string;
  readonly record: PluginRecord;
  built: unknown;
  state: "new" | "built" | "running";
}

/** A request's plugins: `self` by key, made when first asked for. */
export interface PluginScope {
  readonly context: ContextRecord;
  readonly response: Responder;
  readonly selves: Map<string, PluginSelf>;
}

const SCOPE = Symbol("scope");

/** The plugins of an application. */
export class PluginHost {
  readonly #plugins: readonly Running[];
  readonly #byKey: ReadonlyMap<string, Running>;
  readonly #hooked: ReadonlySet<string>;
  readonly #host: Host;
  /** Gives `$plugins.<key>` by getters, so that a request pays only for the plugins it uses. */
  readonly #values: object;
  #started: Promise<void> | undefined = undefined;
  #ready: boolean;
  /** Whether there are none. */
  readonly isEmpty: boolean;
  /** Whether any plugin adds to contexts. */
  readonly extends: boolean;

  /** @throws TypeError when dependencies are missing or cyclic. */
  constructor(plugins: ReadonlyMap<string, PluginRecord>, host: Host) {
    this.#host = host;
    this.#plugins = sortPlugins(plugins).map(([key, record]) => ({ key, record, built: undefined, state: "new" }));
    this.#byKey = new Map(this.#plugins.map((plugin) => [plugin.key, plugin]));
    this.#hooked = new Set(this.#plugins.flatMap(({ record }) => Object.keys(record.hooks)));
    this.isEmpty = this.#plugins.length === 0;
    this.extends = this.#plugins.some(({ record }) => record.context !== undefined);
    this.#ready = this.isEmpty;
    const values = {};
    for (const plugin of this.#plugins) {
      Object.defineProperty(values, plugin.key, {
        enumerable: true,
        get: function (this: { readonly [SCOPE]: PluginScope }): unknown {
          return plugin.record.build === undefined ? host_self(plugin, this[SCOPE]).actions : plugin.built;
        },
      });
    }
    const host_self = (plugin: Running, scope: PluginScope): PluginSelf => this.#self(plugin, scope);
    this.#values = values;
  }

  /** Whether all have started. */
  get isReady(): boolean {
    return this.#ready;
  }

  /** The plugins in the order of their dependencies. */
  get records(): readonly (readonly [key: string, record: PluginRecord])[] {
    return this.#plugins.map(({ key, record }) => [key, record]);
  }

  /**
   * Starts all, once. After a failure the next call goes on where it failed: what that waits for (a database) may have
   * come up.
   *
   * @throws IgniterError `ERR_UNAVAILABLE` when one does not start; the reason is its cause.
   */
  start(context: () => ContextRecord): Promise<void> {
    return this.#started ??= this.#start(context).then(() => {
      this.#ready = true;
    }, (cause) => {
      this.#started = undefined;
      throw cause;
    });
  }

  async #start(context: () => ContextRecord): Promise<void> {
    for (const plugin of this.#plugins) {
      if (plugin.state === "running") continue;
      try {
        if (plugin.state === "new") plugin.built = await plugin.record.build?.(this.#host);
        plugin.state = "built";
        const scope = this.scope(context());
        await plugin.record.hooks.init?.(scope.context, this.#self(plugin, scope) as never);
        plugin.state = "running";
      } catch (cause) {
        this.#host.logger.error(`Plugin "${plugin.record.name}" did not start`, {
          plugin: plugin.record.name,
          error: cause,
        });
        throw new IgniterError("ERR_UNAVAILABLE", { message: "The service is not ready", cause });
      }
    }
  }

  /**
   * Stops all, each before what it depends on; what is still starting first comes to its end. Another router of the
   * same application may start them again.
   */
  async stop(context: () => ContextRecord): Promise<void> {
    await this.#started?.catch(() => {});
    this.#started = undefined;
    this.#ready = this.isEmpty;
    const scope = this.scope(context());
    for (const plugin of [...this.#plugins].reverse()) {
      if (plugin.state === "new") continue;
      plugin.state = "new";
      await this.#call(plugin, "destroy", scope, []);
    }
  }

  /** Gives a context its `$plugins`. */
  scope(context: ContextRecord): PluginScope {
    // Outside of a request there is no answer that `response.headers` could add to.
    const response = Object.hasOwn(context, "response")
      ? context["response"]
      : new ResponderValue({ outgoing: new Outgoing() });
    const scope: PluginScope = { context, response: response as Responder, selves: new Map() };
    const plugins = Object.create(this.#values, { [SCOPE]: { value: scope } });
    Object.defineProperty(context, "$plugins", {
      value: plugins,
      enumerable: true,
      configurable: true,
      writable: false,
    });
    return scope;
  }

  /** Lets plugins add to a request's context. @throws TypeError when what they give is no plain object. */
  async extend(scope: PluginScope, request: Request): Promise<void> {
    for (const { record } of this.#plugins) {
      if (record.context === undefined) continue;
      const added = await record.context({ request, context: scope.context });
      if (!isPlainObject(added)) {
        throw new TypeError(`Cannot make the context: plugin "${record.name}" gave no plain object`);
      }
      for (const name of Object.keys(added)) {
        if (Object.hasOwn(scope.context, name)) {
          throw new TypeError(
            `Cannot make the context: plugin "${record.name}" gave "${name}", which is there already`,
          );
        }
      }
      Object.assign(scope.context, added);
    }
  }

  /** Whether any plugin has a hook. */
  has(hook: keyof PluginHooks<never, never>): boolean {
    return this.#hooked.has(hook);
  }

  /** Calls a hook of every running plugin. One that fails is logged and harms neither the others nor the request. */
  async call(
    hook: "beforeRequest" | "afterRequest" | "error",
    scope: PluginScope,
    ...args: readonly unknown[]
  ): Promise<void> {
    for (const plugin of this.#plugins) {
      if (plugin.state === "running") await this.#call(plugin, hook, scope, args);
    }
  }

  async #call(
    plugin: Running,
    hook: keyof PluginHooks<never, never>,
    scope: PluginScope,
    args: readonly unknown[],
  ): Promise<void> {
    const run = plugin.record.hooks[hook] as ((...args: readonly unknown[]) => unknown) | undefined;
    if (run === undefined) return;
    try {
      await run(scope.context, ...args, this.#self(plugin, scope));
    } catch (error) {
      this.#host.logger.error(`Hook "${hook}" of plugin "${plugin.record.name}" failed`, {
        plugin: plugin.record.name,
        hook,
        error,
      });
    }
  }

  /** A plugin's `self` for a route of its own. */
  self(key: string, scope: PluginScope): PluginSelf {
    return this.#self(this.#byKey.get(key) as Running, scope);
  }

  #self(plugin: Running, scope: PluginScope): PluginSelf {
    const known = scope.selves.get(plugin.key);
    if (known !== undefined) return known;
    const self: PluginSelf = {
      ...this.#host,
      name: plugin.record.name,
      built: plugin.built as undefined,
      response: scope.response,
      context: scope.context,
      actions: {},
    };
    Object.assign(self, { actions: toFunctions(plugin.record, () => self) });
    scope.selves.set(plugin.key, self);
    return self;
  }
}

/** A plugin's actions as functions. A failure rejects with the error itself. */
function toFunctions(plugin: PluginRecord, self: () => PluginSelf): ActionFunctions<Record<string, never>> {
  const functions: Record<string, (input?: unknown) => Promise<unknown>> = {};
  for (const [name, { input: schema, handler }] of plugin.actions) {
    functions[name] = async (input) => {
      if (schema === undefined) return await handler({ input, self: self() });
      const result = await validate(schema, input);
      if (result.issues !== undefined) {
        // A defect of the calling code, not of the request: as an IgniterError it would tell the client of an input
        // that the client never sent.
        const list = result.issues.map(({ path, message }) => [...path.map(String), message].join(": "));
        throw new TypeError(`Cannot call ${plugin.name}.${name}: ${list.join("; ")}`, { cause: result.issues });
      }
      return await handler({ input: result.value, self: self() });
    };
  }
  return functions as never;
}
