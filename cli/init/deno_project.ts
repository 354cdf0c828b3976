/**
 * The configuration of a project that Deno runs, whatever serves its requests.
 *
 * @module
 */
import { DATABASES, type Variable } from "./databases.ts";
import type { Texts } from "./edits.ts";
import { FEATURES } from "./features.ts";
import type { CommandLines, PlannedCommand } from "./frameworks/framework.ts";
import type { InitOptions } from "./options.ts";

/** What differs from framework to framework. */
export interface DenoProjectOptions {
  /** More entries of `imports`: names and specifiers. */
  readonly imports?: Readonly<Record<string, string>>;
}

/** How every such project is run and checked. */
export const DENO_LINES: CommandLines = {
  dev: "deno task dev",
  start: "deno task start",
  test: "deno task test",
  check: "deno task check",
  ok: "deno task ok",
  igniter: "deno task igniter",
};

/** What `src/app/listen.ts` reads. */
export const DENO_VARIABLES: readonly Variable[] = [
  { name: "PORT", value: "", what: "The port. Without it the first free one of 3000 to 3099 is taken." },
  { name: "HOST", value: "", what: "The interface. Without it only this machine can reach the application." },
];

/** Makes `deno.json`, and what Docker needs when it is chosen. */
export function configureDeno(options: InitOptions, own: DenoProjectOptions = {}): Texts {
  const config = toJson(denoConfig(options, own));
  return options.docker ? { "deno.json": config, ...dockerFiles(options) } : { "deno.json": config };
}

/**
 * Installs what application, page and tests import. With jobs it is what `deno.json` imports, for the entry there that
 * nothing but a package imports.
 */
export function installWithDeno({ features }: InitOptions): readonly PlannedCommand[] {
  const entries = ["--entrypoint", "main.ts", "src/app/page.tsx", "src/features/user/user_test.ts"];
  const args = features.includes("jobs") ? [] : entries;
  return [{ title: "Installing packages", argv: ["deno", "install", ...args] }];
}

/** Writes JSON as `deno fmt` does, for objects and lists that are not empty. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Gives the npm packages of the chosen database. */
export function databasePackages({ database }: InitOptions): Readonly<Record<string, string>> {
  return DATABASES.find(({ name }) => name === database)?.packages ?? {};
}

function denoConfig(options: InitOptions, { imports = {} }: DenoProjectOptions) {
  const packages = Object.entries(databasePackages(options)).map(([name, range]) => [name, `npm:${name}@${range}`]);
  const chosen = FEATURES.filter(({ name }) => options.features.includes(name));
  return {
    ...(options.link && { links: [options.link.path, ...options.link.links] }),
    tasks: {
      dev: {
        description: "Run the application while you work on it; --interactive shows the dashboard",
        command: "deno run -A @igniter-js/core/cli dev",
      },
      igniter: {
        description: "Write features, list routes, …: deno task igniter --help",
        command: "deno run -A @igniter-js/core/cli",
      },
      start: { description: "Run the application", command: "deno run -A --env-file main.ts" },
      test: { description: "Run the tests", command: "deno test -A" },
      check: { description: "Check the types", command: "deno check" },
      ok: {
        description: "The one gate: everything that must hold before a commit",
        command: "deno fmt --check && deno lint && deno check && deno test -A --no-check",
      },
    },
    imports: sortKeys({
      "@igniter-js/core": `jsr:@igniter-js/core@^${options.version}`,
      "@std/assert": "jsr:@std/assert@^1.0.19",
      "@types/react": "npm:@types/react@^19",
      "@types/react-dom": "npm:@types/react-dom@^19",
      "react": "npm:react@^19",
      "react-dom": "npm:react-dom@^19",
      "zod": "npm:zod@^4.6.7",
      ...Object.fromEntries(packages),
      ...Object.assign({}, ...chosen.map((feature) => feature.imports)),
      ...imports,
    }),
    compilerOptions: {
      strict: true,
      verbatimModuleSyntax: true,
      erasableSyntaxOnly: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      noImplicitOverride: true,
      jsx: "react-jsx",
      jsxImportSource: "react",
      jsxImportSourceTypes: "@types/react",
    },
    fmt: { lineWidth: 120, proseWrap: "preserve" },
  };
}

function sortKeys(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([one], [other]) => one < other ? -1 : 1));
}

/** The first bundle fetches what bundles: an image that starts without a network has it already. */
function dockerFiles(options: InitOptions): Texts {
  const install = installWithDeno(options).map(({ argv }) => argv.join(" "));
  const page = "deno bundle --platform=browser --outdir=/tmp/page src/app/index.html";
  return {
    "Dockerfile": `FROM denoland/deno:2.9.6
WORKDIR /app
RUN chown deno:deno /app
USER deno
COPY --chown=deno:deno . .
RUN ${["mkdir -p data", ...install, page].join(" && ")}
ENV HOST=0.0.0.0 PORT=3000 DATA_DIR=data
EXPOSE 3000
CMD ["run", "-A", "main.ts"]
`,
    ".dockerignore": `.git
.env
data
node_modules
`,
  };
}
