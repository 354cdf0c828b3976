/**
 * The project's AGENTS.md: what an AI agent has to know to work in it.
 *
 * @module
 */
import { type Choices, has } from "../choices.ts";
import { placesOf } from "./places.ts";

/** Writes it. */
export function writeAgents(choices: Choices): string {
  const { options, framework } = choices;
  const { lines } = framework;
  return [
    `# Working in ${options.name} as an AI agent`,
    `TypeScript on ${framework.title} and \`@igniter-js/core\`. An API is defined once, with types, and called over HTTP, ` +
    "as RPC and in process.",
    "## Where things are",
    placesOf(choices).map(([path, what]) => `- \`${path}\`: ${what}`).join("\n"),
    "## Check your work",
    [
      "```sh",
      `${lines.check}    # types`,
      `${lines.test}    # tests`,
      `${lines.ok}    # everything; it must pass before you say that it is done`,
      `${lines.dev}    # runs it, and restarts it on changes`,
      ...(lines.igniter === undefined ? [] : [`${lines.igniter} routes    # lists the API`]),
      "```",
    ].join("\n"),
    "## Conventions",
    conventions(choices).map((line) => `- ${line}`).join("\n"),
    "## Adding a feature",
    ...(lines.igniter === undefined
      ? []
      : [`\`${lines.igniter} generate feature <name>\` writes what follows. By hand:`]),
    steps(choices).map((line, at) => `${at + 1}. ${line}`).join("\n"),
  ].join("\n\n") + "\n";
}

function conventions(choices: Choices): string[] {
  const lines = [
    "Imports are relative and name the file, `.ts` included. Importing a module starts nothing.",
    "A feature is imported by others through its `index.ts`, and never by `src/services/`.",
    "Inputs are zod schemas in `<feature>.types.ts`. Give `body`, `query` and `output` to the action: handlers and clients " +
    "get their types from there.",
    "A failure that a client may handle is returned, not thrown: `return response.notFound(…)`. So it is in the client's " +
    "types.",
    "Who may call an action is a procedure: `use: [auth({ isAuthRequired: true })]`.",
    "The page imports types of the server and nothing else of it: `import type`.",
    "Tests call the router in process with `testCaller(AppRouter, { context })`, on a database of their own.",
    "Features know the interface in `src/services/database.types.ts`, not the database behind it.",
  ];
  if (has(choices, "realtime")) {
    lines.push(
      'What changes data tells who shows it: `.revalidate("users.list", () => [scope])`. Who is in a scope is decided in ' +
        "`src/features/user/user.scopes.ts` alone.",
    );
  }
  if (has(choices, "jobs")) {
    lines.push(
      "What may be slow or fail is a job: registered in `src/services/jobs.ts`, scheduled with `igniter.jobs`. Handlers " +
        "must bear being run twice.",
    );
  }
  if (has(choices, "store")) {
    lines.push("State that several requests share goes into the store with a `ttl`, never into a module's variable.");
  }
  return lines;
}

function steps(choices: Choices): string[] {
  const folder = "src/features/<name>/";
  return [
    `Schemas in \`${folder}<name>.types.ts\`.`,
    `A controller in \`${folder}controllers/<name>.controller.ts\`, made with \`igniter.controller\`, exported by ` +
    `\`${folder}index.ts\`.`,
    "An entry in `controllers` of `src/igniter.router.ts`: its key is the name of its actions everywhere.",
    `A test in \`${folder}<name>_test.ts\`.`,
    `\`${choices.framework.lines.ok}\`.`,
  ];
}
