/**
 * Tells a render from everywhere else, by React's own dispatcher.
 *
 * @module
 */

/** React's dispatcher: the hooks of the component being rendered. */
interface Dispatcher {
  readonly useCallback: unknown;
  readonly useEffect: unknown;
}

interface Internals {
  readonly H?: Dispatcher | null;
  readonly ReactCurrentDispatcher?: { readonly current: Dispatcher | null };
}

/**
 * Tells whether a component is being rendered by this React (18 or 19). Of an unknown React it assumes so: then a hook
 * itself says what is wrong. Between components the dispatcher is one whose hooks all are the same function, which
 * throws. React's build for server components has no `useState`, and no component there can use a hook.
 */
export function isRendering(react: object): boolean {
  const names = react as { readonly [name: string]: unknown };
  if (!names["useState"]) return false;
  const internals = (names["__CLIENT_INTERNALS_DO_NOT_USE_OR_WARN_USERS_THEY_CANNOT_UPGRADE"] ??
    names["__SECRET_INTERNALS_DO_NOT_USE_OR_YOU_WILL_BE_FIRED"]) as Internals | undefined;
  const dispatcher = internals?.ReactCurrentDispatcher ? internals.ReactCurrentDispatcher.current : internals?.H;
  return dispatcher === undefined || dispatcher !== null && dispatcher.useCallback !== dispatcher.useEffect;
}
