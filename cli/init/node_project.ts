/**
 * The configuration of a project that Node runs and npm installs.
 *
 * @module
 */
import { databasePackages, toJson } from "./deno_project.ts";
import type { Texts } from "./edits.ts";
import { FEATURES } from "./features.ts";
import type { CommandLines, PlannedCommand } from "./frameworks/framework.ts";
import type { InitOptions, LinkedCheckout } from "./options.ts";

/** What differs from framework to framework. */
export interface NodeProjectOptions {
  /** What `npm run` knows, by name. */
  readonly scripts: Readonly<Record<string, string>>;
  /** What is needed at run time: names and ranges. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** What is needed while one works on it: names and ranges. */
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** How every such project is run and checked, by scripts of these names. */
export const NODE_LINES: CommandLines = {
  dev: "npm run dev",
  start: "npm start",
  test: "npm test",
  check: "npm run typecheck",
  ok: "npm run ok",
};

/** Where the package of a linked checkout is put; git ignores the folder. */
const PACKED = ".igniter";

/** Makes `package.json`. */
export function configureNode(options: InitOptions, own: NodeProjectOptions): Texts {
  const chosen = FEATURES.filter(({ name }) => options.features.includes(name));
  const manifest = {
    name: options.name,
    version: "0.0.0",
    private: true,
    type: "module",
    // From there on Node has SQLite, and reads TypeScript as it is, which the tests are.
    engines: { node: ">=22.18" },
    scripts: own.scripts,
    dependencies: sortKeys({
      ...(options.link && { "@igniter-js/core": `file:${PACKED}/igniter-js-core-${options.version}.tgz` }),
      "zod": "^4.6.7",
      ...databasePackages(options),
      ...Object.assign({}, ...chosen.map(({ packages }) => packages)),
      ...own.dependencies,
    }),
    devDependencies: sortKeys(own.devDependencies),
  };
  return { "package.json": toJson(manifest) };
}

/**
 * Installs the packages. Igniter is JSR's, whose own tool adds it to `package.json`, tells npm where JSR is and has npm
 * install everything; that of a linked checkout is packed first, and npm does the rest.
 */
export function installWithNpm({ version, link }: InitOptions): readonly PlannedCommand[] {
  const title = "Installing packages";
  return link
    ? [packing(link), { title, argv: ["npm", "install", "--no-audit", "--no-fund"] }]
    : [{ title, argv: ["npx", "--yes", "jsr", "add", `@igniter-js/core@^${version}`] }];
}

function packing({ path }: LinkedCheckout): PlannedCommand {
  const argv = ["run", "-A", `--config=${path}/deno.json`, `${path}/tests/npm/build.ts`, PACKED] as const;
  return { title: "Packing Igniter", argv: ["deno", ...argv] };
}

function sortKeys(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([one], [other]) => one < other ? -1 : 1));
}
