/**
 * How live updates are configured: what `.realtime()` takes, checked once, with the defaults filled in.
 *
 * @module
 */

/** How live updates work. */
export interface RealtimeConfig<C> {
  /** Grants scopes to a connection. Without it nobody receives scoped events. */
  readonly scopes?: (ctx: ScopesInput<C>) => readonly string[] | Promise<readonly string[]>;
  /** How many events are kept for those who come back; who missed more refetches. @default 1000 */
  readonly window?: number;
  /** Seconds for which the store keeps them when nothing more is published. @default 86_400 */
  readonly ttl?: number;
  /** Bytes that wait for a client that reads too slowly; beyond them messages are dropped, and it is told. @default 128_000 */
  readonly budget?: number;
  /** Connections of this process; over it 503. @default 10_000 */
  readonly maxConnections?: number;
  /** Connections of one identity to this process; over it 429. @default 50 */
  readonly maxPerIdentity?: number;
  /** Names whose connection it is, a user's id for instance; those of nobody (`undefined`) are not counted. */
  readonly identity?: (ctx: ScopesInput<C>) => string | undefined | Promise<string | undefined>;
  /** Subscriptions of one connection; over it 400. @default 100 */
  readonly maxChannels?: number;
  /** Other origins whose pages may connect, with cookies: `https://app.example.com`. @default [] */
  readonly origins?: readonly string[];
}

/** What a scopes resolver receives. */
export interface ScopesInput<C> {
  /** The connecting request. */
  readonly request: Request;
  /** Its context. */
  readonly context: C;
}

/** The settings as the engine keeps them. */
export interface RealtimeSettings {
  readonly scopes: ((input: ScopesInput<never>) => unknown) | undefined;
  readonly window: number;
  readonly ttl: number;
  readonly budget: number;
  readonly maxConnections: number;
  readonly maxPerIdentity: number;
  readonly identity: ((input: ScopesInput<never>) => unknown) | undefined;
  readonly maxChannels: number;
  readonly origins: ReadonlySet<string>;
}

const NUMBERS = { window: 1000, budget: 128_000, maxConnections: 10_000, maxPerIdentity: 50, maxChannels: 100 };
const NAMES: ReadonlySet<string> = new Set([...Object.keys(NUMBERS), "scopes", "ttl", "identity", "origins"]);

/** Fills in the defaults. @throws TypeError for what cannot be meant. */
export function toRealtimeSettings(config: RealtimeConfig<never>): RealtimeSettings {
  for (const key of Object.keys(config)) {
    if (!NAMES.has(key)) throw refuse(`there is no setting "${key}"`);
  }
  for (const key of ["scopes", "identity"] as const) {
    if (config[key] !== undefined && typeof config[key] !== "function") throw refuse(`${key} is not a function`);
  }
  const numbers = { ...NUMBERS };
  for (const key of Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]) {
    const value = config[key];
    if (value === undefined) continue;
    if (!Number.isSafeInteger(value) || value < 1) throw refuse(`${key} ${value} is not an integer of at least 1`);
    numbers[key] = value;
  }
  const { ttl = 86_400 } = config;
  if (!(Number.isFinite(ttl) && ttl > 0)) throw refuse(`ttl ${ttl} is not a number of seconds greater than 0`);
  return { ...numbers, ttl, scopes: config.scopes, identity: config.identity, origins: toOrigins(config.origins) };
}

function toOrigins(origins: readonly string[] = []): ReadonlySet<string> {
  if (!Array.isArray(origins)) throw refuse("origins is not a list");
  for (const origin of origins) {
    // A path or a slash at the end would never equal what a browser sends.
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw refuse(`"${origin}" is not an origin like "https://app.example.com"`);
    }
  }
  return new Set(origins);
}

function refuse(why: string): TypeError {
  return new TypeError(`Cannot configure live updates: ${why}`);
}
