/**
 * The Next app of `tests/apps/next`, installed from the npm tarball in a folder of its own, built and started.
 *
 * @module
 */
import { join } from "node:path";
import { buildPackage } from "../npm/build.ts";
import { environment } from "../npm/npm.ts";
import { installProject } from "../npm/project.ts";
import { root } from "../project.ts";

/** A Next app that listens. */
export interface NextApp extends AsyncDisposable {
  /** Where: `http://127.0.0.1:34567`. */
  readonly url: string;
  /** Its folder. */
  readonly folder: string;
}

/** As long as anything here may take; what takes longer hangs. */
const LIMIT = 300_000;

const DEPENDENCIES = {
  "@tanstack/react-query": "^5",
  "@types/node": "^20",
  "@types/react": "^19",
  "@types/react-dom": "^19",
  "next": "^16.4.6",
  "react": "^19",
  "react-dom": "^19",
  "typescript": "5.9.3",
  "zod": "^4.6.7",
};

/** What Next asks for, and a file extension in each import, as the checkout writes them. */
const TSCONFIG = {
  compilerOptions: {
    allowImportingTsExtensions: true,
    allowJs: true,
    esModuleInterop: true,
    exactOptionalPropertyTypes: true,
    incremental: true,
    isolatedModules: true,
    jsx: "react-jsx",
    lib: ["dom", "dom.iterable", "esnext"],
    module: "esnext",
    moduleResolution: "bundler",
    noEmit: true,
    noUncheckedIndexedAccess: true,
    plugins: [{ name: "next" }],
    resolveJsonModule: true,
    skipLibCheck: true,
    strict: true,
    target: "ES2022",
  },
  include: ["next-env.d.ts", "**/*.ts", "**/*.tsx", ".next/types/**/*.ts", ".next/dev/types/**/*.ts"],
  exclude: ["node_modules"],
};

/** Installs, builds and starts the app; disposing of it ends its processes and removes its folder. */
export async function startNextApp(): Promise<NextApp> {
  await using stack = new AsyncDisposableStack();
  const packed = stack.adopt(Deno.makeTempDirSync(), (folder) => Deno.removeSync(folder, { recursive: true }));
  const project = stack.use(
    await installProject({
      from: join(root, "tests/apps/next"),
      dependencies: { ...DEPENDENCIES, "@igniter-js/core": await buildPackage(packed) },
      json: { "tsconfig.json": TSCONFIG },
    }),
  );
  const build = stack.use(runNext(project.folder, ["build"]));
  const built = await build.printed();
  if (!(await build.status).success) throw new Error(`Cannot build the Next app:\n${built}`);

  const server = stack.use(runNext(project.folder, ["start", ...ANY_PORT]));
  const printed = await server.printed("Ready in");
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0];
  if (url === undefined) throw new Error(`Cannot start the Next app:\n${printed}`);
  const running = stack.move();
  return { url, folder: project.folder, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Arguments for a server that this machine reaches, on a port of its choice. */
export const ANY_PORT: readonly string[] = ["--hostname", "127.0.0.1", "--port", "0"];

/** A program of Next's that runs. */
export interface NextProcess extends AsyncDisposable {
  /** Resolves when it has ended. */
  readonly status: Promise<Deno.CommandStatus>;
  /** What it has printed up to a text, or to its end. */
  printed(until?: string): Promise<string>;
}

/** Runs the `next` of a project; disposing of it ends its processes. */
export function runNext(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): NextProcess {
  const child = new Deno.Command("node", {
    args: [join(root, "tests/npm/leader.mjs"), String(LIMIT), "node", "node_modules/next/dist/bin/next", ...args],
    cwd: folder,
    env: { ...environment(), ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  return {
    status: child.status,
    async printed(until) {
      let text = "";
      while (until === undefined || !text.includes(until)) {
        const { done, value } = await reader.read();
        if (done) break;
        text += decoder.decode(value, { stream: true });
      }
      return text;
    },
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await child.status;
      await reader.cancel();
    },
  };
}
