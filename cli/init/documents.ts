/**
 * What a project has besides its sources: README.md, AGENTS.md, the environment's variables, docker-compose.yml.
 *
 * @module
 */
import type { Choices } from "./choices.ts";
import { writeAgents } from "./documents/agents.ts";
import { writeCompose } from "./documents/compose.ts";
import { writeEnvironment } from "./documents/environment.ts";
import { writeReadme } from "./documents/readme.ts";
import type { Texts } from "./edits.ts";

/** Writes them all. */
export function writeDocuments(choices: Choices): Texts {
  return {
    "README.md": writeReadme(choices),
    "AGENTS.md": writeAgents(choices),
    ".gitignore": [...IGNORED, ...choices.framework.ignored].map((line) => `${line}\n`).join(""),
    ...writeEnvironment(choices),
    ...(choices.options.docker ? { "docker-compose.yml": writeCompose(choices) } : {}),
  };
}

const IGNORED: readonly string[] = [".env", ".igniter/", ".next/", "coverage/", "data/", "node_modules/", "*.log"];
