/**
 * Changes to files that are there: what is generated is made known to the router, the jobs, a feature's index. A file that
 * does not look as expected is left alone, and the lines to write by hand are told.
 *
 * @module
 */
import { CliError } from "../errors.ts";
import { addImport } from "./imports.ts";
import { addEntry, findObject, maskSource } from "./object_literal.ts";

/** Something to import, and where to put it. */
export interface Registration {
  /** The file to change, for messages. */
  readonly file: string;
  /** The name to import. */
  readonly name: string;
  /** From where, as the file writes it. */
  readonly from: string;
  /** The entry's key. */
  readonly key: string;
}

/** Adds a controller to a router's source. @throws CliError when the source does not look as expected. */
export function registerController(source: string, controller: Registration): string {
  const { file, name, key } = controller;
  const entry = `${key}: ${name}`;
  const refuse = (why: string) => refusal(controller, why, `  ${entry}, // in "controllers"`);
  const controllers = findObject(source, /\bcontrollers\s*:/);
  if (controllers === undefined) throw refuse(`${file} has not one object "controllers" with plain entries`);
  const present = controllers.entries.get(key);
  if (present === undefined) return addImport(addEntry(source, controllers, entry), controller);
  if (source.slice(...present).trim() === name) return source;
  throw refuse(`${file} has another controller "${key}"`);
}

/** Adds a job to the namespace `key` of a source that merges jobs, or a namespace with the job. @throws CliError as above. */
export function registerJob(source: string, job: Registration & { readonly job: string }): string {
  const { file, name, key } = job;
  const entry = `${job.job}: ${name}(jobs)`;
  const router = `${key}: jobs.router({ namespace: "${key}", jobs: { ${entry} } })`;
  const refuse = (why: string) => refusal(job, why, `  ${router}, // in REGISTERED_JOBS`);
  const merged = findObject(source, /\bREGISTERED_JOBS\b[^=;]*=\s*jobs\.merge\(/);
  if (merged === undefined) {
    throw refuse(`${file} has not one "REGISTERED_JOBS = jobs.merge({ … })" with plain entries`);
  }
  const namespace = merged.entries.get(key);
  if (namespace === undefined) return addImport(addEntry(source, merged, router), job);
  const options = findObject(source, /\bjobs\.router\(/, namespace);
  // Handlers like onFailure are typed by the jobs that are there: another would break them.
  const other = [...options?.entries.keys() ?? []].find((option) => !["namespace", "jobs"].includes(option));
  if (other !== undefined) throw refuse(`"${key}" in ${file} has "${other}", which may not fit another job`);
  const jobs = findObject(source, /\bjobs\s*:/, namespace);
  if (jobs === undefined) throw refuse(`"${key}" in ${file} has not one object "jobs" with plain entries`);
  const present = jobs.entries.get(job.job);
  if (present === undefined) return addImport(addEntry(source, jobs, entry), job);
  if (source.slice(...present).trim() === `${name}(jobs)`) return source;
  throw refuse(`"${key}" in ${file} has another job "${job.job}"`);
}

/** Adds an export to a feature's index, which may not be there yet. */
export function addExport(source: string | undefined, name: string, from: string): string {
  const line = `export { ${name} } from "${from}";\n`;
  if (source === undefined) return line;
  const present = [...maskSource(source).matchAll(/export\s*\{([^}]*)\}/g)].some(([, names]) =>
    new RegExp(`\\b${name}\\b`).test(names ?? "")
  );
  if (present) return source;
  return source === "" || source.endsWith("\n") ? source + line : `${source}\n${line}`;
}

function refusal({ name, from, file }: Registration, why: string, entry: string): CliError {
  return new CliError(`Cannot register ${name}: ${why}`, {
    hint: [
      `Add these lines to ${file} by hand, and run the command again with --no-register:`,
      `  import { ${name} } from "${from}";`,
      entry,
    ].join("\n"),
  });
}
