import { assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import type { CookieOptions } from "../../server/contract/reply.ts";
import {
  checkCookieSecrets,
  cookieKey,
  type Cookies,
  createCookies,
  parseCookies,
  serializeCookie,
  serializeDeletion,
  signCookie,
  verifyCookie,
} from "../../server/cookies.ts";

const OLD = "old-secret-old-secret-old-secret-old";
const NEW = "new-secret-new-secret-new-secret-new";

/** What a browser sends back of a Set-Cookie. */
function sentBack(setCookie: string): string {
  return setCookie.slice(0, setCookie.indexOf(";"));
}

/** The attributes of a Set-Cookie, sorted. */
function attributesOf(setCookie: string): string[] {
  return setCookie.split("; ").slice(1).sort();
}

/** Cookies of a request, and what its answer would set: one text per key. */
function cookiesOf(header: string | null, secrets: readonly string[] = []) {
  const sent = new Map<string, string>();
  let reads = 0;
  const cookies: Cookies = createCookies({
    header: () => {
      reads++;
      return header;
    },
    outgoing: (setCookie, key) => void sent.set(key, setCookie),
    secrets,
  });
  return { cookies, sent: () => [...sent.values()], reads: () => reads };
}

function parsed(header: string | null): Record<string, string> {
  return Object.fromEntries(parseCookies(header));
}

Deno.test("R9 serializeCookie() and parseCookies() round-trip any text", () => {
  for (
    const value of ["a;b=c é", "", '"quoted"', "100%", "%41", "a, b\r\nc", "日本 🎉", "__proto__", "x=y=z", " edge "]
  ) {
    assertEquals(parsed(sentBack(serializeCookie("x", value))), { x: value });
  }
});

Deno.test("parseCookies() takes the first of two cookies with one name", () => {
  assertEquals(parsed("a=1; b=2; a=3"), { a: "1", b: "2" });
});

Deno.test("parseCookies() strips one pair of quotes and the space around a pair", () => {
  assertEquals(parsed('  a = "1 2" ;b="";c=";d="x'), { a: "1 2", b: "", c: '"', d: '"x' });
});

Deno.test("parseCookies() decodes, and leaves what is no percent-encoding as it came", () => {
  assertEquals(parsed("a=%C3%A9; b=%zz; c=100%; d=%ff; e=%2541"), { a: "é", b: "%zz", c: "100%", d: "%ff", e: "%41" });
});

Deno.test("parseCookies() survives headers that are no cookies", () => {
  for (const header of [null, "", ";", ";;;", "=", "=x", "; =x", "flag", "flag; other"]) {
    assertEquals(parsed(header), {});
  }
  assertEquals(parsed("a=1;"), { a: "1" });
  assertEquals(parsed("flag; a=b=c;=x;; d="), { a: "b=c", d: "" });
});

Deno.test("R14 parseCookies() and getAll() keep __proto__ a plain name", () => {
  const cookies = parseCookies("__proto__=polluted; constructor=c");
  assertEquals(cookies.get("__proto__"), "polluted");
  const all = cookiesOf("__proto__=polluted; a=1").cookies.getAll();
  assertEquals(Object.getPrototypeOf(all), null);
  assertEquals(Object.entries(all), [["__proto__", "polluted"], ["a", "1"]]);
  assertEquals(cookiesOf("a=1").cookies.get("constructor"), undefined);
  assertEquals(({} as Record<string, unknown>).polluted, undefined);
});

Deno.test("serializeCookie() sends the path / unless another is given", () => {
  assertEquals(serializeCookie("a", "1"), "a=1; Path=/");
  assertEquals(serializeCookie("a", "1", { path: "/admin" }), "a=1; Path=/admin");
});

Deno.test("serializeCookie() writes every attribute", () => {
  const options: CookieOptions = {
    domain: "example.com",
    expires: new Date(Date.UTC(2030, 0, 2, 3, 4, 5)),
    httpOnly: true,
    maxAge: 60,
    partitioned: true,
    path: "/",
    sameSite: "None",
    secure: true,
  };
  assertEquals(attributesOf(serializeCookie("a", "1", options)), [
    "Domain=example.com",
    "Expires=Wed, 02 Jan 2030 03:04:05 GMT",
    "HttpOnly",
    "Max-Age=60",
    "Partitioned",
    "Path=/",
    "SameSite=None",
    "Secure",
  ]);
  assertEquals(serializeCookie("a", "1", { maxAge: 0 }), "a=1; Max-Age=0; Path=/");
});

Deno.test("serializeCookie() leaves its options alone", () => {
  const options: CookieOptions = Object.freeze({ secure: true, path: "/" });
  assertEquals(serializeCookie("__Host-a", "1", options), "__Host-a=1; Secure; Path=/");
});

Deno.test("R9 serializeCookie() refuses names that are no token", () => {
  for (const name of ["", "a b", "a;b", "a=b", "a,b", "a\r\nSet-Cookie: x", "é", 'a"', "a/b", "\u0000"]) {
    assertThrows(() => serializeCookie(name, "1"), TypeError, `Cannot set cookie ${JSON.stringify(name)}: `);
    assertThrows(() => serializeDeletion(name), TypeError, `Cannot delete cookie ${JSON.stringify(name)}: `);
  }
});

Deno.test("R9 serializeCookie() refuses attributes that a browser would misread", () => {
  const refused: CookieOptions[] = [
    { path: "/a; Domain=evil.example" },
    { path: "/a\r\nX: y" },
    { path: "/é" },
    { path: "relative" },
    { path: "" },
    { domain: "a;b" },
    { domain: "a\nb" },
    { domain: "" },
    { domain: "-a" },
    { domain: "a." },
    { domain: "bücher.example" },
    { sameSite: "Lax; Domain=evil.example" as "Lax" },
    { maxAge: -1 },
    { maxAge: 1.5 },
    { maxAge: NaN },
    { maxAge: Infinity },
    { expires: new Date(NaN) },
    { expires: new Date(8.64e15) },
    { sameSite: "None" },
    { partitioned: true },
  ];
  for (const options of refused) {
    assertThrows(
      () => serializeCookie("a", "1", options),
      TypeError,
      'Cannot set cookie "a": ',
      JSON.stringify(options),
    );
  }
});

Deno.test("serializeCookie() refuses a value that is no text", () => {
  assertThrows(() => serializeCookie("a", "\ud800"), TypeError, "lone surrogate");
  assertThrows(() => serializeCookie("a", undefined as unknown as string), TypeError, "not a string");
});

Deno.test("R9 serializeCookie() enforces the rules of __Host- and __Secure-", () => {
  const accepted = { secure: true };
  for (const name of ["__Host-a", "__host-a"]) {
    assertEquals(serializeCookie(name, "1", accepted), `${name}=1; Secure; Path=/`);
    assertThrows(() => serializeCookie(name, "1"), TypeError, "needs secure: true");
    assertThrows(() => serializeCookie(name, "1", { secure: true, path: "/a" }), TypeError, 'needs the path "/"');
    assertThrows(() => serializeCookie(name, "1", { secure: true, domain: "a.b" }), TypeError, "not have a domain");
  }
  assertEquals(
    attributesOf(serializeCookie("__Secure-a", "1", { secure: true, path: "/a", domain: "a.b" })),
    ["Domain=a.b", "Path=/a", "Secure"],
  );
  assertThrows(() => serializeCookie("__Secure-a", "1"), TypeError, "needs secure: true");
});

Deno.test("R9 serializeDeletion() ends the cookie at the same path and domain", () => {
  const epoch = "Expires=Thu, 01 Jan 1970 00:00:00 GMT";
  assertEquals(attributesOf(serializeDeletion("a")), [epoch, "Path=/"]);
  assertEquals(attributesOf(serializeDeletion("a", { path: "/x", domain: "a.b" })), ["Domain=a.b", epoch, "Path=/x"]);
  assertEquals(sentBack(serializeDeletion("a")), "a=");
});

Deno.test("R9 serializeDeletion() keeps Secure for __Host- and __Secure-", () => {
  assertEquals(attributesOf(serializeDeletion("__Host-a")).includes("Secure"), true);
  assertEquals(attributesOf(serializeDeletion("__Secure-a", { path: "/x" })).includes("Secure"), true);
  assertThrows(() => serializeDeletion("__Host-a", { domain: "a.b" }), TypeError, "Cannot delete cookie");
});

Deno.test("cookieKey() is one for what a browser holds to be one cookie", () => {
  assertEquals(cookieKey("a"), cookieKey("a", { path: "/" }));
  assertEquals(cookieKey("a", { domain: ".Example.com" }), cookieKey("a", { domain: "example.com" }));
  const keys = [
    cookieKey("a"),
    cookieKey("A"),
    cookieKey("a", { path: "/x" }),
    cookieKey("a", { domain: "a.b" }),
    cookieKey("a", { partitioned: true }),
  ];
  assertEquals(new Set(keys).size, keys.length);
});

Deno.test("R9 verifyCookie() gives the signed value, dots and all", async () => {
  for (const value of ["", "a", "a.b.c", ".", "a;b=c é", "x".repeat(1000)]) {
    assertEquals(await verifyCookie("sid", await signCookie("sid", value, NEW), [NEW]), value);
  }
});

Deno.test("R9 verifyCookie() refuses any changed character", async () => {
  const signed = await signCookie("sid", "user.7", NEW);
  for (let at = 0; at < signed.length; at++) {
    for (const character of ["A", "B", "_", ".", "="]) {
      if (signed[at] === character) continue;
      const forged = signed.slice(0, at) + character + signed.slice(at + 1);
      assertEquals(await verifyCookie("sid", forged, [NEW]), undefined, forged);
    }
  }
  for (const forged of ["", ".", "user.7", signed + "=", signed + " ", signed.slice(0, -1), signed + "A"]) {
    assertEquals(await verifyCookie("sid", forged, [NEW]), undefined, forged);
  }
});

Deno.test("verifyCookie() refuses another spelling of a right signature", async () => {
  // The last of 43 base64url characters carries two bits that decoding ignores.
  const signed = await signCookie("sid", "x", NEW);
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const verified: string[] = [];
  for (const last of alphabet) {
    const spelling = signed.slice(0, -1) + last;
    if (await verifyCookie("sid", spelling, [NEW]) !== undefined) verified.push(spelling);
  }
  assertEquals(verified, [signed]);
});

Deno.test("R9 verifyCookie() refuses a value that was signed under another name", async () => {
  const signed = await signCookie("theme", "admin", NEW);
  assertEquals(await verifyCookie("role", signed, [NEW]), undefined);
  // The boundary of name and value is signed as well.
  const moved = await signCookie("a", "bc", NEW);
  assertEquals(await verifyCookie("ab", moved.slice(1), [NEW]), undefined);
});

Deno.test("R9 verifyCookie() takes several secrets for rotation", async () => {
  const old = await signCookie("sid", "7", OLD);
  assertEquals(await verifyCookie("sid", old, [NEW, OLD]), "7");
  assertEquals(await verifyCookie("sid", old, [NEW]), undefined);
  assertNotEquals(old, await signCookie("sid", "7", NEW));
});

Deno.test("verifyCookie() and signCookie() refuse missing and short secrets", async () => {
  const signed = await signCookie("sid", "7", NEW);
  await assertRejects(() => verifyCookie("sid", signed, []), TypeError, "there are none");
  for (const secret of ["", "short", "x".repeat(31)]) {
    await assertRejects(() => signCookie("sid", "7", secret), TypeError, "fewer than 32 characters");
    await assertRejects(() => verifyCookie("sid", signed, [NEW, secret]), TypeError, "fewer than 32 characters");
    assertThrows(() => checkCookieSecrets([secret]), TypeError, "Cannot use cookie secret");
  }
  checkCookieSecrets(["x".repeat(32)]);
});

Deno.test("signCookie() refuses names and values that cannot be told apart once encoded", async () => {
  await assertRejects(() => signCookie("sid", "\ud800", NEW), TypeError, "lone surrogate");
  await assertRejects(() => signCookie("é", "1", NEW), TypeError, "not a token");
  const signed = await signCookie("sid", "\ufffd", NEW);
  assertEquals(await verifyCookie("sid", signed.replace("\ufffd", "\ud800"), [NEW]), undefined);
});

Deno.test("createCookies() reads the header once, and only when a cookie is read", () => {
  const { cookies, reads, sent } = cookiesOf("a=1");
  cookies.set("b", "2");
  cookies.delete("c");
  assertEquals(cookies.get("b"), "2");
  assertEquals(reads(), 0);
  assertEquals([cookies.get("a"), cookies.get("x"), cookies.getAll()["a"]], ["1", undefined, "1"]);
  assertEquals(reads(), 1);
  assertEquals(sent().length, 2);
});

Deno.test("createCookies() sees what the same request set and deleted", () => {
  const { cookies } = cookiesOf("a=1; b=2; c=3");
  cookies.set("a", "é;");
  cookies.delete("b");
  cookies.set("c", "", { maxAge: 0 });
  cookies.set("d", "4");
  assertEquals([cookies.get("a"), cookies.get("b"), cookies.get("c"), cookies.get("d")], [
    "é;",
    undefined,
    undefined,
    "4",
  ]);
  assertEquals({ ...cookies.getAll() }, { a: "é;", d: "4" });
});

Deno.test("R9 createCookies() sends each cookie once, the later in place of the earlier", () => {
  const { cookies, sent } = cookiesOf(null);
  cookies.set("a", "1");
  cookies.set("b", "1");
  cookies.set("a", "2");
  cookies.set("a", "3", { path: "/admin" });
  cookies.delete("b");
  assertEquals(sent().map(sentBack), ["a=2", "b=", "a=3"]);
});

Deno.test("createCookies() changes nothing when a cookie is refused", () => {
  const { cookies, sent } = cookiesOf("a=1");
  assertThrows(() => cookies.set("a", "2", { maxAge: -1 }), TypeError);
  assertThrows(() => cookies.delete("a", { path: "x" }), TypeError);
  assertEquals(cookies.get("a"), "1");
  assertEquals(sent(), []);
});

Deno.test("R9 setSigned() sets what getSigned() verifies, now and in the next request", async () => {
  const first = cookiesOf(null, [OLD]);
  await first.cookies.setSigned("sid", "user.7 é", { httpOnly: true });
  assertEquals(await first.cookies.getSigned("sid"), "user.7 é");
  const [setCookie = ""] = first.sent();
  assertEquals(attributesOf(setCookie), ["HttpOnly", "Path=/"]);

  const next = cookiesOf(sentBack(setCookie), [NEW, OLD]);
  assertEquals(await next.cookies.getSigned("sid"), "user.7 é");
  assertEquals(await next.cookies.getSigned("absent"), undefined);
  assertEquals(await cookiesOf("sid=user.7", [NEW]).cookies.getSigned("sid"), undefined);
});

Deno.test("getSigned() and setSigned() without secrets name the setting that is missing", async () => {
  const { cookies, sent } = cookiesOf("a=1");
  await assertRejects(() => cookies.getSigned("a"), TypeError, ".config({ cookieSecrets })");
  await assertRejects(() => cookies.setSigned("a", "1"), TypeError, ".config({ cookieSecrets })");
  assertEquals(sent(), []);
});

Deno.test("setSigned() refuses what set() refuses", async () => {
  const { cookies, sent } = cookiesOf(null, [NEW]);
  await assertRejects(() => cookies.setSigned("__Host-a", "1"), TypeError, "needs secure: true");
  await assertRejects(() => cookies.setSigned("a;b", "1", { secure: true }), TypeError, "not a token");
  assertEquals(sent(), []);
});
