/**
 * What the tree of commands is made of.
 *
 * @module
 */
import type { Command } from "@cliffy/command";

/**
 * A command, whatever its options and arguments are: what each `create…Command()` returns. Inside, the chain knows their
 * types; the tree has no use for them.
 */
// deno-lint-ignore no-explicit-any
export type AnyCommand = Command<any>;
