// The clients where there is neither a browser nor a server: what React Native lacks is taken away before they load.
// `node native.mjs <origin>` prints what calls and hooks came to.
import { request } from "node:http";
import { createRequire } from "node:module";
import process from "node:process";
import { createElement, StrictMode, version } from "react";

// Required, so that Deno, which has no use for it, does not look for it.
const { act, create } = createRequire(import.meta.url)("react-test-renderer");

const origin = process.argv[2];

// Node makes these when they are first named, of parts that are about to go.
void [Headers, Request, Response, FormData, File, AbortController];

const absent = [
  ...["window", "location", "document", "navigator", "fetch", "ReadableStream", "TextDecoderStream", "structuredClone"],
  ...["TextEncoderStream", "TransformStream", "DOMException", "EventSource", "BroadcastChannel", "crypto", "Event"],
  ...["CompressionStream", "MessageChannel", "WebSocket"],
];
for (const name of absent) delete globalThis[name];
for (const name of ["any", "timeout"]) delete AbortSignal[name];
delete AbortSignal.prototype.throwIfAborted;
globalThis.IS_REACT_ACT_ENVIRONMENT = true;

/** An answer as React Native's `fetch` gives it: there is no stream in it. */
class NativeResponse {
  constructor(status, headers, text) {
    Object.assign(this, { status, ok: status < 300, headers, bodyUsed: false, text: () => Promise.resolve(text) });
    this.json = () => this.text().then(JSON.parse);
  }
}

const requests = [];

// Node's own `fetch` needs what is gone.
function nativeFetch(url, { method, headers, body, signal }) {
  requests.push(url);
  return new Promise((resolve, reject) => {
    const target = url.replace("http://localhost:3000", origin);
    const sent = request(target, { method, headers: Object.fromEntries(headers), signal }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk) => text += chunk);
      answer.on("end", () => resolve(new NativeResponse(answer.statusCode, new Headers(answer.headers), text)));
    });
    sent.on("error", reject).end(body);
  });
}

const core = await import("@igniter-js/core/client/core");
const react = await import("@igniter-js/core/client");
const api = core.createIgniterClient({ fetch: nativeFetch, retry: 0 });
const found = { version, absent: absent.filter((name) => name in globalThis) };

const { data } = await api.users.list.query();
const wrong = await api.users.create.mutate({ body: { name: "A" } });
const created = await api.users.create.mutate.orThrow({ body: { name: `Native ${version}` } });
const controller = new AbortController();
const aborted = api.users.list.query({}, { signal: controller.signal });
controller.abort();
const silent = core.createIgniterClient({
  fetch: (_, { signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
});
const broken = core.createIgniterClient({ retry: 0, fetch: () => Promise.reject(new TypeError("Network failed")) });
found.core = {
  since: data.users[0].since instanceof Date,
  wrong: wrong.error.code,
  created: created.name,
  aborted: (await aborted).error.code,
  timeout: (await silent.users.list.query({}, { timeout: 1 })).error.code,
  network: (await broken.users.list.query()).error.code,
  base: requests[0],
};

const hooks = react.createIgniterClient({ fetch: nativeFetch, retry: 0 });
const useQueryClient = react.useIgniterQueryClient();
requests.length = 0;
const latest = {};

function Users() {
  latest.list = hooks.users.list.useQuery();
  latest.create = hooks.users.create.useMutation();
  latest.queryClient = useQueryClient();
  return latest.list.isSuccess ? latest.list.data.users.map(({ name }) => name).join(", ") : latest.list.status;
}

let view;
act(() => {
  view = create(
    createElement(StrictMode, null, createElement(react.IgniterProvider, null, createElement(Users))),
  );
});
const seen = [view.toJSON()];
await act(async () => await until(() => latest.list.isSuccess));
seen.push(view.toJSON());
const name = `Hooked ${version}`;
await act(async () => await latest.create.mutate({ body: { name } }));
await act(async () => await latest.queryClient.invalidate("users.list"));
await act(async () => await until(() => latest.list.data.users.at(-1).name === name));
seen.push(view.toJSON());
found.react = { seen, requests: requests.map((url) => new URL(url).pathname.split("/").at(-1)) };
act(() => view.unmount());
console.log(JSON.stringify(found));
process.exit(0);

async function until(condition) {
  for (let turn = 0; turn < 1000 && !condition(); turn++) await new Promise((resolve) => setTimeout(resolve, 1));
  if (!condition()) throw new Error("Cannot go on: the condition never came true");
}
