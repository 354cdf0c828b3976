/**
 * Igniter: define an API once, with types, and serve it over HTTP, RPC and in process.
 *
 * @module
 */
export { Igniter } from "./server/builder.ts";
