/**
 * Deno alone: `serve` of Igniter in front of the API and the page. The demo app itself.
 *
 * @module
 */
import { configureDeno, DENO_LINES, DENO_VARIABLES, installWithDeno } from "../deno_project.ts";
import type { Framework } from "./framework.ts";

/** The framework `deno`. */
export const deno: Framework = {
  name: "deno",
  title: "Deno",
  hint: "Igniter alone serves the API and the page",
  omit: [],
  files: {},
  edits: [],
  without: {},
  configure: (options) => configureDeno(options),
  install: installWithDeno,
  lines: DENO_LINES,
  variables: DENO_VARIABLES,
  ignored: [],
  places: [
    ["main.ts", "starts the application"],
    ["src/igniter.server.ts", "the whole application: the API under its base path, the page for the rest"],
    ["src/app/", "the page, how it is bundled and served, and where the server listens"],
  ],
  serving:
    "`main.ts` starts the application with `serve` of `@igniter-js/core`; `src/igniter.server.ts` decides whether the " +
    "API or the page answers.",
};
