/**
 * The project's `.env`.
 *
 * @module
 */
import { join } from "node:path";
import { parseEnv } from "node:util";

/** Reads what the file says and the environment does not: the environment wins. */
export function readEnvFile(root: string): Record<string, string> {
  const read: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseEnv(readText(join(root, ".env"))))) {
    if (value !== undefined && !Deno.env.has(name)) read[name] = value;
  }
  return read;
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
