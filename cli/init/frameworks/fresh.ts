/**
 * Fresh 2: the API is its middleware, the page one of its routes.
 *
 * The page is the demo app's, in React, bundled when the application starts. As islands it would be Preact's: the hooks
 * are those of TanStack Query for React, and islands take Fresh's build by Vite.
 *
 * @module
 */
import files from "../../templates/fresh.json" with { type: "json" };
import { configureDeno, DENO_LINES, DENO_VARIABLES, installWithDeno } from "../deno_project.ts";
import type { Framework } from "./framework.ts";

/** The framework `fresh`. */
export const fresh: Framework = {
  name: "fresh",
  title: "Fresh",
  hint: "the API is middleware of a Fresh 2 application, the page one of its routes; on Deno",
  omit: [],
  files,
  edits: [],
  without: {},
  configure: (options) => configureDeno(options, { imports: { "fresh": "jsr:@fresh/core@^2.3.3" } }),
  install: installWithDeno,
  lines: DENO_LINES,
  variables: DENO_VARIABLES,
  ignored: [],
  places: [
    ["main.ts", "starts the application"],
    ["src/igniter.server.ts", "the Fresh application: the API, its own routes, the page"],
    ["src/app/", "the page, how it is bundled and served, and how the server listens and ends"],
  ],
  serving: "`main.ts` starts the application. `src/igniter.server.ts` is a Fresh 2 `App`: `freshAdapter` of " +
    "`@igniter-js/core/adapters` makes the API its middleware, and your routes stand between it and the page.\n\n" +
    "The page is React, bundled when the application starts, and no island: islands are Preact, and the client's hooks " +
    "are made for React. So there is no build, and nothing of Vite. Where you want islands and `routes/`, add Fresh's " +
    "plugin for Vite, export the `App` from `main.ts` and call `.fsRoutes()` on it: the API stays the middleware that it is.",
};
