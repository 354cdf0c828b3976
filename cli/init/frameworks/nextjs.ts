/**
 * Next.js: the API is a catch-all route of its App Router, the page a server component around the demo app's components.
 * Node runs it, and npm installs it.
 *
 * @module
 */
import files from "../../templates/nextjs.json" with { type: "json" };
import type { Texts } from "../edits.ts";
import { configureNode, installWithNpm, NODE_LINES } from "../node_project.ts";
import type { Framework } from "./framework.ts";
import { NEXT_EDITS, NEXT_OMITTED, NEXT_WITHOUT } from "./nextjs_sources.ts";

/** The framework `nextjs`. */
export const nextjs: Framework = {
  name: "nextjs",
  title: "Next.js",
  hint: "the API is a route of the App Router, the page is rendered on the server; on Node",
  omit: NEXT_OMITTED,
  files,
  edits: NEXT_EDITS,
  without: NEXT_WITHOUT,
  configure: (options) => ({
    ...configureNode(options, {
      scripts: {
        dev: "next dev",
        build: "next build",
        start: "next start",
        test: "node --test",
        // What Next writes by itself is part of the types.
        typecheck: "next typegen && tsc --noEmit",
        ok: "npm run typecheck && npm test && npm run build",
      },
      dependencies: { "@tanstack/react-query": "^5.91.2", "next": "^16.4.6", "react": "^19", "react-dom": "^19" },
      devDependencies: {
        "@types/node": "^22",
        "@types/react": "^19",
        "@types/react-dom": "^19",
        "typescript": "^5.9.3",
      },
    }),
    ...(options.docker ? dockerFiles() : {}),
  }),
  install: installWithNpm,
  lines: NODE_LINES,
  variables: [],
  ignored: ["next-env.d.ts", "*.tsbuildinfo"],
  places: [
    ["src/app/api/v1/[[...all]]/route.ts", "connects the API to Next.js"],
    ["src/app/page.tsx", "the page, a server component; `App.tsx` and what is below it are client components"],
    ["src/instrumentation.ts", "what Next.js calls when the server starts; `igniter.server.ts` is what begins then"],
    ["src/services/process.ts", "keeps one of what lives in memory: Next.js evaluates modules several times"],
  ],
  serving:
    "`nextRouteHandlerAdapter` of `@igniter-js/core/adapters` makes the API a route of the App Router. The page is " +
    "rendered on the server with what `await api.users.list.query()` gives, without a request; in the browser the same " +
    "client calls the route. What begins with the server is in `src/igniter.server.ts`; a change to that, or to what " +
    "a job does, holds when `npm run dev` is started anew.\n\n" +
    "It takes Node 22.18 or later. `npm run build` and `npm start` run it in production, and `-- --port 4000` behind " +
    "`npm run dev` or `npm start` names another port. With the command `igniter` in your shell, `igniter dev " +
    "--interactive` runs it with a dashboard, and `igniter generate feature post` writes a feature.",
};

function dockerFiles(): Texts {
  return {
    "Dockerfile": `FROM node:24-slim
WORKDIR /app
RUN chown node:node /app
USER node
COPY --chown=node:node . .
RUN mkdir -p data && npm install --no-audit --no-fund && npm run build
ENV PORT=3000 DATA_DIR=data
EXPOSE 3000
CMD ["node_modules/.bin/next", "start"]
`,
    ".dockerignore": `.git
.env
.next
data
node_modules
`,
  };
}
