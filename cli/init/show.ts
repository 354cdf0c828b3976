/**
 * How a plan looks before it is carried out, and what is said at the end.
 *
 * @module
 */
import { relative } from "node:path";
import { paint, print } from "../output.ts";
import type { Plan } from "./plan.ts";

/** Writes what is going to happen. */
export function showPlan(folder: string, plan: Plan): void {
  print(`${paint("bold", "A project in")} ${folder}`);
  for (const line of toLines(plan)) print(`  ${line}`);
  print();
}

/** Writes what to do next. */
export function showNext(folder: string, { next }: Plan): void {
  const path = relative(Deno.cwd(), folder);
  print();
  print(paint("bold", "Next"));
  for (const line of [...(path === "" ? [] : [`cd ${quote(path)}`]), ...next]) print(`  ${paint("cyan", line)}`);
}

/** The plan's lines: files by themselves at the top, by number in the folders below, then the programs. */
export function toLines({ files, commands }: Plan): string[] {
  const counts = new Map<string, number>();
  for (const { path } of files) {
    const place = placeOf(path);
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  const width = Math.max(...[...counts.keys()].map(({ length }) => length));
  return [
    ...[...counts].map(([place, count]) => place.endsWith("/") ? `${place.padEnd(width)}  ${count} files` : place),
    ...commands.map(({ argv }) => `$ ${argv.join(" ")}`),
  ].map((line) => line.replace(/\b1 files$/, "1 file"));
}

/** A folder is told to the third level: `src/features/user/`. */
function placeOf(path: string): string {
  const folders = path.split("/").slice(0, -1);
  return folders.length === 0 ? path : `${folders.slice(0, 3).join("/")}/`;
}

function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
