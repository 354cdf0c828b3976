/**
 * What becomes of the demo app's sources on Next.js.
 *
 * Next evaluates modules several times in one process, so what is in memory is kept by `once()` of `services/process.ts`.
 *
 * @module
 */
import { type Edit, editsOf, type Removal } from "../edits.ts";
import type { Framework } from "./framework.ts";

/** What Next does itself: it serves, bundles and listens. */
export const NEXT_OMITTED: readonly string[] = [
  "main.ts",
  "src/app/guide.ts",
  "src/app/index.html",
  "src/app/listen.ts",
  "src/app/page.bundle.ts",
  "src/app/page.server.ts",
];

/** Changes to the demo app. */
export const NEXT_EDITS: readonly Edit[] = [
  // Below these everything is a client component.
  toClient("src/app/App.tsx", "import { ConnectionStatus }"),
  toClient("src/app/providers.tsx", "import { IgniterProvider }"),
  ...editsOf("src/igniter.ts", [
    [
      `// Relative imports name the file, ".ts" included: Deno reads no other form, and TypeScript elsewhere (Next.js, for one)
// takes it with \`allowImportingTsExtensions\` in tsconfig.json.
`,
      "",
    ],
    [
      'import { logger } from "./services/logger.ts";\n',
      'import { logger } from "./services/logger.ts";\nimport { once } from "./services/process.ts";\n',
    ],
    [
      "/** In development clients see the messages of unknown errors, and the page is bundled for debugging. */",
      "/** In development clients see the messages of unknown errors. */",
    ],
    ["|| randomSecret()]", '|| once("secret", randomSecret)]'],
  ]),
  ...editsOf("src/services/store.ts", [
    [
      'import process from "node:process";\n',
      'import process from "node:process";\nimport { once } from "./process.ts";\n',
    ],
    ['= createStore(process.env["REDIS_URL"]);', '= once("store", () => createStore(process.env["REDIS_URL"]));'],
  ]),
  ...editsOf("src/services/database.ts", [
    [
      'import type { Database } from "./database.types.ts";\n',
      'import type { Database } from "./database.types.ts";\nimport { once } from "./process.ts";\n',
    ],
    ["= createMemoryDatabase(store);", '= once("database", () => createMemoryDatabase(store));'],
  ]),
  ...editsOf("src/services/jobs.ts", [
    [
      'import { logger } from "./logger.ts";\n',
      'import { logger } from "./logger.ts";\nimport { once } from "./process.ts";\n',
    ],
    [
      'import { store } from "./store.ts";\n',
      'import { store } from "./store.ts";\nimport { takeJobs } from "./worker.ts";\n',
    ],
    ['process.env["JOBS_WORKER"] === "on" && {', "takeJobs() && {"],
    [
      'mkdtempSync(join(tmpdir(), "igniter_data_"))',
      'once("data", () => mkdtempSync(join(tmpdir(), "igniter_data_")))',
    ],
  ]),
  ...editsOf("src/features/user/user_test.ts", [
    [
      'import { assertEquals } from "@std/assert";\n',
      'import { deepStrictEqual as assertEquals } from "node:assert/strict";\nimport { test } from "node:test";\n',
    ],
    ['Deno.test("a user is listed', 'test("a user is listed'],
    ['Deno.test("a stranger gets', 'test("a stranger gets'],
    ['Deno.test("an email address', 'test("an email address'],
  ]),
];

/** What changes where a feature is not chosen. */
export const NEXT_WITHOUT: Framework["without"] = {
  store: {
    files: [],
    edits: [
      ...editsOf("src/igniter.ts", [
        [
          'import { Igniter } from "@igniter-js/core";\n',
          'import { Igniter } from "@igniter-js/core";\n' +
          'import { createMemoryStoreAdapter } from "@igniter-js/core/drivers/memory";\n',
        ],
        [
          "  .logger(logger)\n",
          "  .logger(logger)\n  // In memory: what one module of this process tells, the others hear.\n" +
          '  .store(once("store", createMemoryStoreAdapter))\n',
        ],
      ]),
      ...keepStore("src/features/user/user.sessions.ts", "sessions"),
      ...keepStore("src/features/user/user.attempts.ts", "attempts"),
    ],
  },
  jobs: withoutJobs(),
};

function withoutJobs(): Removal {
  return {
    files: ["src/services/worker.ts"],
    edits: [
      ...editsOf("next.config.ts", [[
        "  // Node loads it from node_modules: it starts programs of its own, which it finds beside itself.\n" +
        '  serverExternalPackages: ["bullmq"],\n',
        "",
      ]]),
      ...editsOf("src/igniter.server.ts", [
        ['import { claimJobs } from "./services/worker.ts";\n', ""],
        [
          "/** Begins what is there besides requests: the worker that runs the jobs, and the user who can sign in. */",
          "/** Makes what is there before the first request: the user who can sign in. */",
        ],
        [
          `  claimJobs();
  // The worker starts with the application.
  await import("./igniter.router.ts");
`,
          "",
        ],
      ]),
    ],
  };
}

/** The store that the feature's removal has put there. */
function keepStore(path: string, name: string): Edit[] {
  return editsOf(path, [
    [
      'import { createMemoryStoreAdapter } from "@igniter-js/core/drivers/memory";\n',
      'import { createMemoryStoreAdapter } from "@igniter-js/core/drivers/memory";\n' +
      'import { once } from "../../services/process.ts";\n',
    ],
    ["const store = createMemoryStoreAdapter();", `const store = once("${name}", createMemoryStoreAdapter);`],
  ]);
}

function toClient(path: string, first: string): Edit {
  return { path, find: first, replace: `"use client";\n\n${first}` };
}
