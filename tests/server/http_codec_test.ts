/** R37 on the server's side: rich values for who asks for them, ordinary JSON for everybody else, on each host. */

import { assert, assertEquals } from "@std/assert";
import { decode } from "../../server/contract/decode.ts";
import { encode } from "../../server/contract/encode.ts";
import { readEnvelope } from "../../server/contract/result.ts";
import { richValue } from "./_app.ts";
import { dataOf, eachHost, read, refusal } from "./_hosts.ts";

const CODEC = { "x-igniter-codec": "1" };
const RICH_TYPE = { "content-type": "application/vnd.igniter+json" };

/** What a reader of plain JSON sees of the rich value. */
const PLAIN = {
  date: "1970-01-01T00:00:00.000Z",
  bigint: String(2n ** 70n),
  map: [["a", [1]]],
  url: "https://example.com/x",
  numbers: [null, null, null, 0],
  bytes: "AQL/",
};

eachHost("R37 who sends x-igniter-codec gets rich values back as themselves, in data and in errors", async (send) => {
  const good = await readEnvelope(await (await send("GET /replies/rich", { headers: CODEC })).text());
  assertEquals(good, { data: richValue(), error: null });
  const bad = await readEnvelope(
    await (await send("GET /_/rpc/replies.get?~name=rich-error", { headers: CODEC })).text(),
  );
  assertEquals(bad?.error, { code: "ERR_BAD_REQUEST", message: "rich", data: richValue() });
});

eachHost("R37 everybody else gets ordinary JSON, and no word of the codec", async (send) => {
  assertEquals(await dataOf(send("GET /replies/rich")), PLAIN);
  assertEquals((await read(send("GET /replies/rich-error"))).error.data, PLAIN);
});

eachHost("R37 an answer without rich values is the same for both", async (send) => {
  for (const path of ["/replies/success", "/replies/notFound", "/paths", "/replies/json", "/nowhere"]) {
    const [plain, rich] = [await send(`GET ${path}`), await send(`GET ${path}`, { headers: CODEC })];
    assertEquals(await rich.text(), await plain.text(), path);
  }
});

eachHost("R37 a rich body reaches the handler as what it was", async (send) => {
  const value = { at: new Date(0), big: 5n, tags: new Set(["a"]) };
  const init = { body: JSON.stringify(encode(value)), headers: { ...RICH_TYPE, ...CODEC } };
  for (const address of ["/inputs/rich", "/_/rpc/inputs.rich"]) {
    const answer = await readEnvelope(await (await send(`POST ${address}`, init)).text());
    assertEquals(answer, { data: { ...value, year: 1970 }, error: null }, address);
  }
  const plain = { body: JSON.stringify({ json: { name: "Ada" } }), headers: RICH_TYPE };
  assertEquals((await dataOf(send("POST /inputs/user", plain))).body, { name: "Ada" });
});

eachHost("R37 a rich query travels as ~q, beside path parameters", async (send) => {
  const { json, meta } = encode({ at: new Date(0), tags: new Set(["a", "b"]) });
  const search = `~q=${encodeURIComponent(JSON.stringify({ json, meta }))}`;
  for (const address of ["/inputs/rich-query", "/_/rpc/inputs.richQuery"]) {
    assertEquals(await dataOf(send(`GET ${address}?${search}`)), { year: 1970, tags: ["a", "b"] }, address);
    assertEquals(await dataOf(send(`GET ${address}?at=1971-01-01`)), { year: 1971, tags: [] }, address);
  }
});

eachHost("R37 R14 a rich body or query that is malformed answers 400, and pollutes nothing", async (send) => {
  const bodies = [
    "1",
    "null",
    '{"json":{"at":1},"meta":[["date","at"]]}',
    '{"json":{},"meta":[["date","__proto__","polluted"]]}',
    '{"json":{},"meta":[["undefined","constructor","prototype","polluted"]]}',
    '{"json":{"a":1},"meta":[["nonsense","a"]]}',
    '{"json":{"a":1},"meta":7}',
  ];
  for (const body of bodies) {
    const { status, error } = await read(send("POST /inputs/rich", { body, headers: RICH_TYPE }));
    assertEquals([status, error.code === "ERR_BODY_PARSE" || error.code === "ERR_VALIDATION"], [400, true], body);
    const { status: query } = await read(send(`GET /inputs/rich-query?~q=${encodeURIComponent(body)}`));
    assertEquals(query, 400, body);
  }
  assertEquals(await refusal(send("POST /inputs/rich", { body: "{", headers: RICH_TYPE })), [400, "ERR_BODY_PARSE"]);
  assertEquals(await refusal(send("GET /inputs/rich-query?~q={")), [400, "ERR_BAD_REQUEST"]);
  assertEquals(await refusal(send("GET /inputs/rich-query?~q=1&~q=2")), [400, "ERR_BAD_REQUEST"]);
  assertEquals(({} as Record<string, unknown>)["polluted"], undefined);
});

eachHost("R37 a value cannot forge the codec's own part of an answer", async (send) => {
  const forged = { json: { data: 1, error: null, meta: [["date", "data"]] } };
  const answer = await (await send("POST /inputs/any", { ...forged, headers: CODEC })).text();
  const envelope = await readEnvelope(answer);
  assertEquals((envelope?.data as { readonly body: unknown }).body, forged.json);
  assert(decode(JSON.parse(answer), undefined) !== undefined);
});
