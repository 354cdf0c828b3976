/**
 * What a client has to know to call actions at their REST paths. Without it a client needs no more than the router's
 * type, and uses the RPC addresses.
 *
 * @module
 */

/**
 * The addresses of a router's actions: plain JSON, small in a bundle. `igniter generate schema` writes it, and
 * `createIgniterClient({ router: () => schema })` reads it.
 */
export interface ClientSchema {
  /** By their keys (`users.byId`): the method, and the path's pattern below the base path (`/users/:id`). */
  readonly routes: { readonly [key: string]: readonly [method: string, pattern: string] };
}
