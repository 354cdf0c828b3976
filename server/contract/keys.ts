/**
 * Keys: how actions are named everywhere (`users.list`), as types and as a rule for names.
 *
 * @module
 */
import type { Action, Controller, InputOf } from "./action.ts";

/** The keys of a router: `users.list`, and `users` or `users.*` for all of a controller. */
export type KeyOf<C> = {
  [K in keyof C & string]:
    | K
    | `${K}.*`
    | (C[K] extends { readonly actions: infer A } ? `${K}.${keyof A & string}` : never);
}[keyof C & string];

/** The input of the action a key names. */
export type KeyInput<C, K extends string> = K extends `${infer G}.${infer N}`
  ? G extends keyof C
    ? C[G] extends Controller<infer PP, infer A>
      ? N extends keyof A ? A[N] extends Action<infer S> ? InputOf<S, PP> : undefined : undefined
    : undefined
  : undefined
  : undefined;

/** The keys of a router's streams. */
export type StreamKeyOf<C> = {
  [K in keyof C & string]: C[K] extends { readonly actions: infer A } ? {
      [N in keyof A & string]: A[N] extends Action<infer S> ? S["stream"] extends true ? `${K}.${N}` : never : never;
    }[keyof A & string]
    : never;
}[keyof C & string];

/**
 * Refuses a name that cannot be part of a key.
 *
 * @throws TypeError
 */
export function checkName(what: string, name: string): void {
  if (name === "" || name === "_" || name === "then" || name === "toJSON" || /[.*~/?#%\s]/.test(name)) {
    throw new TypeError(
      `Cannot use "${name}" as ${what}: names may not be empty, "_", "then", "toJSON", nor have any of ". * ~ / ? # %"`,
    );
  }
}
