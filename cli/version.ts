/**
 * Which Igniter this is.
 *
 * @module
 */
import config from "../deno.json" with { type: "json" };

/** The package's version; the CLI has the same. */
export const VERSION: string = config.version;
