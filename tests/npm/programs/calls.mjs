// A server of `node:http` and the client without UI library in one process of Node; prints what calls came to.
import { createServer } from "node:http";
import { Igniter } from "@igniter-js/core";
import { nodeAdapter } from "@igniter-js/core/adapters";
import { createIgniterClient } from "@igniter-js/core/client/core";
import { z } from "zod";

const waiting = [];
const aborted = deferred();

const igniter = Igniter.context(() => ({ greeting: "Hello" })).create();
const AppRouter = igniter.router({
  controllers: {
    values: igniter.controller({
      path: "/values",
      actions: {
        echo: igniter.mutation({
          path: "/:name",
          body: z.object({ at: z.date(), big: z.bigint(), tags: z.set(z.string()) }),
          handler: ({ context, params, body }) => ({ text: `${context.greeting}, ${params.name}`, ...body }),
        }),
        page: igniter.query({ query: z.object({ page: z.number() }), handler: ({ query }) => query.page }),
        slow: igniter.query({
          path: "/slow",
          handler: ({ request }) =>
            new Promise((resolve) => {
              request.signal.addEventListener("abort", () => {
                aborted.resolve(true);
                resolve("nobody hears this");
              });
              waiting.splice(0).forEach((heard) => heard());
            }),
        }),
        ticks: igniter.query({
          path: "/ticks",
          handler: async function* () {
            for (let tick = 1; tick <= 3; tick++) yield { tick };
          },
        }),
      },
    }),
  },
});

const server = createServer(nodeAdapter(AppRouter));
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const baseURL = `http://127.0.0.1:${server.address().port}`;
const api = createIgniterClient({ baseURL, retry: 0 });
const local = createIgniterClient({ router: () => AppRouter });
const input = {
  params: { name: "Ada Lovelace" },
  body: { at: new Date(0), big: 2n ** 64n, tags: new Set(["a", "b"]) },
};

const echoed = await api.values.echo.mutate.orThrow(input);
const inProcess = await local.values.echo.mutate.orThrow(input);
const wrong = await api.values.page.query({ query: { page: "x" } });

const controller = new AbortController();
const heard = new Promise((resolve) => waiting.push(resolve));
const slow = api.values.slow.query({}, { signal: controller.signal });
await heard;
controller.abort();

const found = {
  rich: [echoed.text, echoed.at instanceof Date, echoed.big === 2n ** 64n, [...echoed.tags]],
  inProcess: [inProcess.text, inProcess.tags instanceof Set],
  wrong: [wrong.data, wrong.error.code, wrong.error.data.issues[0].path],
  aborted: [(await slow).error.code, await aborted.promise],
  plain: await (await fetch(`${baseURL}/api/v1/values?page=7`)).json(),
  events: (await (await fetch(`${baseURL}/api/v1/values/ticks`)).text()).match(/^data: {.*$/gm),
};
server.closeAllConnections();
await new Promise((resolve) => server.close(resolve));
found.unreachable = (await api.values.page.query({ query: { page: 1 } })).error.code;
console.log(JSON.stringify(found));

function deferred() {
  const parts = {};
  parts.promise = new Promise((resolve) => parts.resolve = resolve);
  return parts;
}
