/**
 * Generated requests for the demo app: from those it was made for to those that nobody should send.
 *
 * Each part is drawn by itself, and mostly well-formed: a request that is wrong in everything ends at the first check
 * and tells nothing about the others.
 *
 * @module
 */
import type { Random } from "./random.ts";

/** What the generator may use of the app's state, so that some requests get past the first checks. */
export interface World {
  /** The token of a session. */
  readonly token: string;
  /** The same session as a `Cookie` header. */
  readonly cookie: string;
  /** The id of a user. */
  readonly userId: string;
}

/** A request, and how to say which. */
export interface Generated {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Body | undefined;
}

/** A body: made anew for each request, since a stream can be read once. */
export interface Body {
  /** What it is. */
  readonly label: string;
  /** What its content type would be, if the request were honest. */
  readonly type: string | undefined;
  readonly make: () => BodyInit;
}

/** Generates a request. */
export function generate(random: Random, world: World): Generated {
  const target = toTarget(random, world);
  const method = toMethod(random, target.method);
  const body = method === "GET" || method === "HEAD" || random.chance(0.03) ? undefined : toBody(random);
  return {
    method,
    url: `http://localhost${target.path}${toSearch(random, target.isRpc, world)}`,
    headers: toHeaders(random, world, body),
    body,
  };
}

/** Makes the `Request`. @throws TypeError when no host could have made it. */
export function toRequest({ method, url, headers, body }: Generated): Request {
  const list = new Headers();
  for (const [name, value] of headers) list.append(name, value);
  const init: RequestInit & { duplex?: "half" } = { method, headers: list };
  if (body !== undefined) Object.assign(init, { body: body.make(), duplex: "half" });
  return new Request(url, init);
}

/** Says which request it is, for a person; long parts are cut. */
export function describe({ method, url, headers, body }: Generated): string {
  const lines = [`${method} ${cut(url)}`, ...headers.map(([name, value]) => `${cut(name)}: ${cut(value)}`)];
  return [...lines, `body: ${body?.label ?? "none"}`].join("\n  ");
}

function cut(text: string): string {
  const shown = JSON.stringify(text).slice(1, -1);
  return shown.length > 300 ? `${shown.slice(0, 300)}… (${text.length} characters)` : shown;
}

// --- words

/** Names that mean something to JavaScript. */
const NAMES = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "__defineGetter__", "then"];
const ODD_TEXTS = [
  "",
  " ",
  "\u0000",
  "\u202e",
  "é",
  "💥",
  "\ud800",
  "null",
  "undefined",
  "NaN",
  "true",
  "[]",
  "{}",
  "[object Object]",
  "'; DROP TABLE users; --",
  "<script>alert(1)</script>",
  "${7*7}",
  "../../../etc/passwd",
  "%s%n",
  "a\r\nset-cookie: x=y",
  ...NAMES,
];
const ODD_NUMBERS = [
  "0",
  "-1",
  "1.5",
  "1e309",
  "-0",
  "0x10",
  "9007199254740993",
  " 2",
  "２",
  "1_000",
  "١",
  "+1",
  "1e2",
];

function oddText(random: Random): string {
  return random.choose([
    [6, () => random.pick(ODD_TEXTS)],
    [2, () => random.text(random.int(40))],
    [2, () => random.many(random.int(12), () => String.fromCharCode(random.int(0xffff))).join("")],
    [0.2, () => random.text(1).repeat(random.int(20_000))],
  ]);
}

// --- addresses

interface Target {
  readonly path: string;
  readonly method: string;
  readonly isRpc: boolean;
}

const ACTIONS: readonly (readonly [key: string, method: string, path: string])[] = [
  ["users.list", "GET", "/users"],
  ["users.byId", "GET", "/users/:id"],
  ["users.create", "POST", "/users"],
  ["sessions.current", "GET", "/sessions"],
  ["sessions.signIn", "POST", "/sessions"],
  ["sessions.signOut", "DELETE", "/sessions"],
];

function toTarget(random: Random, world: World): Target {
  const [key, method, path] = random.pick(ACTIONS);
  return random.choose<Target>([
    [10, () => ({ path: `/api/v1${path.replace(":id", toId(random, world))}`, method, isRpc: false })],
    [4, () => ({ path: `/api/v1/_/rpc/${key}`, method: method === "GET" ? "GET" : "POST", isRpc: true })],
    [1, () => ({ path: `/api/v1/_/rpc/${oddSegment(random)}`, method, isRpc: true })],
    [2, () => ({ path: mutate(random, `/api/v1${path}`), method, isRpc: false })],
    [1, () => ({ path: oddPath(random), method, isRpc: false })],
  ]);
}

function toId(random: Random, { userId }: World): string {
  return random.chance(0.4) ? userId : oddSegment(random);
}

function oddSegment(random: Random): string {
  return random.choose([
    [4, () => encodeURIComponent(oddText(random).toWellFormed())],
    [2, () => random.pick(["%zz", "%", "%c3%28", "%ff", "%00", "%2e%2e", "%2f", "a%2Fb", ".", "..", "*", ":id", "~"])],
    [1, () => random.pick([...NAMES, "users.", ".list", "users.list.", "users..list", "__proto__.list", "users.then"])],
    [0.2, () => "a".repeat(random.int(50_000))],
  ]);
}

function oddPath(random: Random): string {
  return random.choose([
    [3, () => "/" + random.many(random.int(8), () => oddSegment(random)).join("/")],
    [1, () => random.pick(["/", "/api", "/api/v1", "/api/v1/", "/api/v10/users", "/API/V1/USERS", "/favicon.ico"])],
    [1, () => `/api/v1/${random.pick(["_", "_/", "_/rpc", "_/rpc/", "_/events", "_/docs", "_/rpc/users.list/x"])}`],
    [0.2, () => "/api/v1" + "/a".repeat(random.int(20_000))],
    [0.2, () => "/api/v1/users" + "/".repeat(random.int(20_000))],
  ]);
}

function mutate(random: Random, path: string): string {
  const at = 1 + random.int(path.length - 1);
  return random.choose([
    [1, () => path.slice(0, at) + oddSegment(random) + path.slice(at)],
    [1, () => path.slice(0, at) + path.slice(at + 1)],
    [1, () => path + random.pick(["/", "//", "/.", "/..", ";v=1", "/x", "%20", "%2f", ".json", "/%00"])],
    [1, () => path.replaceAll("/", "//")],
  ]);
}

function toMethod(random: Random, own: string): string {
  const others = [
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "QUERY",
    "PROPFIND",
    "get",
    "patch",
    "X-Y",
  ];
  return random.chance(0.8) ? own : random.pick(others);
}

// --- queries

function toSearch(random: Random, isRpc: boolean, world: World): string {
  const fields = random.many(random.chance(0.5) ? random.int(3) : 0, () => toField(random));
  if (isRpc && random.chance(0.6)) fields.push(`~id=${toId(random, world)}`);
  if (random.chance(0.01)) fields.push(random.many(random.int(20_000), (i) => `f${i % 50}=${i}`).join("&"));
  const search = fields.join(random.chance(0.95) ? "&" : random.pick(["&&", ";", "&=&", "?"]));
  return search === "" ? random.pick(["", "", "", "?"]) : `?${search}`;
}

function toField(random: Random): string {
  const value = () => encodeURIComponent(oddText(random).toWellFormed());
  const name = () => encodeURIComponent(random.chance(0.5) ? random.pick(NAMES) : oddText(random).toWellFormed());
  return random.choose([
    [5, () => `page=${1 + random.int(3)}`],
    [4, () => `page=${encodeURIComponent(random.pick(ODD_NUMBERS))}`],
    [2, () => `page=${value()}`],
    [2, () => random.pick(["page", "page[]=1", "page[0]=1", "page[a]=1", "page=1&page=2", "page[__proto__]=1"])],
    [2, () => `${name()}=${value()}`],
    [2, () => `${name()}[${name()}]=${value()}`],
    [1, () => `a[constructor][prototype][polluted]=1&__proto__[polluted]=1&[__proto__][polluted]=1`],
    [
      1,
      () =>
        random.pick(["%", "%zz=%zz", "%ff=%ff", "=", "=x", "&", "a=%C3%28", "+=+", "a[=1", "a]=1", "a[b=1", "[]=1"]),
    ],
    [0.5, () => `${random.pick(["page", "a"])}${"[a]".repeat(random.int(5000))}=1`],
    [1, () => `~q=${encodeURIComponent(oddRich(random))}`],
    [1, () => `~${name()}=${value()}`],
  ]);
}

// --- headers

const CONTENT_TYPES = [
  "application/json",
  "APPLICATION/JSON; charset=UTF-8",
  "application/json; charset=utf-16",
  "application/json; charset=",
  'application/json; charset="utf-8',
  "application/problem+json",
  "application/vnd.igniter+json",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "multipart/form-data; boundary=x",
  'multipart/form-data; boundary=""',
  "multipart/form-data; boundary=" + "x".repeat(300),
  "text/plain",
  "text/html; charset=iso-8859-1",
  "application/octet-stream",
  "image/png",
  "application/",
  "/json",
  "json",
  ";",
  "*/*",
  "application/json, text/plain",
  "é",
  "",
];

function toHeaders(random: Random, world: World, body: Body | undefined): readonly (readonly [string, string])[] {
  const headers: (readonly [string, string])[] = [];
  const add = (probability: number, name: string, make: () => string): void => {
    if (random.chance(probability)) headers.push([name, make()]);
  };
  if (body?.type !== undefined && random.chance(0.85)) headers.push(["content-type", body.type]);
  else add(0.7, "content-type", () => random.pick(CONTENT_TYPES));
  add(0.6, "authorization", () => `Bearer ${world.token}`);
  add(0.1, "authorization", () => oddAuthorization(random));
  add(0.15, "cookie", () => world.cookie);
  add(0.1, "cookie", () => oddCookie(random));
  if (body !== undefined) {
    add(
      0.05,
      "content-length",
      () => random.pick(["0", "1", "5", "999999999", "-1", "1e3", "abc", "5, 6", "0x5", "00010"]),
    );
    add(0.03, "transfer-encoding", () => random.pick(["chunked", "gzip, chunked", "identity", "chunked, chunked"]));
    add(0.02, "content-encoding", () => random.pick(["gzip", "br", "deflate", "x"]));
  }
  add(0.15, "x-igniter-codec", () => random.pick(["1", "2", "", "é", "__proto__"]));
  add(0.05, "x-igniter-source", () => random.pick(["caller", "job", "mcp", "x"]));
  add(0.05, "traceparent", () => random.pick(["00-" + "0".repeat(32) + "-" + "0".repeat(16) + "-01", "x", "00-zz"]));
  add(0.05, "origin", () => random.pick(["null", "https://evil.example", "é"]));
  add(0.03, "host", () => random.pick(["", "evil.example", "[::1]:80", "a b"]));
  add(0.03, "expect", () => "100-continue");
  add(0.03, "range", () => "bytes=0-18446744073709551615");
  add(0.05, random.pick([...NAMES, "x-forwarded-proto", "x-http-method-override", "last-event-id"]), () => "DELETE");
  add(0.03, "x-odd", () => random.many(random.int(200), () => String.fromCharCode(0x80 + random.int(0x80))).join(""));
  add(0.005, "x-huge", () => "x".repeat(random.int(200_000)));
  if (random.chance(0.005)) { for (let i = 0; i < random.int(1000); i++) headers.push([`x-many-${i}`, "1"]); }
  return headers;
}

function oddAuthorization(random: Random): string {
  return random.pick([
    "Bearer",
    "Bearer ",
    "Bearer  a b",
    "bearer __proto__",
    "Bearer constructor",
    "Basic " + "a".repeat(1000),
    "Bearer " + "a".repeat(random.int(100_000)),
    "Bearer " + " ".repeat(random.int(50_000)) + "\u00e9",
    "Digest username=x",
    "Bearer ../../etc/passwd",
    "\u00ff\u00fe",
  ]);
}

function oddCookie(random: Random): string {
  return random.choose([
    [2, () => `session=${random.text(36)}.${random.text(43)}`],
    [
      1,
      () =>
        random.pick(["session", "session=", "=session", ";", ";;;=;;", "session=%zz", 'session="', "session=a.b.c"]),
    ],
    [1, () => random.pick(NAMES.map((name) => `${name}=polluted; session=${name}`))],
    [1, () => `session=${random.text(5)}.; session=.${random.text(43)}; session=é`],
    [0.3, () => "; ".repeat(random.int(50_000))],
    [0.3, () => random.many(random.int(5000), (i) => `c${i}=${i}`).join(";")],
  ]);
}

// --- bodies

function toBody(random: Random): Body {
  return random.choose<Body>([
    [10, () => json(JSON.stringify(toInput(random)))],
    [4, () => json(JSON.stringify(oddValue(random, 0)))],
    [3, () => json(broken(random, JSON.stringify(toInput(random))))],
    [2, () => json(polluted(random))],
    [1, () => json(deep(random))],
    [0.6, () => json(`{"name":"${"a".repeat(random.int(1_500_000))}","email":"a@b.example"}`)],
    [2, () => rich(oddRich(random))],
    [3, () => form(random)],
    [2, () => multipart(random)],
    [1, () => bytes("random bytes", random.bytes(random.int(300)), undefined)],
    [1, () => bytes("invalid UTF-8 in JSON", invalidUtf8(random), "application/json")],
    [1, () => json("\ufeff" + JSON.stringify(toInput(random)))],
    [1, () => ({ label: "text", type: "text/plain", make: () => oddText(random) })],
    [1, () => ({ label: "empty", type: "application/json", make: () => "" })],
    [3, () => streamed(random)],
  ]);
}

function json(text: string): Body {
  return { label: `JSON ${cut(text)}`, type: "application/json", make: () => text };
}

function rich(text: string): Body {
  return { label: `rich JSON ${cut(text)}`, type: "application/vnd.igniter+json", make: () => text };
}

function bytes(label: string, content: Uint8Array<ArrayBuffer>, type: string | undefined): Body {
  return { label: `${label}: ${content.length} bytes`, type, make: () => content };
}

/** What an action wants, more or less. Passwords stay too short, but for a few: hashing one takes a tenth of a second. */
function toInput(random: Random): unknown {
  const input: Record<string, unknown> = {
    name: random.chance(0.8) ? `User ${random.text(4)}` : oddValue(random, 2),
    email: random.chance(0.8) ? `${random.text(random.int(4) + 1)}@fuzz.example` : oddValue(random, 2),
  };
  if (random.chance(0.3)) input["password"] = random.chance(0.5) ? random.text(7) : oddShortValue(random);
  if (random.chance(0.005)) input["password"] = "long-enough";
  if (random.chance(0.2)) input[oddText(random)] = oddValue(random, 2);
  if (random.chance(0.1)) delete input[random.pick(["name", "email"])];
  return input;
}

function oddShortValue(random: Random): unknown {
  const value = oddValue(random, 2);
  return typeof value === "string" ? value.slice(0, 7) : value;
}

function oddValue(random: Random, depth: number): unknown {
  return random.choose<unknown>([
    [4, () => oddText(random)],
    [2, () => random.pick([0, -1, 1.5, 1e21, -0, Number.MAX_SAFE_INTEGER + 2, true, false, null])],
    [depth > 4 ? 0 : 1, () => random.many(random.int(5), () => oddValue(random, depth + 1))],
    [
      depth > 4 ? 0 : 2,
      () => Object.fromEntries(random.many(random.int(5), () => [oddText(random), oddValue(random, depth + 1)])),
    ],
  ]);
}

function broken(random: Random, text: string): string {
  const at = random.int(text.length + 1);
  return random.choose([
    [2, () => text.slice(0, at)],
    [
      2,
      () =>
        text.slice(0, at) + random.pick(["}", "]", ",", '"', "\\", "\u0000", "\ud800", "NaN", "//"]) + text.slice(at),
    ],
    [1, () => text + text],
    [1, () => random.pick(["{", "[", '"', "nul", "undefined", "NaN", "'a'", "{a:1}", "[,]", "1e", "-", "\u0000", " "])],
  ]);
}

function polluted(random: Random): string {
  const valid = `"name":"Polluted","email":"${random.text(3)}@fuzz.example"`;
  return random.pick([
    `{${valid},"__proto__":{"polluted":true}}`,
    `{"__proto__":{${valid}}}`,
    `{${valid},"constructor":{"prototype":{"polluted":true}}}`,
    `{"__proto__":null,${valid}}`,
    `[{"__proto__":{"polluted":true}}]`,
    `{${valid},"toString":1,"hasOwnProperty":1,"valueOf":{"__proto__":{"polluted":1}}}`,
    `{"name":{"__proto__":{"length":5}},"email":{"toString":"x"}}`,
    `{${valid},"toJSON":"x","then":{"then":1}}`,
  ]);
}

/** A hundred thousand levels: what parses must not be walked by recursion. */
function deep(random: Random): string {
  const depth = random.pick([20, 1000, 10_000, 100_000]);
  return random.pick([
    "[".repeat(depth) + "]".repeat(depth),
    "[".repeat(depth),
    '{"a":'.repeat(depth) + "1" + "}".repeat(depth),
    `{"name":${"[".repeat(depth)}${"]".repeat(depth)},"email":"a@b.example"}`,
    `{"name":"Deep","email":"${random.text(3)}@fuzz.example","x":${"[".repeat(depth)}${"]".repeat(depth)}}`,
    `{"__proto__":`.repeat(depth) + "1" + "}".repeat(depth),
  ]);
}

const META_TYPES = [
  "date",
  "bigint",
  "map",
  "set",
  "url",
  "undefined",
  "number",
  "bytes",
  "__proto__",
  "x",
  1,
  null,
  {},
];

/** `{ json, meta }`, as our client writes it, and as somebody else might. */
function oddRich(random: Random): string {
  const entry = () => [
    random.pick(META_TYPES),
    ...random.many(random.int(4), () => random.pick<unknown>(["name", "email", 0, -1, 1e9, ...NAMES, null, {}, 1.5])),
  ];
  return random.choose([
    [4, () => JSON.stringify({ json: toInput(random), meta: random.many(random.int(5), entry) })],
    [2, () => JSON.stringify({ json: oddValue(random, 0), meta: random.many(random.int(5), entry) })],
    [2, () => JSON.stringify({ json: toInput(random), meta: oddValue(random, 0) })],
    [1, () => JSON.stringify({ json: { page: 1 } })],
    [
      1,
      () =>
        random.pick(["null", "1", "[]", '"x"', "{}", '{"meta":[]}', "{", "", '{"json":{},"meta":[["__proto__","a"]]}']),
    ],
    [0.3, () => `{"json":${deep(random)},"meta":[["date",${Array(random.int(5000)).fill(0).join(",") || 0}]]}`],
    [0.3, () => `{"json":{"name":"${"9".repeat(random.int(20_000))}"},"meta":[["bigint","name"]]}`],
  ]);
}

function form(random: Random): Body {
  const text = random.choose([
    [3, () => `name=User&email=${random.text(3)}%40fuzz.example`],
    [2, () => random.many(random.int(6), () => toField(random)).join("&")],
    [1, () => `name[]=a&name[]=b&email[__proto__][polluted]=1&__proto__[polluted]=1`],
    [1, () => "%".repeat(random.int(2000))],
  ]);
  return { label: `form ${cut(text)}`, type: "application/x-www-form-urlencoded", make: () => text };
}

function multipart(random: Random): Body {
  const boundary = `x${random.text(8)}`;
  const part = (name: string, value: string, more = "") =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
  const email = `${random.text(3)}@fuzz.example`;
  const end = `--${boundary}--\r\n`;
  const text = random.choose([
    [3, () => part("name", "User") + part("email", email) + end],
    [1, () => part("name", "User", '; filename="a.txt"') + part("email", email) + end],
    [1, () => part("name", "a") + part("name", "b") + part("__proto__", "x") + part("__proto__[polluted]", "1") + end],
    [1, () => part("name", "User") + part("email", email)],
    [1, () => `--${boundary}\r\n\r\nno headers\r\n${end}`],
    [1, () => `--${boundary}\r\ncontent-disposition: ${oddText(random).toWellFormed()}\r\n\r\nx\r\n${end}`],
    [1, () => end],
    [0.2, () => random.many(random.int(3000), (i) => part(`f${i}`, "x")).join("") + end],
  ]);
  const type = `multipart/form-data; boundary=${random.chance(0.9) ? boundary : "other"}`;
  return { label: `multipart ${cut(text)}`, type, make: () => text };
}

function invalidUtf8(random: Random): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(`{"name":"User ...","email":"${random.text(3)}@fuzz.example"}`);
  const at = text.indexOf(".".charCodeAt(0));
  text.set(
    random.pick([[0xff, 0xfe, 0xfd], [0xc3, 0x28, 0x2e], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80], [0, 1, 2]]),
    at,
  );
  return text;
}

/** A body in pieces: whole, too large, or with an end that never comes because the client failed. */
function streamed(random: Random): Body {
  const size = random.pick([10, 100, 30_000, 1_200_000]);
  const text = JSON.stringify({ name: "Stream", email: `${random.text(3)}@fuzz.example`, x: "x".repeat(size) });
  const content = new TextEncoder().encode(text);
  const pieces = 1 + random.int(6);
  const failsAt = random.chance(0.4) ? random.int(pieces) : undefined;
  const failure = random.pick([
    new Error("secret of the host at /etc/hosts"),
    new TypeError("secret"),
    "secret",
    undefined,
  ]);
  const type = random.pick(["application/json", "application/json", "text/plain", "multipart/form-data; boundary=x"]);
  const label = `stream of ${content.length} bytes in ${pieces} pieces` +
    (failsAt === undefined ? "" : `, failing at piece ${failsAt}`);
  return {
    label,
    type,
    make: () => {
      let piece = 0;
      return new ReadableStream<Uint8Array>({
        pull(controller) {
          if (piece === failsAt) return controller.error(failure);
          const from = Math.floor(content.length * piece / pieces);
          const to = Math.floor(content.length * ++piece / pieces);
          if (from < to) controller.enqueue(content.subarray(from, to));
          if (piece === pieces) controller.close();
        },
      });
    },
  };
}
