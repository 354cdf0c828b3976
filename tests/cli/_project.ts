/**
 * Projects in temporary folders that have the checkout's Igniter: a copy of the demo app, or files as they are given.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { absoluteLinks, readConfig, root } from "../project.ts";

/** A project; disposing of it removes its folder. */
export interface TestProject extends Disposable {
  /** Its folder. */
  readonly folder: string;
  /** Reads one of its files. */
  read(path: string): string;
  /** Writes one of its files. */
  write(path: string, text: string): void;
}

/** Makes a project of files. Without a configuration among them it is one of Deno's. */
export function createProject(files: Readonly<Record<string, string>>): TestProject {
  const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "igniter_cli_" }));
  const project: TestProject = {
    folder,
    read: (path) => Deno.readTextFileSync(join(folder, path)),
    write: (path, text) => {
      Deno.mkdirSync(dirname(join(folder, path)), { recursive: true });
      Deno.writeTextFileSync(join(folder, path), text);
    },
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
  const isConfigured = "deno.json" in files || "deno.jsonc" in files || "package.json" in files;
  // The lock keeps npm packages at the checkout's versions, which are on this machine.
  const own = { "deno.json": toDenoJson(), "deno.lock": Deno.readTextFileSync(join(root, "deno.lock")) };
  const all = isConfigured ? files : { ...own, ...files };
  for (const [path, text] of Object.entries(all)) project.write(path, text);
  return project;
}

/** Makes a copy of the demo app. */
export function createDemoProject(): TestProject {
  const project = createProject({});
  copy(join(root, "cli/templates/app"), project.folder);
  return project;
}

/** The configuration of a project that finds Igniter in the checkout. */
export function toDenoJson(more: Readonly<Record<string, unknown>> = {}): string {
  const { name, version, imports, compilerOptions } = readConfig();
  return JSON.stringify({
    imports: { [name]: `jsr:${name}@^${version}`, ...imports },
    links: [root, ...absoluteLinks()],
    compilerOptions,
    fmt: { lineWidth: 120 },
    ...more,
  });
}

function copy(from: string, to: string): void {
  for (const entry of Deno.readDirSync(from)) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (!entry.isDirectory) {
      Deno.copyFileSync(source, target);
      continue;
    }
    Deno.mkdirSync(target, { recursive: true });
    copy(source, target);
  }
}
