/**
 * What a client asks for when it connects.
 *
 * @module
 */
import { IgniterError } from "../contract/error.ts";

/** One subscription. */
export interface Subscription {
  /** As it was asked for, up to a `#`: so it is called in frames. */
  readonly name: string;
  /** The action's key. */
  readonly key: string;
  /** The action's input, as a query string. */
  readonly search: string;
  /** The generator to go on with. */
  readonly session: string | undefined;
  /** The number of its last message that was seen. */
  readonly after: number;
}

/** All that a client asks for. */
export interface Asked {
  readonly subscriptions: readonly Subscription[];
  /** What it wants to hear of what it is granted; all of it when absent. */
  readonly scopes: ReadonlySet<string> | undefined;
  /** The last id that it saw. */
  readonly lastId: string | undefined;
  /** When it began to fetch what it shows, in milliseconds since the epoch. */
  readonly since: number | undefined;
}

/** Characters of one subscription or scope: what is longer is no honest one. */
const MAX_LENGTH = 4096;
const MAX_SCOPES = 1000;
const SESSION = /^([\w-]{1,64})\.(\d{1,15})$/;

/** Reads what a client asks for, at a time. @throws IgniterError `ERR_BAD_REQUEST` for more than is reasonable. */
export function parseAsked({ url, headers }: Request, maxChannels: number, now: number): Asked {
  const fields = new URL(url).searchParams;
  const subscriptions = new Map<string, Subscription>();
  for (const text of fields.getAll("channel")) {
    if (text.length > MAX_LENGTH) throw refuse("A channel is too long");
    const subscription = toSubscription(text);
    if (!subscriptions.has(subscription.name)) subscriptions.set(subscription.name, subscription);
    if (subscriptions.size > maxChannels) throw refuse(`There are more than ${maxChannels} channels`);
  }
  const scopes = fields.getAll("scope");
  if (scopes.length > MAX_SCOPES || scopes.some((scope) => scope.length > MAX_LENGTH)) {
    throw refuse("There are too many scopes, or too long ones");
  }
  // A browser that comes back by itself repeats the address as it was: the header is the newer of the two.
  const lastId = headers.get("last-event-id") ?? fields.get("last-event-id") ?? fields.get("Last-Event-ID") ?? "";
  return {
    subscriptions: [...subscriptions.values()],
    scopes: scopes.length > 0 ? new Set(scopes) : undefined,
    lastId: lastId === "" ? undefined : lastId,
    since: toSince(fields.get("since"), now),
  };
}

function toSince(text: string | null, now: number): number | undefined {
  if (text === null) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw refuse(`"since" is no number of milliseconds: ${text.slice(0, 20)}`);
  return now - Number(text);
}

function toSubscription(text: string): Subscription {
  const hash = text.indexOf("#");
  const name = hash < 0 ? text : text.slice(0, hash);
  const mark = name.indexOf("?");
  const [, session, after] = hash < 0 ? [] : SESSION.exec(text.slice(hash + 1)) ?? [];
  return {
    name,
    key: mark < 0 ? name : name.slice(0, mark),
    search: mark < 0 ? "" : name.slice(mark + 1),
    session,
    after: Number(after ?? 0),
  };
}

function refuse(message: string): IgniterError {
  return new IgniterError("ERR_BAD_REQUEST", { message });
}
