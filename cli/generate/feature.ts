/**
 * `igniter generate feature`: a folder with everything that a feature has, and its controller in the router.
 *
 * @module
 */
import { capitalize, type Names, withArticle } from "./names.ts";
import type { GeneratePlan, PlannedFile, Sources } from "./plan.ts";
import { registerController } from "./register.ts";

/** What to leave out. */
export interface RegisterOptions {
  /** Whether to change the files that make it known. @default true */
  readonly register?: boolean;
}

/** Plans a feature. @throws CliError when the router's file does not look as expected. */
export function planFeature(sources: Sources, names: Names, { register = true }: RegisterOptions = {}): GeneratePlan {
  const { base, ending, runtime, router } = sources;
  const folder = `${base}features/${names.file}`;
  const files: PlannedFile[] = [
    { path: `${folder}/index.ts`, text: toIndex(names, ending) },
    { path: `${folder}/${names.file}.types.ts`, text: toTypes(names) },
    { path: `${folder}/${names.file}.table.ts`, text: toTable(names, ending) },
    { path: `${folder}/procedures/${names.path}.procedure.ts`, text: toProcedure(names, ending) },
    { path: `${folder}/controllers/${names.file}.controller.ts`, text: toController(names, ending) },
  ];
  if (runtime === "deno") files.push({ path: `${folder}/${names.file}_test.ts`, text: toTest(names, sources) });
  const text = sources.read(router);
  const edits = !register || text === undefined ? [] : [{
    path: router,
    text: registerController(text, {
      file: router,
      name: `${names.one}Controller`,
      from: `./features/${names.file}/index${ending}`,
      key: names.many,
    }),
  }];
  return {
    files,
    edits: edits.filter((edit) => edit.text !== text),
    notes: [
      `Everybody may call these actions: a procedure in their "use" decides otherwise.`,
      `${capitalize(names.texts)} are kept in this process's memory: put your database into ${names.file}.table.ts.`,
    ],
  };
}

function toIndex({ one, file }: Names, ending: string): string {
  return `export { ${one}Controller } from "./controllers/${file}.controller${ending}";\n`;
}

function toTypes({ type, text }: Names): string {
  const a = withArticle(text);
  return `import { z } from "zod";

/** ${capitalize(a)}, as clients see it. What an action answers is held to it by \`output\`. */
export const ${type} = z.object({ id: z.string(), name: z.string(), createdAt: z.date() });
export type ${type} = z.infer<typeof ${type}>;

/** What creates ${a}. */
export const ${type}Input = z.object({ name: z.string().min(1, "Name must not be empty.").max(100) });
export type ${type}Input = z.infer<typeof ${type}Input>;
`;
}

function toTable({ type, file, text, texts }: Names, ending: string): string {
  return `import type { ${type}, ${type}Input } from "./${file}.types${ending}";

/** Where ${texts} are kept. The methods are those of a real database, which can take its place. */
export interface ${type}Table {
  /** Adds ${withArticle(text)}. */
  create(input: ${type}Input): Promise<${type}>;
  find(id: string): Promise<${type} | undefined>;
  /** Gives ${texts}, the newest first. */
  list(page: { readonly take: number; readonly skip: number }): Promise<${type}[]>;
  /** Counts them. */
  count(): Promise<number>;
}

/** Makes a table in memory: it ends with the process. */
export function create${type}Table(): ${type}Table {
  const rows = new Map<string, ${type}>();
  return {
    create: (input) => {
      const row = { id: crypto.randomUUID(), ...input, createdAt: new Date() };
      rows.set(row.id, row);
      return Promise.resolve(row);
    },
    find: (id) => Promise.resolve(rows.get(id)),
    list: ({ take, skip }) => Promise.resolve([...rows.values()].reverse().slice(skip, skip + take)),
    count: () => Promise.resolve(rows.size),
  };
}
`;
}

function toProcedure({ many, type, file }: Names, ending: string): string {
  return `import { igniter } from "../../../igniter${ending}";
import { create${type}Table } from "../${file}.table${ending}";

const table = create${type}Table();

/** Adds \`context.${many}\`, the table, to the actions that name it in their \`use\`. */
export const ${many} = igniter.procedure({
  name: "${many}",
  handler: () => ({ ${many}: table }),
});
`;
}

function toController({ one, many, type, file, path, text, texts }: Names, ending: string): string {
  return `import { z } from "zod";
import { igniter } from "../../../igniter${ending}";
import { ${many} } from "../procedures/${path}.procedure${ending}";
import { ${type}, ${type}Input } from "../${file}.types${ending}";

const PAGE_SIZE = 10;

export const ${one}Controller = igniter.controller({
  path: "/${path}",
  actions: {
    /** \`GET /${path}?page=2\`. */
    list: igniter.query({
      description: "Lists ${texts}, the newest first, ten to a page",
      use: [${many}],
      query: z.object({ page: z.number().int().min(1).optional().default(1) }),
      output: z.object({ ${many}: z.array(${type}), total: z.number(), pageCount: z.number() }),
      handler: async ({ response, context, query }) => {
        const [page, total] = await Promise.all([
          context.${many}.list({ take: PAGE_SIZE, skip: (query.page - 1) * PAGE_SIZE }),
          context.${many}.count(),
        ]);
        return response.success({ ${many}: page, total, pageCount: Math.max(1, Math.ceil(total / PAGE_SIZE)) });
      },
    }),

    /** \`GET /${path}/:id\`. */
    byId: igniter.query({
      description: "Gives one ${text}",
      path: "/:id",
      use: [${many}],
      output: ${type},
      handler: async ({ response, context, params }) => {
        const found = await context.${many}.find(params.id);
        return found === undefined ? response.notFound("No such ${text}.") : response.success(found);
      },
    }),

    /** \`POST /${path}\`. */
    create: igniter.mutation({
      description: "Creates ${withArticle(text)}",
      use: [${many}],
      body: ${type}Input,
      output: ${type},
      handler: async ({ request, response, context }) => {
        const created = await context.${many}.create(request.body);
        // Every open list is fetched again.
        return response.created(created).revalidate("${many}.list");
      },
    }),
  },
});
`;
}

function toTest({ many, text }: Names, { ending, hasAssert }: Sources): string {
  const assert = hasAssert
    ? `import { assertEquals } from "@std/assert";`
    : `import { deepEqual as assertEquals } from "node:assert/strict";`;
  return `${assert}
import { AppRouter } from "../../igniter.router${ending}";

const { ${many} } = AppRouter.caller;

Deno.test("${withArticle(text)} that was created is found and listed", async () => {
  const created = await ${many}.create.mutate.orThrow({ body: { name: "First" } });
  assertEquals(created.name, "First");
  assertEquals(await ${many}.byId.query.orThrow({ params: { id: created.id } }), created);

  const list = await ${many}.list.query.orThrow();
  assertEquals(list.${many}[0], created);
});

Deno.test("${withArticle(text)} needs a name", async () => {
  const { error } = await ${many}.create.mutate({ body: { name: "" } });
  assertEquals(error?.code, "ERR_VALIDATION");
});

Deno.test("${withArticle(text)} that nobody created is not found", async () => {
  const { error } = await ${many}.byId.query({ params: { id: "nobody" } });
  assertEquals(error?.code, "ERR_NOT_FOUND");
});
`;
}
