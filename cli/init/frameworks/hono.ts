/**
 * Hono: it routes to the API and to the page, and `serve` of Igniter runs it.
 *
 * @module
 */
import files from "../../templates/hono.json" with { type: "json" };
import { configureDeno, DENO_LINES, DENO_VARIABLES, installWithDeno } from "../deno_project.ts";
import type { Framework } from "./framework.ts";

/** The framework `hono`. */
export const hono: Framework = {
  name: "hono",
  title: "Hono",
  hint: "the API and the page are routes of a Hono application, on Deno",
  omit: [],
  files,
  edits: [],
  without: {},
  configure: (options) => configureDeno(options, { imports: { "hono": "npm:hono@^4" } }),
  install: installWithDeno,
  lines: DENO_LINES,
  variables: DENO_VARIABLES,
  ignored: [],
  places: [
    ["main.ts", "starts the application"],
    ["src/igniter.server.ts", "the Hono application: its own routes, the API, the page"],
    ["src/app/", "the page, how it is bundled and served"],
  ],
  serving:
    "`main.ts` starts the application. `src/igniter.server.ts` is a Hono application: the API is one of its routes " +
    "(`AppRouter.handler` takes a `Request` and gives a `Response`), the page another, and yours stand before them. It " +
    "runs on Deno.",
};
