/**
 * `igniter generate controller`, `procedure` and `job`: one part, in a feature's folder or, without one, beside them.
 *
 * @module
 */
import { CliError } from "../errors.ts";
import type { RegisterOptions } from "./feature.ts";
import { capitalize, type Names } from "./names.ts";
import type { GeneratePlan, PlannedFile, Sources } from "./plan.ts";
import { addExport, registerController, registerJob } from "./register.ts";

/** Plans a controller in a feature. @throws CliError when the router's file does not look as expected. */
export function planController(
  sources: Sources,
  names: Names,
  feature: Names,
  { register = true }: RegisterOptions = {},
): GeneratePlan {
  const { base, ending, router } = sources;
  const folder = `${base}features/${feature.file}`;
  const name = `${names.one}Controller`;
  const index = `${folder}/index.ts`;
  const edits: PlannedFile[] = [
    { path: index, text: addExport(sources.read(index), name, `./controllers/${names.file}.controller${ending}`) },
  ];
  const source = sources.read(router);
  if (register && source !== undefined) {
    const from = `./features/${feature.file}/index${ending}`;
    edits.push({ path: router, text: registerController(source, { file: router, name, from, key: names.many }) });
  }
  return toPlan(sources, {
    path: `${folder}/controllers/${names.file}.controller.ts`,
    text: toController(names, ending),
  }, {
    edits,
    notes: [`Everybody may call these actions: a procedure in their "use" decides otherwise.`],
  });
}

/** Plans a procedure. */
export function planProcedure(sources: Sources, names: Names, feature: Names | undefined): GeneratePlan {
  const { base, ending } = sources;
  const folder = feature === undefined ? `${base}procedures` : `${base}features/${feature.file}/procedures`;
  const root = feature === undefined ? "../" : "../../../";
  return toPlan(sources, {
    path: `${folder}/${names.file}.procedure.ts`,
    text: toProcedure(names, `${root}igniter${ending}`),
  }, { edits: [], notes: [`An action that has it in its "use" finds context.${names.one}.`] });
}

/**
 * Plans a job.
 *
 * @throws CliError when the project has no jobs, or the file that merges them does not look as expected.
 */
export function planJob(
  sources: Sources,
  names: Names,
  feature: Names | undefined,
  { register = true }: RegisterOptions = {},
): GeneratePlan {
  const { base, ending } = sources;
  const services = `${base}services/jobs.ts`;
  const source = sources.read(services);
  if (source === undefined && register) {
    throw new CliError(`Cannot add a job: there is no ${services}, which makes the jobs' adapter`, {
      hint: "The README's chapter on jobs shows it. With --no-register the job is written all the same.",
    });
  }
  const folder = feature === undefined ? "jobs" : `features/${feature.file}/jobs`;
  const key = feature?.one ?? "tasks";
  const name = `define${names.type}`;
  const from = `../${folder}/${names.file}.job${ending}`;
  const edits = !register || source === undefined ? [] : [
    { path: services, text: registerJob(source, { file: services, name, from, key, job: names.one }) },
  ];
  return toPlan(sources, { path: `${base}${folder}/${names.file}.job.ts`, text: toJob(names, key) }, {
    edits,
    notes: [`igniter.jobs.${key}.schedule({ task: "${names.one}", input: { id: "1" } }) has it done.`],
  });
}

function toPlan(sources: Sources, file: PlannedFile, rest: Omit<GeneratePlan, "files">): GeneratePlan {
  const changed = rest.edits.filter(({ path, text }) => sources.read(path) !== text);
  const isNew = ({ path }: PlannedFile) => sources.read(path) === undefined;
  return {
    files: [file, ...changed.filter(isNew)],
    edits: changed.filter((edit) => !isNew(edit)),
    notes: rest.notes,
  };
}

function toController({ one, many, path, texts }: Names, ending: string): string {
  return `import { z } from "zod";
import { igniter } from "../../../igniter${ending}";

export const ${one}Controller = igniter.controller({
  path: "/${path}",
  actions: {
    /** \`GET /${path}\`. */
    list: igniter.query({
      description: "Lists ${texts}",
      output: z.object({ ${many}: z.array(z.string()) }),
      handler: ({ response }) => response.success({ ${many}: [] }),
    }),
  },
});
`;
}

function toProcedure({ one, type, file }: Names, igniter: string): string {
  return `import { igniter } from "${igniter}";

interface ${type}Options {
  /** Answers 400 to requests without it. */
  readonly isRequired?: boolean;
}

/** Adds \`context.${one}\`: what the request's header "x-${file}" says. */
export const ${one} = igniter.procedure({
  name: "${one}",
  handler: (options: ${type}Options, { request, response }) => {
    const found = request.headers.get("x-${file}") ?? undefined;
    // What a procedure answers ends the request.
    if (options.isRequired && found === undefined) return response.badRequest("The header x-${file} is missing.");
    return { ${one}: found };
  },
});
`;
}

function toJob({ one, type, text }: Names, key: string): string {
  return `import type { JobsAdapter } from "@igniter-js/core";
import { z } from "zod";

/** Defines the job that \`igniter.jobs.${key}.schedule({ task: "${one}", input: { id } })\` has done. */
export function define${type}(jobs: JobsAdapter) {
  return jobs.register({
    name: "${one}",
    input: z.object({ id: z.string() }),
    attempts: 3,
    backoff: { type: "exponential", delay: 1_000 },
    handler: ({ payload, context }) => {
      context.logger.info("${capitalize(text)}: done", { id: payload.id });
      return { doneAt: new Date() };
    },
  });
}
`;
}
