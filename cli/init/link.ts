/**
 * A checkout of Igniter that takes the place of the published package.
 *
 * @module
 */
import { join, resolve } from "node:path";
import { CliError } from "../errors.ts";
import type { LinkedCheckout } from "./options.ts";

/** Reads what a checkout links. @throws CliError when the folder is none. */
export function readLink(folder: string): LinkedCheckout {
  const path = resolve(folder);
  const { name, links = [] } = readConfig(path);
  if (name !== "@igniter-js/core") {
    throw new CliError(`Cannot link ${path}: it is ${name === undefined ? "no package" : `the package ${name}`}`, {
      hint: "Name the folder of a checkout of Igniter, the one with its deno.json.",
    });
  }
  return { path, links: links.map((link) => resolve(path, link)) };
}

function readConfig(folder: string): { readonly name?: string; readonly links?: readonly string[] } {
  try {
    return JSON.parse(Deno.readTextFileSync(join(folder, "deno.json")));
  } catch (cause) {
    throw new CliError(`Cannot link ${folder}: its deno.json cannot be read`, {
      hint: "Name the folder of a checkout of Igniter.",
      cause,
    });
  }
}
