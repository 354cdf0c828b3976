/**
 * Plugins at run time: started once, one `self` per request, hooks isolated from the request and from each other.
 *
 * @module
 */
import { IgniterError } from "./contract/error.ts";
import { validate } from "./contract/schema.ts";
import type { ContextRecord } from "./context.ts";
import { isPlainObject } from "./pipeline.ts";
import {
  type ActionFunctions,
  type PluginHooks,
  type PluginHost as Host,
  type PluginRecord,
  type PluginSelf,
  sortPlugins,
} from "./plugin.ts";
import { DraftValue } from "./reply.ts";
import type { Responder } from "./responder.ts";

/** One plugin, started. */
interface Running {
  readonly key: string;
  readonly record: PluginRecord;
  built: unknown;
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
  readonly #host: Host;
  /** Gives `$plugins.<key>` by getters, so that a request pays only for the plugins it uses. */
  readonly #values: object;
  #started: Promise<void> | undefined = undefined;
  #ready: boolean;

  /** @throws TypeError when dependencies are missing or cyclic. */
  constructor(plugins: ReadonlyMap<string, PluginRecord>, host: Host) {
    this.#host = host;
    this.#plugins = sortPlugins(plugins).map(([key, record]) => ({ key, record, built: undefined }));
    this.#ready = this.#plugins.length === 0;
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

  /** Whether there are none. */
  get isEmpty(): boolean {
    return this.#plugins.length === 0;
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
   * Starts all, once. After a failure the next call tries again: what it waits for (a database) may have come up.
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
      try {
        plugin.built ??= await plugin.record.build?.(this.#host);
        const scope = this.scope(context());
        await plugin.record.hooks.init?.(scope.context, this.#self(plugin, scope) as never);
      } catch (cause) {
        this.#host.logger.error(`Plugin "${plugin.record.name}" did not start`, {
          plugin: plugin.record.name,
          error: cause,
        });
        throw new IgniterError("ERR_UNAVAILABLE", { message: "The service is not ready", cause });
      }
    }
  }

  /** Gives a context its `$plugins`. */
  scope(context: ContextRecord): PluginScope {
    const scope: PluginScope = { context, response: new DraftValue(undefined, undefined) as never, selves: new Map() };
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
      Object.assign(scope.context, added);
    }
  }

  /** Whether any plugin adds to contexts. */
  get extends(): boolean {
    return this.#plugins.some(({ record }) => record.context !== undefined);
  }

  /** Whether any plugin has a hook. */
  has(hook: keyof PluginHooks<never, never>): boolean {
    return this.#plugins.some(({ record }) => record.hooks[hook] !== undefined);
  }

  /** Calls a hook of every plugin. One that fails is logged and harms neither the others nor the request. */
  async call(
    hook: "beforeRequest" | "afterRequest" | "error" | "destroy",
    scope: PluginScope,
    ...args: readonly unknown[]
  ): Promise<void> {
    for (const plugin of this.#plugins) {
      const run = plugin.record.hooks[hook] as ((...args: readonly unknown[]) => unknown) | undefined;
      if (run === undefined) continue;
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
  }

  /** A plugin's `self` for a route of its own. */
  self(key: string, scope: PluginScope): PluginSelf {
    return this.#self(this.#plugins.find((plugin) => plugin.key === key) as Running, scope);
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
        const { issues } = result;
        throw new IgniterError("ERR_VALIDATION", {
          message: `The input of ${plugin.name}.${name} is not valid`,
          data: { issues },
        });
      }
      return await handler({ input: result.value, self: self() });
    };
  }
  return functions as never;
}
