import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  type ConsoleLogger,
  type ConsoleLoggerOptions,
  createConsoleLogger,
  REDACTED_NAMES,
  toErrorFields,
} from "../../server/console_logger.ts";
import { IgniterError } from "../../server/contract/error.ts";
import type { Clock } from "../../server/ports/clock.ts";
import type { LogFields } from "../../server/ports/logger.ts";

/** 2024-05-06 07:08:09.012 UTC, for ever. */
const stopped: Clock = { now: () => Date.UTC(2024, 4, 6, 7, 8, 9, 12), schedule: () => () => {} };

/** A logger at a stopped clock, and what it wrote. */
function loggerOf(options: ConsoleLoggerOptions = {}): { logger: ConsoleLogger; lines: string[]; levels: string[] } {
  const lines: string[] = [];
  const levels: string[] = [];
  const write = (line: string, level: string) => {
    lines.push(line);
    levels.push(level);
  };
  return { logger: createConsoleLogger({ clock: stopped, write, ...options }), lines, levels };
}

/** The one line that fields give in text, after the message. */
function textOf(fields: unknown, options: ConsoleLoggerOptions = {}): string {
  const { logger, lines } = loggerOf(options);
  logger.info("m", fields as LogFields);
  assertEquals(lines.length, 1);
  const [line = ""] = lines;
  assertEquals(line.slice(0, 15), "07:08:09 INFO m");
  return line.slice(16);
}

/** The fields that JSON gives back. */
function jsonOf(fields: unknown, options: ConsoleLoggerOptions = {}): Record<string, unknown> {
  const { logger, lines } = loggerOf({ json: true, ...options });
  logger.info("m", fields as LogFields);
  assertEquals(lines.length, 1);
  const { time, level, message, ...rest } = JSON.parse(lines[0] ?? "");
  assertEquals([time, level, message], ["2024-05-06T07:08:09.012Z", "info", "m"]);
  return rest;
}

/** An error whose stack is the same on every machine. */
function errorOf(message: string, options?: ErrorOptions): Error {
  const error = new Error(message, options);
  error.stack = `Error: ${message}\n    at main (app:1:2)`;
  return error;
}

Deno.test("createConsoleLogger() writes time, level, message and fields in a line of text", () => {
  const { logger, lines } = loggerOf();
  logger.info("Server listens", { port: 8000, host: "0.0.0.0" });
  logger.warn("Slow");
  assertEquals(lines, ["07:08:09 INFO Server listens port=8000 host=0.0.0.0", "07:08:09 WARN Slow"]);
});

Deno.test("createConsoleLogger() logs its level and graver ones, info unless told", () => {
  const expected = {
    debug: ["debug", "info", "warn", "error"],
    info: ["info", "warn", "error"],
    warn: ["warn", "error"],
    error: ["error"],
    silent: [],
  };
  for (const [level, logged] of Object.entries(expected)) {
    const { logger, levels } = loggerOf({ level: level as keyof typeof expected });
    for (const each of [logger, logger.child({ a: 1 })]) {
      levels.length = 0;
      for (const method of ["debug", "info", "warn", "error"] as const) each[method]("m");
      assertEquals(levels, logged);
    }
  }
  const { logger, levels } = loggerOf();
  logger.debug("m");
  logger.info("m");
  assertEquals(levels, ["info"]);
});

Deno.test("createConsoleLogger() refuses options that contradict or do not exist", () => {
  assertThrows(() => createConsoleLogger({ level: "loud" as "info" }), TypeError, 'Cannot create logger: "loud"');
  assertThrows(() => createConsoleLogger({ json: true, color: true }), TypeError, "Cannot create logger: color");
});

Deno.test("createConsoleLogger() writes to the console method of the level", () => {
  const methods = ["debug", "info", "warn", "error"] as const;
  const originals = methods.map((method) => console[method]);
  const written: unknown[][] = [];
  try {
    for (const method of methods) console[method] = (...args: unknown[]) => void written.push([method, ...args]);
    const logger = createConsoleLogger({ level: "debug", clock: stopped });
    for (const method of methods) logger[method]("100%s");
  } finally {
    methods.forEach((method, index) => console[method] = originals[index]!);
  }
  assertEquals(written, methods.map((method) => [method, `07:08:09 ${method.toUpperCase()} 100%s`]));
});

Deno.test("createConsoleLogger() tells the machine's time unless given a clock", () => {
  const lines: string[] = [];
  const before = Date.now();
  createConsoleLogger({ json: true, write: (line) => lines.push(line) }).info("m");
  const time = Date.parse(JSON.parse(lines[0] ?? "").time);
  assert(time >= before && time <= Date.now());
});

Deno.test("createConsoleLogger() colours the level only when asked", () => {
  const { logger, lines } = loggerOf({ color: true });
  logger.error("m", { a: "x" });
  assertEquals(lines, ["07:08:09 \x1b[31mERROR\x1b[0m m a=x"]);
  assertEquals(textOf({ a: "x" }), "a=x");
});

Deno.test("child() adds fields to each line, the nearer win", () => {
  const { logger, lines } = loggerOf({ fields: { app: "shop", request: 0 } });
  const child = logger.child({ request: 1 }).child({ user: 7 });
  child.info("m", { user: 8 });
  logger.info("m");
  assertEquals(lines, ["07:08:09 INFO m app=shop request=1 user=8", "07:08:09 INFO m app=shop request=0"]);
});

Deno.test("the methods of a logger work when they are taken off it", () => {
  const { logger, lines } = loggerOf();
  const { info, child } = logger;
  info("a");
  child({ b: 1 }).info("c");
  assertEquals(lines, ["07:08:09 INFO a", "07:08:09 INFO c b=1"]);
});

Deno.test("text quotes what is not one word", () => {
  const fields = {
    a: "two words",
    b: "",
    c: 'say "x"',
    d: "k=v",
    e: null,
    f: undefined,
    g: true,
    "h i": 1,
    j: NaN,
    k: 9n,
  };
  assertEquals(
    textOf(fields),
    'a="two words" b="" c="say \\"x\\"" d="k=v" e=null f=undefined g=true "h i"=1 j=NaN k=9',
  );
  assertEquals(textOf({ o: { a: [1, "x"] }, d: new Date(0) }), 'o={"a":[1,"x"]} d=1970-01-01T00:00:00.000Z');
});

Deno.test("text escapes what could forge a line or steer a terminal", () => {
  const { logger, lines } = loggerOf();
  logger.info("in\n07:08:09 ERROR forged\r\x1b[2J\u2028\u202e\x9b", { "k\ney": "v\nx\x7f", o: { a: "\x1b\u009b" } });
  assertEquals(lines, [
    "07:08:09 INFO in\\n07:08:09 ERROR forged\\r\\u001b[2J\\u2028\\u202e\\u009b " +
    '"k\\ney"="v\\nx\\u007f" o={"a":"\\u001b\\u009b"}',
  ]);
});

Deno.test("text puts an error's stack, code and causes on indented lines below", () => {
  const { logger, lines } = loggerOf();
  const cause = Object.assign(errorOf("refused"), { code: "ECONNREFUSED" });
  logger.error("Failed", { error: errorOf("no\n07:08:09 INFO forged", { cause }), id: 7 });
  assertEquals(lines[0]?.split("\n"), [
    '07:08:09 ERROR Failed error="Error: no\\n07:08:09 INFO forged" id=7',
    "  Error: no",
    "  07:08:09 INFO forged",
    "      at main (app:1:2)",
    "  caused by: Error: refused",
    "      at main (app:1:2)",
    "  code: ECONNREFUSED",
  ]);
});

Deno.test("text shows what an AggregateError holds and a cause that is no error", () => {
  const both = Object.assign(new AggregateError([errorOf("one"), "two"], "both", { cause: { a: 1 } }), { stack: "S" });
  const { logger, lines } = loggerOf();
  logger.error("m", { both });
  assertEquals(lines[0]?.split("\n").slice(1), [
    "  S",
    '  caused by: {"a":1}',
    "  one of: Error: one",
    "      at main (app:1:2)",
    "  one of: two",
  ]);
});

Deno.test("JSON gives one object a line with time, level and message first", () => {
  const { logger, lines } = loggerOf({ json: true, fields: { app: "shop" } });
  logger.warn("line\none\u2028\x9b", { n: 1 });
  assertEquals(lines, [
    '{"time":"2024-05-06T07:08:09.012Z","level":"warn","message":"line\\none\\u2028\\u009b","app":"shop","n":1}',
  ]);
  assertEquals(JSON.parse(lines[0] ?? "").message, "line\none\u2028\x9b");
});

Deno.test("JSON never lets a field take the place of time, level or message", () => {
  assertEquals(jsonOf({ time: 1, level: "error", message: "forged" }), {
    "field.time": 1,
    "field.level": "error",
    "field.message": "forged",
  });
});

Deno.test("JSON gives errors as name, message, stack, code and cause", () => {
  const error = new IgniterError("ERR_CONFLICT", { message: "Taken", cause: errorOf("unique") });
  error.stack = "S";
  assertEquals(jsonOf({ error }), {
    error: {
      name: "IgniterError",
      message: "Taken",
      stack: "S",
      code: "ERR_CONFLICT",
      cause: { name: "Error", message: "unique", stack: "Error: unique\n    at main (app:1:2)" },
    },
  });
});

Deno.test("a logger carries values that JSON cannot", () => {
  const shared = { a: 1 };
  assertEquals(
    jsonOf({
      big: 10n ** 20n,
      nan: NaN,
      map: new Map<unknown, unknown>([[shared, new Set([1])]]),
      bytes: new Uint8Array(3),
      fn: () => {},
      symbol: Symbol("s"),
      url: new URL("http://a/b"),
      date: new Date(NaN),
      query: new URLSearchParams("a=1&a=2"),
      twice: [shared, shared],
    }),
    {
      big: "100000000000000000000",
      nan: "NaN",
      map: [[{ a: 1 }, [1]]],
      bytes: "[3 bytes]",
      fn: "[function]",
      symbol: "Symbol(s)",
      url: "http://a/b",
      date: null,
      query: [["a", "1"], ["a", "2"]],
      twice: [{ a: 1 }, { a: 1 }],
    },
  );
});

Deno.test("a logger survives whatever it is given", () => {
  const cycle: Record<string, unknown> = { a: 1 };
  cycle.self = cycle;
  const loop = errorOf("loop");
  loop.cause = loop;
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const hostile = {
    good: 1,
    get bad() {
      throw new Error("getter");
    },
  };
  let deep: unknown = "bottom";
  for (let i = 0; i < 100_000; i++) deep = [deep];
  const angry = Object.defineProperty(errorOf("angry"), "message", {
    get() {
      throw new Error("message");
    },
  });
  const toJSON = {
    toJSON() {
      throw new Error("toJSON");
    },
  };
  const fields = { cycle, loop, revoked: revoked.proxy, hostile, angry, toJSON, ["__proto__"]: 1 };
  const json = jsonOf(fields);
  assertEquals(json.cycle, { a: 1, self: "[circular]" });
  assertEquals((json.loop as { cause: unknown }).cause, "[circular]");
  assertEquals(json.revoked, "[unreadable]");
  assertEquals(json.hostile, { good: 1, bad: "[unreadable]" });
  assertEquals((json.angry as { message: unknown }).message, "[unreadable]");
  assertEquals(json.toJSON, "[unreadable]");
  assertEquals(Object.hasOwn(json, "__proto__"), true);
  assertEquals(JSON.stringify(jsonOf({ deep })), '{"deep":[[[[[[[["[too deep]"]]]]]]]]}');
  assert(textOf(fields).includes('hostile={"good":1,"bad":"[unreadable]"}'));
  // The fields themselves, too.
  assertEquals(jsonOf(hostile), { good: 1, bad: "[unreadable]" });
  assertEquals(jsonOf(revoked.proxy), { value: "[unreadable]" });
  const { logger, lines } = loggerOf({ fields: hostile });
  logger.child(hostile).info("m");
  assertEquals(lines, ["07:08:09 INFO m good=1 bad=[unreadable]"]);
});

Deno.test("a logger takes what callers without types pass", () => {
  assertEquals(textOf(7), "value=7");
  assertEquals(textOf(null), "");
  assertMatch(textOf(errorOf("x")), /^error="Error: x"\n {2}Error: x\n/);
  const { logger, lines } = loggerOf();
  logger.info({ a: 1, token: "s3cret" } as unknown as string);
  assertEquals(lines, ['07:08:09 INFO {"a":1,"token":"[redacted]"}']);
});

Deno.test("a logger redacts secrets by name, in any case and at any depth", () => {
  const secrets = Object.fromEntries(REDACTED_NAMES.map((name) => [name.toUpperCase(), "s3cret"]));
  for (
    const fields of [
      secrets,
      { request: { headers: secrets } },
      { headers: new Headers(secrets) },
      { list: [{ deep: [secrets] }] },
      { pairs: Object.entries(secrets) },
      { map: new Map(Object.entries(secrets)) },
      { query: new URLSearchParams(secrets) },
      { wrapped: { toJSON: () => secrets } },
      { error: new Error("m", { cause: secrets }) },
    ]
  ) {
    for (const line of [textOf(fields), JSON.stringify(jsonOf(fields))]) {
      assertEquals(line.includes("s3cret"), false, line);
      assertEquals(line.split("[redacted]").length - 1, REDACTED_NAMES.length, line);
    }
  }
});

Deno.test("a logger redacts authorization, cookies, API keys and passwords", () => {
  for (const name of ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "password"]) {
    assertEquals(jsonOf({ [name]: "s3cret", other: "kept" }), { [name]: "[redacted]", other: "kept" });
  }
});

Deno.test("a logger redacts further names when told, and keeps the others", () => {
  const options = { redact: ["SSN"] };
  assertEquals(
    textOf({ ssn: "1-2", user: { Ssn: "3" }, name: "ada", token: "t" }, options),
    [
      "ssn=[redacted]",
      'user={"Ssn":"[redacted]"}',
      "name=ada",
      "token=[redacted]",
    ].join(" "),
  );
  assertEquals(textOf({ ssn: "1-2" }), "ssn=1-2");
});

Deno.test("a logger redacts the fields of its children", () => {
  const { logger, lines } = loggerOf({ fields: { cookie: "a=1" } });
  logger.child({ authorization: "Bearer x" }).info("m");
  assertEquals(lines, ["07:08:09 INFO m cookie=[redacted] authorization=[redacted]"]);
});

Deno.test("toErrorFields() makes plain data of anything thrown", () => {
  const error = Object.assign(errorOf("no", { cause: "why" }), { code: 7 });
  assertEquals(toErrorFields(error), {
    name: "Error",
    message: "no",
    stack: "Error: no\n    at main (app:1:2)",
    code: 7,
    cause: "why",
  });
  assertEquals(toErrorFields("text"), { name: "string", message: "text" });
  assertEquals(toErrorFields(undefined), { name: "undefined", message: "undefined" });
  assertEquals(toErrorFields({ password: "s3cret", a: 1 }), {
    name: "object",
    message: '{"password":"[redacted]","a":1}',
  });
});
