/**
 * Apps of N actions, written out: controllers of ten, each action with a schema and a result of its own, and one typed
 * call per controller. Property names differ from action to action, or the compiler would answer from its cache.
 *
 * @module
 */

/** A way to call an app. What it adds to the types is part of the measure. */
export type Way = "caller" | "core" | "react";

const ways: Readonly<Record<Way, { readonly imports: string; readonly create: string }>> = {
  caller: { imports: "", create: "app.caller" },
  core: {
    imports: `import { createIgniterClient } from "@igniter-js/core/client/core";`,
    create: "createIgniterClient<App>()",
  },
  react: {
    imports: `import { createIgniterClient } from "@igniter-js/core/client";`,
    create: "createIgniterClient<App>()",
  },
};

/** How an app is written. */
export interface AppOptions {
  /** How it is called. @default "core" */
  readonly way?: Way;
  /** How many actions of each ten are called. @default 1 */
  readonly called?: number;
  /** Whether what is called is also used by its hook. @default false */
  readonly hooks?: boolean;
  /** What the actions are. @default "mutation" */
  readonly kind?: "query" | "mutation";
}

/** An app made with the package. */
export function writeApp(
  actions: number,
  { way = "core", called = 1, hooks = false, kind = "mutation" }: AppOptions = {},
): string {
  const controllers = range(actions / 10);
  const [part, method, verb] = kind === "mutation" ? ["body", `method: "POST",`, "mutate"] : ["query", "", "query"];
  return lines(
    `import { Igniter } from "@igniter-js/core";`,
    ways[way].imports,
    `import * as z from "zod";`,
    `const igniter = Igniter.context<{ user: { id: string } }>().create();`,
    ...controllers.map((c) =>
      lines(
        `export const r${c} = igniter.controller({ path: "/r${c}", actions: {`,
        ...range(10).map((a) =>
          lines(
            `  p${a}: igniter.${kind}({`,
            `    path: "/p${a}",`,
            `    ${method}`,
            `    ${part}: ${bodySchema(c, a)},`,
            `    handler: ({ request, context, response }) =>`,
            `      response.success(${result(c, a, "context.user.id", `request.${part}`)}),`,
            `  }),`,
          )
        ),
        `} });`,
      )
    ),
    `export const app = igniter.router({ controllers: { ${controllers.map((c) => `r${c}`).join(", ")} } });`,
    `export type App = typeof app;`,
    `const client = ${ways[way].create};`,
    `export async function use(): Promise<void> {`,
    ...controllers.flatMap((c) =>
      range(called).map((a) =>
        lines(
          `  const x${c}_${a} = await client.r${c}.p${a}.${verb}({ ${part}: ${bodyValue(c, a)} });`,
          `  const y${c}_${a}: string | undefined = x${c}_${a}.data?.v${c}_${a};`,
          `  void y${c}_${a};`,
          ...(hooks ? [useHook(kind, c, a)] : []),
        )
      )
    ),
    `}`,
  );
}

function useHook(kind: "query" | "mutation", c: number, a: number): string {
  const hook = kind === "mutation"
    ? `client.r${c}.p${a}.useMutation()`
    : `client.r${c}.p${a}.useQuery({ query: ${bodyValue(c, a)} })`;
  return lines(
    `  const h${c}_${a} = ${hook};`,
    `  const d${c}_${a}: string | undefined = h${c}_${a}.data?.v${c}_${a};`,
    `  void d${c}_${a};`,
  );
}

/** The same schemas, results and calls without a framework: what zod and the app itself cost. */
export function writeFloor(actions: number, called = 1): string {
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
    ...controllers.flatMap((c) =>
      range(called).map((a) =>
        lines(
          `  const x${c}_${a} = h${c}_${a}(${bodyValue(c, a)}, { user: { id: "" } });`,
          `  const y${c}_${a}: string = x${c}_${a}.v${c}_${a};`,
          `  void y${c}_${a};`,
        )
      )
    ),
    `}`,
  );
}

function bodySchema(c: number, a: number): string {
  return `z.object({ a${c}_${a}: z.string(), n: z.number().optional(), tags: z.array(z.string()) })`;
}

function bodyValue(c: number, a: number): string {
  return `{ a${c}_${a}: "x", tags: [] }`;
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
