/**
 * The project's README.md, for the choices made.
 *
 * @module
 */
import { type Choices, has } from "../choices.ts";
import { serversOf } from "./compose.ts";
import { placesOf } from "./places.ts";

/** Writes it. */
export function writeReadme(choices: Choices): string {
  const { options, framework, database } = choices;
  const { igniter } = framework.lines;
  return [
    `# ${options.name}`,
    `A full-stack application on Igniter and ${framework.title}: an API that is ` +
    "defined once, with types, and a React page that calls it.",
    "## Running it",
    fence([
      `${framework.lines.dev}    # then open the address that it prints`,
      ...(igniter === undefined ? [] : [
        `${framework.lines.dev} --interactive    # the same with a dashboard: requests, jobs, connections`,
        `${igniter} generate feature post    # writes a feature; ${igniter} --help tells the rest`,
      ]),
    ]),
    "Sign in as the demo's user, who is filled in. Variables of the environment are in `.env`; `.env.example` tells " +
    "what each is for.",
    framework.serving,
    "## What is where",
    placesOf(choices).map(([path, what]) => `- \`${path}\`: ${what}`).join("\n"),
    "## What it shows",
    shownBy(choices).map((line) => `- ${line}`).join("\n"),
    "## The data",
    database.about,
    ...(options.docker ? ["## Docker", docker(choices)] : []),
    "## Checking it",
    fence([
      `${framework.lines.test}    # the tests`,
      `${framework.lines.ok}    # everything that must hold before a commit`,
    ]),
  ].join("\n\n") + "\n";
}

function shownBy(choices: Choices): string[] {
  const lines = [
    "Sessions by signed cookie or by bearer token, attempts to sign in counted (`src/features/user`).",
    "A typed client: `api.users.list.useQuery()` in a component, `await api.users.list.query()` anywhere.",
  ];
  if (has(choices, "store")) {
    lines.push(
      "The store (`src/services/store.ts`): cached users, shared sessions. In memory, or in Redis with REDIS_URL.",
    );
  }
  if (has(choices, "jobs")) {
    lines.push(
      "A job (`src/services/jobs.ts`): each new user is sent a welcome email, and the page shows how far it is. In a " +
        "file, or in Redis with REDIS_URL.",
    );
  }
  if (has(choices, "realtime")) {
    lines.push(
      "Live updates: open lists follow each other's changes by `.revalidate(…)`, and a stream announces new users " +
        "(`src/features/notification`).",
    );
  }
  return lines;
}

function docker(choices: Choices): string {
  const servers = serversOf(choices);
  const secret = "COOKIE_SECRET=…";
  if (servers.length === 0) return fence([`${secret} docker compose up --build    # the application, on port 3000`]);
  return fence([
    `docker compose up -d    # ${servers.join(" and ")}, for development`,
    `${secret} docker compose --profile app up --build    # the application too, on port 3000`,
  ]);
}

function fence(lines: readonly string[]): string {
  return ["```sh", ...lines, "```"].join("\n");
}
