/**
 * A consumer of the package: a folder with `node_modules`, in which the package stands as npm would put it there. Its
 * `exports` hide all but the entries, so a declaration that needs a hidden name fails here as it would for a user.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { absoluteLinks, filesBelow, readConfig, root, runDeno } from "../../project.ts";
import { ts } from "../../typescript.ts";

/** The compiler settings of a user's project. */
const options = {
  strict: true,
  target: "esnext",
  module: "esnext",
  moduleResolution: "bundler",
  lib: ["esnext", "dom", "dom.iterable"],
  types: [],
  skipLibCheck: true,
  allowImportingTsExtensions: true,
};

/** A consumer's project. */
export interface Consumer {
  /** Where it is. */
  readonly folder: string;
  /** The parsed files that all apps share: libraries, zod, the package. */
  readonly parsed: Map<string, ts.SourceFile | undefined>;
}

/** What TypeScript 5.9 found out about one app. */
export interface Checked {
  /** How many types the compiler instantiated. Deterministic, unlike seconds. */
  readonly instantiations: number;
  /** What it refuses in the app. */
  readonly errors: readonly string[];
}

/** What an app's types reach in other packages. */
const packages = ["zod", "react", "@types/react", "@tanstack/react-query"];

/** Sets the folder up. */
export async function createConsumer(): Promise<Consumer> {
  const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "igniter_types_" }));
  writeJson(join(folder, "package.json"), {
    type: "module",
    dependencies: Object.fromEntries(packages.map((name) => [name, lockedVersion(name)])),
  });
  const install = await runDeno(["install", "--quiet"], { cwd: folder });
  assertEquals(install.code, 0, install.stderr);
  placePackage(join(folder, "node_modules", "@igniter-js", "core"));
  // What the sources import from elsewhere plays no part in an app's types.
  Deno.writeTextFileSync(
    join(folder, "shims.d.ts"),
    ["@std/*", "node:*", "npm:*", "jsr:*"].map((name) => `declare module "${name}";\n`).join(""),
  );
  return { folder, parsed: new Map() };
}

/** Type-checks an app with TypeScript 5.9, in process. */
export function check(consumer: Consumer, app: string): Checked {
  const program = createProgram(consumer, app, { noEmit: true });
  const errors = program.getSemanticDiagnostics().concat(program.getSyntacticDiagnostics());
  return { instantiations: program.getInstantiationCount(), errors: inApp(consumer, errors) };
}

/** Writes an app's declarations with TypeScript 5.9, in process. */
export function declare(
  consumer: Consumer,
  app: string,
): { readonly text: string; readonly errors: readonly string[] } {
  const program = createProgram(consumer, app, { declaration: true, emitDeclarationOnly: true });
  let text = "";
  const source = program.getSourceFile(join(consumer.folder, "app.ts"));
  const emitted = program.emit(source, (_, written) => text += written);
  return { text, errors: inApp(consumer, [...program.getDeclarationDiagnostics(source), ...emitted.diagnostics]) };
}

/** Counts the uses of the type `any` in a declaration file. */
export function countAny(text: string): number {
  let count = 0;
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) count++;
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("app.d.ts", text, ts.ScriptTarget.Latest));
  return count;
}

/** Type-checks an app with the native compiler, TypeScript 7, and returns its complaints about the app. */
export async function checkNative({ folder }: Consumer, app: string): Promise<readonly string[]> {
  Deno.writeTextFileSync(join(folder, "app.ts"), app);
  writeJson(join(folder, "tsconfig.json"), {
    compilerOptions: { ...options, noEmit: true },
    files: ["app.ts", "shims.d.ts"],
  });
  const run = await runDeno(
    ["run", "-A", "--no-config", "--no-lock", "npm:typescript@7.0.2/tsc", "--pretty", "false"],
    {
      cwd: folder,
    },
  );
  const complaints = run.stdout.split("\n").filter((line) => line.startsWith("app.ts"));
  if (run.code !== 0 && !/error TS/.test(run.stdout)) throw new Error(`Cannot run TypeScript 7: ${run.stderr}`);
  return complaints;
}

/** Type-checks an app with Deno's TypeScript, 6, under the package's own strict settings. */
export async function checkDeno({ folder }: Consumer, app: string): Promise<string> {
  const config = readConfig();
  const place = join(folder, "deno");
  Deno.mkdirSync(place, { recursive: true });
  Deno.writeTextFileSync(join(place, "app.ts"), app);
  // The app's constants have no annotations: that is what inference is for.
  const compilerOptions = { ...config.compilerOptions, isolatedDeclarations: false };
  const imports = { ...config.imports, "@igniter-js/core": pathToFileURL(join(root, "mod.ts")).href };
  writeJson(join(place, "deno.json"), { imports, links: absoluteLinks(config), compilerOptions });
  const run = await runDeno(["check", "--quiet", "app.ts"], { cwd: place });
  return run.code === 0 ? "" : run.stdout + run.stderr;
}

function createProgram({ folder, parsed }: Consumer, app: string, emit: ts.CompilerOptions): ts.Program {
  const path = join(folder, "app.ts");
  Deno.writeTextFileSync(path, app);
  const converted = ts.convertCompilerOptionsFromJson({ ...options, ...emit }, folder);
  assertEquals(converted.errors, []);
  const host = ts.createCompilerHost(converted.options);
  const parse = host.getSourceFile;
  host.getSourceFile = (file, target) => {
    if (file === path) return parse(file, target);
    if (!parsed.has(file)) parsed.set(file, parse(file, target));
    return parsed.get(file);
  };
  return ts.createProgram([path, join(folder, "shims.d.ts")], converted.options, host);
}

/** The complaints about the app itself, each once: N actions that fail alike would fill the screen N times. */
function inApp({ folder }: Consumer, diagnostics: readonly ts.Diagnostic[]): string[] {
  const messages = diagnostics
    .filter(({ file }) => file === undefined || dirname(file.fileName) === folder)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  const distinct = new Map(messages.map((message) => [message.replaceAll(/\d+/g, "N"), message]));
  return [...distinct.values()];
}

function placePackage(folder: string): void {
  const config = readConfig();
  const folders = ["server", "client", "drivers"].flatMap(filesBelow);
  for (const file of ["mod.ts", ...folders]) {
    Deno.mkdirSync(dirname(join(folder, file)), { recursive: true });
    Deno.copyFileSync(join(root, file), join(folder, file));
  }
  const { name, version, exports } = config;
  writeJson(join(folder, "package.json"), { name, version, type: "module", exports });
}

function lockedVersion(name: string): string {
  // Deno writes `^19` as `19` into its lock.
  const requested = readConfig().imports[name]?.replace(/@\^(\d+)$/, "@$1");
  const locked = JSON.parse(Deno.readTextFileSync(join(root, "deno.lock"))).specifiers[requested ?? ""];
  if (typeof locked !== "string") throw new Error(`Cannot find ${name} in deno.lock`);
  // What follows are the versions of its peers.
  return locked.replace(/_.*/, "");
}

function writeJson(path: string, value: unknown): void {
  Deno.writeTextFileSync(path, JSON.stringify(value));
}
