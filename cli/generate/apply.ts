/**
 * Does what a plan says, or shows it.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { CliError } from "../errors.ts";
import { paint, print } from "../output.ts";
import type { Project } from "../project/find.ts";
import { formatSource, isFormatted } from "./format.ts";
import type { GeneratePlan, PlannedFile } from "./plan.ts";

/** How to do it. */
export interface ApplyOptions {
  /** Whether files that are there may be overwritten. @default false */
  readonly force?: boolean | undefined;
  /** Whether to show what would be done, and do nothing. @default false */
  readonly dryRun?: boolean | undefined;
}

/** Writes a plan's files, or shows them. @throws CliError when a file is there already. */
export async function applyPlan(project: Project, plan: GeneratePlan, options: ApplyOptions = {}): Promise<void> {
  const { force = false, dryRun = false } = options;
  const there = plan.files.filter(({ path }) => existsSync(join(project.root, path)));
  if (there.length > 0 && !force) {
    const list = there.map(({ path }) => path).join(", ");
    throw new CliError(`Cannot write ${list}: ${there.length === 1 ? "it is" : "they are"} there already`, {
      hint: "--force overwrites.",
    });
  }
  const isDeno = project.runtime === "deno";
  const files = isDeno ? await Promise.all(plan.files.map((file) => format(file, project.root))) : plan.files;
  const edits = isDeno ? await Promise.all(plan.edits.map((edit) => formatEdit(edit, project.root))) : plan.edits;
  for (const file of files) {
    const verb = there.some(({ path }) => path === file.path) ? "overwrite" : "create";
    print(`${paint("green", verb)} ${file.path}`);
    if (!dryRun) write(project.root, file);
  }
  for (const edit of edits) {
    print(`${paint("yellow", "change")} ${edit.path}`);
    if (dryRun) {
      for (const line of findAdded(Deno.readTextFileSync(join(project.root, edit.path)), edit.text)) print(line);
    } else write(project.root, edit);
  }
  if (dryRun) return print("Nothing was written: this was a dry run.");
  for (const note of plan.notes) print(note);
}

async function format(file: PlannedFile, root: string): Promise<PlannedFile> {
  return { path: file.path, text: await formatSource(file.text, root) };
}

/** A file that its author formats otherwise stays as he has it. What deno fmt cannot read was changed wrongly: it fails. */
async function formatEdit(edit: PlannedFile, root: string): Promise<PlannedFile> {
  const before = Deno.readTextFileSync(join(root, edit.path));
  const [formatted, wasFormatted] = await Promise.all([format(edit, root), isFormatted(before, root)]);
  return wasFormatted ? formatted : edit;
}

function write(root: string, { path, text }: PlannedFile): void {
  Deno.mkdirSync(dirname(join(root, path)), { recursive: true });
  Deno.writeTextFileSync(join(root, path), text);
}

/** The lines of a text that another does not have. */
function findAdded(before: string, after: string): string[] {
  const lines = new Set(before.split("\n"));
  return after.split("\n").filter((line) => !lines.has(line)).map((line) => `  + ${line.trim()}`);
}
