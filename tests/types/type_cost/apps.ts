/**
 * Apps of N actions, written out: controllers of ten, each action with a schema and a result of its own, and one typed
 * call per controller. Property names differ from action to action, or the compiler would answer from its cache.
 *
 * @module
 */

/** How the app is called. What it adds to the types is part of the measure. */
const client = {
  imports: "",
  create: "app.caller",
};

/** An app made with the package. */
export function writeApp(actions: number): string {
  const controllers = range(actions / 10);
  return lines(
    `import { Igniter } from "@igniter-js/core";`,
    client.imports,
    `import * as z from "zod";`,
    `const igniter = Igniter.context<{ user: { id: string } }>().create();`,
    ...controllers.map((c) =>
      lines(
        `export const r${c} = igniter.controller({ path: "/r${c}", actions: {`,
        ...range(10).map((a) =>
          lines(
            `  p${a}: igniter.mutation({`,
            `    path: "/p${a}",`,
            `    method: "POST",`,
            `    body: ${bodySchema(c, a)},`,
            `    handler: ({ request, context, response }) =>`,
            `      response.success(${result(c, a, "context.user.id", "request.body")}),`,
            `  }),`,
          )
        ),
        `} });`,
      )
    ),
    `export const app = igniter.router({ controllers: { ${controllers.map((c) => `r${c}`).join(", ")} } });`,
    `export type App = typeof app;`,
    `const client = ${client.create};`,
    `export async function use(): Promise<void> {`,
    ...controllers.map((c) =>
      lines(
        `  const x${c} = await client.r${c}.p0.mutate({ body: ${bodyValue(c)} });`,
        `  const y${c}: string | undefined = x${c}.data?.v${c}_0;`,
        `  void y${c};`,
      )
    ),
    `}`,
  );
}

/** The same schemas, results and calls without a framework: what zod and the app itself cost. */
export function writeFloor(actions: number): string {
  const controllers = range(actions / 10);
  return lines(
    `import * as z from "zod";`,
    `interface Context { user: { id: string } }`,
    ...controllers.flatMap((c) =>
      range(10).map((a) =>
        lines(
          `export const s${c}_${a} = ${bodySchema(c, a)};`,
          `export const h${c}_${a} = (input: z.infer<typeof s${c}_${a}>, context: Context) =>`,
          `  (${result(c, a, "context.user.id", "input")});`,
        )
      )
    ),
    `export function use(): void {`,
    ...controllers.map((c) =>
      lines(
        `  const x${c} = h${c}_0(${bodyValue(c)}, { user: { id: "" } });`,
        `  const y${c}: string = x${c}.v${c}_0;`,
        `  void y${c};`,
      )
    ),
    `}`,
  );
}

function bodySchema(c: number, a: number): string {
  return `z.object({ a${c}_${a}: z.string(), n: z.number().optional(), tags: z.array(z.string()) })`;
}

function bodyValue(c: number): string {
  return `{ a${c}_0: "x", tags: [] }`;
}

function result(c: number, a: number, id: string, input: string): string {
  return `{ id: ${id}, v${c}_${a}: ${input}.a${c}_${a}, n: ${input}.n ?? 0 }`;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

function lines(...parts: string[]): string {
  return parts.join("\n");
}
