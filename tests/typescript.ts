/**
 * TypeScript 5.9's API, in process. It is the last version with one: TypeScript 7 is a native program, and the
 * TypeScript 6 inside Deno cannot be reached.
 *
 * @module
 */
// deno-lint-ignore no-import-prefix -- only the checks use it: deno.json lists what the package needs
export { default as ts } from "npm:typescript@5.9.3";
