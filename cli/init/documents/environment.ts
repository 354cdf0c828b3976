/**
 * The variables of the environment: `.env.example`, which is committed, and `.env`, which has this machine's.
 *
 * @module
 */
import type { Variable } from "../databases.ts";
import { type Choices, has } from "../choices.ts";
import type { Texts } from "../edits.ts";

/** Writes both files. */
export function writeEnvironment(choices: Choices): Texts {
  const variables = variablesOf(choices);
  const { cookieSecret } = choices.options;
  return {
    ".env.example":
      `# What the application reads. .env, which git ignores, has this machine's values; what is set already wins.\n\n${
        variables.map(toLines).join("\n")
      }`,
    ".env": variables.map((variable) => toLines(isSecret(variable) ? { ...variable, value: cookieSecret } : variable))
      .join("\n"),
  };
}

/** Everything that the application reads. */
export function variablesOf(choices: Choices): readonly Variable[] {
  const { framework, database, features } = choices;
  const variables: Variable[] = [
    ...framework.variables,
    { name: "APP_URL", value: "", what: "The origin that users see, behind a proxy." },
    SECRET,
    { name: "LOG_LEVEL", value: "info", what: "debug, info, warn, error or silent." },
  ];
  if (features.some(({ usesRedis }) => usesRedis)) {
    variables.push({
      name: "REDIS_URL",
      value: "",
      what: "A Redis, redis://localhost:6379, that several processes share. Without it this process works alone.",
    });
  }
  if (has(choices, "jobs")) variables.push(DATA_DIR);
  const known = new Set(variables.map(({ name }) => name));
  return [...variables, ...database.variables.filter(({ name }) => !known.has(name))];
}

const SECRET: Variable = {
  name: "COOKIE_SECRET",
  value: "",
  what: "Signs cookies: 32 characters or more, the same for all processes.",
};

const DATA_DIR: Variable = { name: "DATA_DIR", value: "data", what: "The folder of what is kept in files." };

function isSecret({ name }: Variable): boolean {
  return name === SECRET.name;
}

/** One without a value is a comment: an empty value would be a value. */
function toLines({ name, value, what }: Variable): string {
  return `# ${what}\n${value === "" ? "# " : ""}${name}=${value}\n`;
}
