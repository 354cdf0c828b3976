/**
 * Express: the API and the page are middleware of an Express application, on Deno's `node:http`.
 *
 * @module
 */
import files from "../../templates/express.json" with { type: "json" };
import { configureDeno, DENO_LINES, DENO_VARIABLES, installWithDeno } from "../deno_project.ts";
import type { Framework } from "./framework.ts";

/** The framework `express`. */
export const express: Framework = {
  name: "express",
  title: "Express",
  hint: "the API and the page are middleware of an Express application, on Deno",
  omit: [],
  files,
  edits: [],
  without: {},
  configure: (options) =>
    configureDeno(options, { imports: { "express": "npm:express@^5", "@types/express": "npm:@types/express@^5" } }),
  install: installWithDeno,
  lines: DENO_LINES,
  variables: DENO_VARIABLES,
  ignored: [],
  places: [
    ["main.ts", "starts the application"],
    ["src/igniter.server.ts", "the Express application: its own routes, the API, the page"],
    ["src/app/", "the page, how it is bundled and served, and how the server listens and ends"],
  ],
  serving: "`main.ts` starts the application. `src/igniter.server.ts` is an Express application: `expressAdapter` of " +
    "`@igniter-js/core/adapters` makes the API its middleware, the page too, and your routes stand before them. It runs " +
    "on Deno.",
};
