/**
 * Mistakes that types cannot catch (JavaScript, casts, values from elsewhere) are caught where they are made.
 *
 * @module
 */
import { createIgniterPlugin, createIgniterPluginAction, Igniter, type Schema } from "@igniter-js/core";
import { createMemoryStoreAdapter } from "@igniter-js/core/drivers/memory";
import { send, testCaller } from "@igniter-js/core/testing";
import { assertEquals, assertNotStrictEquals, assertThrows } from "@std/assert";
import { z } from "zod";

const igniter = Igniter.context(() => ({})).create();
const handler = () => 1;
const secret = "x".repeat(32);

/** Calls as JavaScript would: nothing stands between a mistake and the check. */
const js = {
  query: (definition: unknown) => igniter.query(definition as never),
  mutation: (definition: unknown) => igniter.mutation(definition as never),
  procedure: (definition: unknown) => igniter.procedure(definition as never),
  controller: (definition: unknown) => igniter.controller(definition as never),
  router: (definition: unknown) => igniter.router(definition as never),
  plugin: (definition: unknown) => createIgniterPlugin(definition as never),
  pluginAction: (definition: unknown) => createIgniterPluginAction(definition as never),
  start: Igniter as unknown as { readonly [method: string]: (value: unknown) => typeof Igniter },
};

type Refusals = readonly (readonly [mistake: () => unknown, message: string])[];

/** Each mistake is a TypeError with exactly this message. */
function refused(title: string, refusals: Refusals): void {
  Deno.test(title, () => {
    for (const [mistake, message] of refusals) assertEquals(assertThrows(mistake, TypeError).message, message);
  });
}

refused("query() and mutation() refuse what cannot be meant", [
  [() => js.query({ handler, pth: "/" }), 'Cannot define query: it has no option "pth"'],
  [() => js.query({ name: "users", handler, method: "GET" }), 'Cannot define query "users": it has no option "method"'],
  [() => js.query({ handler, body: z.string() }), 'Cannot define query: it has no option "body"'],
  [() => js.mutation({ handler, stream: true }), 'Cannot define mutation: it has no option "stream"'],
  [() => js.query({}), "Cannot define query: its handler is not a function"],
  [() => js.mutation({ handler: { run: handler } }), "Cannot define mutation: its handler is not a function"],
  ...["query", "params", "headers", "output", "events"].map((part): Refusals[number] => [
    () => js.query({ handler, stream: true, [part]: { type: "string" } }),
    `Cannot define query: "${part}" is not a Standard Schema`,
  ]),
  [() => js.mutation({ handler, body: "string" }), 'Cannot define mutation: "body" is not a Standard Schema'],
  [() => js.query({ handler, events: z.string() }), 'Cannot define query: "events" needs stream: true'],
  [() => js.query({ handler, timeout: -1 }), "Cannot define query: timeout -1 is not a number of at least 0"],
  [() => js.query({ handler, timeout: "1s" }), "Cannot define query: timeout 1s is not a number of at least 0"],
  [
    () => js.mutation({ handler, bodyLimit: NaN }),
    "Cannot define mutation: bodyLimit NaN is not a number of at least 0",
  ],
  [
    () => js.mutation({ handler, method: "GET" }),
    'Cannot define mutation: method "GET" is not POST, PUT, PATCH or DELETE',
  ],
  [
    () => js.mutation({ handler, method: "post" }),
    'Cannot define mutation: method "post" is not POST, PUT, PATCH or DELETE',
  ],
  [
    () => js.query({ handler, errors: { ERR_X: { status: 200 } } }),
    'Cannot define query: error "ERR_X" has status 200, which is not 400 to 599',
  ],
  [
    () => js.query({ handler, errors: { ERR_X: { data: {} } } }),
    'Cannot define query: the data of error "ERR_X" is not a Standard Schema',
  ],
]);

refused("R3 a path that cannot be meant is refused, in an action and in a controller", [
  ...([
    ["/:", '":" is not a parameter (":name" or ":name?")'],
    ["/:1", '":1" is not a parameter (":name" or ":name?")'],
    ["/:a/:a", 'the parameter "a" stands in it twice'],
    ["/:a?/b", '":a?" must be its last segment'],
    ["/*/b", '"*" must be its last segment'],
    ["/a?b", '"a?b" has a character that a path segment cannot have'],
    ["/a b", '"a b" has a character that a path segment cannot have'],
  ] as const).flatMap(([path, why]): Refusals => [
    [() => js.query({ path, handler }), `Cannot use path "${path}": ${why}`],
    [() => js.controller({ path, actions: {} }), `Cannot use path "${path}": ${why}`],
  ]),
]);

refused("R11 a non-procedure in `use` is refused when the action is defined", [
  [
    () => js.query({ name: "list", handler, use: [handler] }),
    'Cannot define query "list": "use" holds the function "handler", which is not a procedure',
  ],
  [
    () => js.mutation({ handler, use: [undefined] }),
    'Cannot define mutation: "use" holds undefined, which is not a procedure',
  ],
  [() => js.query({ handler, use: [null] }), 'Cannot define query: "use" holds null, which is not a procedure'],
  [
    () => js.query({ handler, use: [{ handler }] }),
    'Cannot define query: "use" holds a value of type object, which is not a procedure',
  ],
  [
    () => js.query({ handler, use: ["auth"] }),
    'Cannot define query: "use" holds a value of type string, which is not a procedure',
  ],
]);

const role = igniter.procedure({
  name: "role",
  options: z.object({ role: z.string(), level: z.object({ n: z.number() }).optional() }),
  handler: () => {},
});
const asynchronous = igniter.procedure({
  options: z.object({}).refine(() => Promise.resolve(true)) as Schema<{}, {}>,
  handler: () => {},
});

refused("procedure() refuses what cannot be meant, and its options where they are given", [
  [() => js.procedure({ handler, opts: 1 }), 'Cannot define procedure: it has no option "opts"'],
  [() => js.procedure({ name: "auth" }), 'Cannot define procedure "auth": its handler is not a function'],
  [
    () => js.procedure({ handler, options: { role: "string" } }),
    'Cannot define procedure: "options" is not a Standard Schema',
  ],
  [
    () => role({ role: 1 } as never),
    'Cannot use procedure "role": role: Invalid input: expected string, received number',
  ],
  [
    () => role({ role: 1, level: { n: "1" } } as never),
    'Cannot use procedure "role": role: Invalid input: expected string, received number; ' +
    "level.n: Invalid input: expected number, received string",
  ],
  [
    () => role("admin" as never),
    'Cannot use procedure "role": options: Invalid input: expected object, received string',
  ],
  [
    () => js.query({ handler, use: [role] }),
    'Cannot use procedure "role": role: Invalid input: expected string, received undefined',
  ],
  [() => asynchronous({}), "Cannot use procedure: its options schema is asynchronous"],
]);

const list = igniter.query({ handler });

refused("controller() refuses what cannot be meant", [
  [() => js.controller({ actions: {} }), "Cannot define controller: it has no path"],
  [() => js.controller({ name: "users", path: "/" }), 'Cannot define controller "users": it has no actions'],
  [() => js.controller({ path: "/", actions: null }), "Cannot define controller: it has no actions"],
  [() => js.controller({ path: "/", action: {} }), 'Cannot define controller: it has no option "action"'],
  [() => js.controller({ path: "/", actions: { list: handler } }), 'Cannot define controller: "list" is not an action'],
  [() => js.controller({ path: "/", actions: { list: null } }), 'Cannot define controller: "list" is not an action'],
  ...["", "_", "then", "a.b", "a*", "a b", "~a", "a/b", "a?", "a#", "a%"].map((name): Refusals[number] => [
    () => js.controller({ path: "/", actions: { [name]: list } }),
    `Cannot use "${name}" as the name of an action: names may not be empty, "_", "then", "toJSON", nor have any of ". * ~ / ? # %"`,
  ]),
]);

const users = igniter.controller({ path: "/users", actions: { list, byId: igniter.query({ path: "/:id", handler }) } });

refused("router() refuses what cannot be meant", [
  [() => js.router({ controllers: {}, basepath: "/" }), 'Cannot make router: it has no option "basepath"'],
  [
    () => js.router({ controllers: {}, baseURL: "example.com" }),
    'Cannot make router: baseURL "example.com" is not a URL',
  ],
  [() => js.router({ controllers: {}, basePath: "/:v" }), 'Cannot make router: basePath "/:v" has parameters'],
  [() => js.router({ controllers: {}, basePath: "/*" }), 'Cannot make router: basePath "/*" has parameters'],
  [() => js.router({ controllers: { users: undefined } }), 'Cannot make router: "users" is not a controller'],
  [() => js.router({ controllers: { users: list } }), 'Cannot make router: "users" is not a controller'],
  [
    () => js.router({ controllers: { users: { path: "/", actions: { list: handler } } } }),
    'Cannot make router: "users.list" is not an action',
  ],
  [
    () => js.router({ controllers: { with: users } }),
    'Cannot use "with" as the name of a controller: it is a method of the caller',
  ],
  ...["", "_", "then", "a.b", "users.*"].map((name): Refusals[number] => [
    () => js.router({ controllers: { [name]: users } }),
    `Cannot use "${name}" as the name of a controller: names may not be empty, "_", "then", "toJSON", nor have any of ". * ~ / ? # %"`,
  ]),
]);

refused("R4 two actions with one method and path are refused when the router is made, naming both", [
  [
    () => js.router({ controllers: { users, people: users } }),
    "Cannot register people.list: GET /users belongs to users.list already",
  ],
  [
    () =>
      js.router({
        controllers: {
          users,
          others: igniter.controller({ path: "/", actions: { one: igniter.query({ path: "/users/:name", handler }) } }),
        },
      }),
    "Cannot register others.one: GET /users/:id belongs to users.byId already",
  ],
  [
    () =>
      js.router({
        controllers: {
          users,
          others: igniter.controller({ path: "/users/:page?", actions: { all: igniter.query({ handler }) } }),
        },
      }),
    "Cannot register others.all: GET /users/:id belongs to users.byId already",
  ],
]);

refused("createIgniterPlugin() and createIgniterPluginAction() refuse what cannot be meant", [
  [() => js.plugin({}), 'Cannot make plugin: "undefined" is not a name (letters, digits, "_" and "-")'],
  [() => js.plugin({ name: "1st" }), 'Cannot make plugin: "1st" is not a name (letters, digits, "_" and "-")'],
  [() => js.plugin({ name: "a", routes: {} }), 'Cannot make plugin "a": it has no option "routes"'],
  [() => js.plugin({ name: "a", hooks: { start: handler } }), 'Cannot make plugin "a": there is no hook "start"'],
  [() => js.plugin({ name: "a", hooks: { init: true } }), 'Cannot make plugin "a": hook "init" is not a function'],
  [() => js.plugin({ name: "a", actions: { log: handler } }), 'Cannot make plugin "a": "log" is not a plugin action'],
  [
    () => js.plugin({ name: "a", controllers: { logs: { path: "/" } } }),
    'Cannot make plugin "a": the handler of "logs" is not a function',
  ],
  [
    () => js.plugin({ name: "a", controllers: { logs: { path: "/", method: "HEAD", handler } } }),
    'Cannot make plugin "a": "logs" has method "HEAD"',
  ],
  [
    () => js.plugin({ name: "a", controllers: { logs: { path: "/:", handler } } }),
    'Cannot use path "/:": ":" is not a parameter (":name" or ":name?")',
  ],
  [() => js.pluginAction({}), "Cannot make plugin action: its handler is not a function"],
  [() => js.pluginAction({ handler, input: {} }), 'Cannot make plugin action: "input" is not a Standard Schema'],
]);

const audit = createIgniterPlugin({ name: "audit", controllers: { logs: { path: "/logs", handler } } });
const needy = createIgniterPlugin({ name: "needy", dependencies: ["audit"] });
const needed = createIgniterPlugin({ name: "audit", dependencies: ["needy"] });

refused("plugins are refused that contradict each other or the application", [
  [
    () => Igniter.plugin({ name: "audit" } as never),
    "Cannot add plugin: the value is not made by createIgniterPlugin()",
  ],
  [() => Igniter.plugin(undefined as never), "Cannot add plugin: the value is not made by createIgniterPlugin()"],
  [() => Igniter.plugin(audit).plugin(audit), 'Cannot add plugin "audit": a plugin with this name exists'],
  [
    () => Igniter.plugins({ one: audit, two: audit }),
    'Cannot add plugin "two": a plugin with the name "audit" exists',
  ],
  [
    () => Igniter.plugins({ "a.b": audit }),
    'Cannot use "a.b" as the name of a plugin: names may not be empty, "_", "then", "toJSON", nor have any of ". * ~ / ? # %"',
  ],
  [() => Igniter.plugin(needy).create(), 'Cannot start plugin "needy": it needs plugin "audit"'],
  [
    () => Igniter.plugin(needy).plugin(needed).create(),
    "Cannot start plugins: they depend on each other (needy → audit → needy)",
  ],
  [
    () =>
      Igniter.plugin(audit).create().router({
        controllers: { audit: js.controller({ path: "/x", actions: { logs: list } }) },
      }),
    'Cannot make router: there are two actions "audit.logs"',
  ],
  [
    () => Igniter.plugins({ with: audit }).create().router({ controllers: {} }),
    'Cannot use "with" as the name of a plugin that has routes: it is a method of the caller',
  ],
  [
    () =>
      Igniter.plugin(createIgniterPlugin({ name: "a", controllers: { "x.y": { path: "/", handler } } })).create()
        .router({ controllers: {} }),
    'Cannot use "x.y" as the name of a plugin\'s route: names may not be empty, "_", "then", "toJSON", nor have any of ". * ~ / ? # %"',
  ],
  [
    () => Igniter.plugin(createIgniterPlugin({ name: "a", middleware: [handler as never] })).create(),
    'Cannot add plugin "a": "use" holds the function "handler", which is not a procedure',
  ],
]);

refused("the builder refuses what cannot be meant", [
  [() => Igniter.context({} as never), "Cannot set the context: its factory is not a function"],
  [() => Igniter.logger({ log: handler } as never), 'Cannot set the logger: it has no method "debug"'],
  [() => Igniter.logger(undefined as never), 'Cannot set the logger: it has no method "debug"'],
  [() => Igniter.store(new Map() as never), 'Cannot set the store: it has no method "publish"'],
  [() => Igniter.telemetry({ span: handler } as never), 'Cannot set the telemetry: it has no method "inject"'],
  [() => Igniter.config({ port: 1 } as never), 'Cannot configure: there is no setting "port"'],
  [() => Igniter.config({ timeout: -1 }), "Cannot configure: timeout -1 is not a number of at least 0"],
  [
    () => Igniter.config({ bodyLimit: "1MB" } as never),
    "Cannot configure: bodyLimit 1MB is not a number of at least 0",
  ],
  [() => Igniter.config({ baseURL: "/" }), 'Cannot configure: baseURL "/" is not a URL'],
  [() => Igniter.config({ cookieSecrets: [secret, "x"] }), "Cannot use cookie secret: it has fewer than 32 characters"],
  [() => Igniter.realtime({ scope: handler } as never), 'Cannot configure live updates: there is no setting "scope"'],
  [() => Igniter.realtime({ scopes: [] } as never), "Cannot configure live updates: scopes is not a function"],
  [
    () => js.start["use"]?.(handler),
    'Cannot use a global procedure: "use" holds the function "handler", which is not a procedure',
  ],
  [() => js.start["use"]?.({ handler, opts: 1 }), 'Cannot define procedure: it has no option "opts"'],
  [() => js.start["use"]?.({ handler: 1 }), "Cannot define procedure: its handler is not a function"],
  [
    () => js.start["jobs"]?.({ system: {} }).create(),
    "Cannot enable jobs: the value is not made by merge() of a jobs adapter",
  ],
  [() => testCaller({} as never, { context: {} }), "Cannot make a caller: the value is no router"],
]);

Deno.test("a builder is never changed: each method gives a new one", () => {
  const base = Igniter.context(() => ({}));
  const store = createMemoryStoreAdapter();
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const others = [
    base.config({ basePath: "/v2" }),
    base.store(store),
    base.logger(logger),
    base.plugin(audit),
    base.use({ handler: () => ({ added: true }) }),
    base.realtime({}),
  ];
  for (const other of others) assertNotStrictEquals<unknown>(other, base);

  const instance = base.create();
  assertEquals("store" in instance || "logger" in instance, false);
  const router = instance.router({ controllers: {} });
  assertEquals([router.basePath, "audit" in router.caller], ["/api/v1", false]);
  assertThrows(() => Object.assign(base, { store: undefined }), TypeError);
});

Deno.test("a builder may be used twice: what is added to one branch is not in the other", async () => {
  const base = Igniter.context(() => ({})).use({ handler: () => ({ trail: ["base"] }) });
  const branch = (name: string) =>
    base.use({
      handler: (_options, { context }) => {
        context.trail.push(name);
      },
    }).create();
  const [left, right] = [branch("left"), branch("right")];
  for (const [name, app] of Object.entries({ left, right })) {
    const trail = app.query({ handler: ({ context }) => context.trail });
    const router = app.router({ controllers: { x: app.controller({ path: "/x", actions: { trail } }) } });
    assertEquals((await send(router, "GET /x")).data, ["base", name]);
  }
});

Deno.test("definitions are not changed by what happens to the literals they were made of", async () => {
  const use = [igniter.procedure({ handler: () => ({ seen: true }) })];
  const definition = { path: "/one", use, handler: () => "one" };
  const actions = { one: js.query(definition) };
  const controllers = { x: js.controller({ path: "/x", actions }) };
  const router = js.router({ controllers });
  Object.assign(definition, { path: "/two", handler: () => "two" });
  use.length = 0;
  Object.assign(actions, { two: list });
  Object.assign(controllers, { y: users });
  assertEquals((await send(router, "GET /x/one")).data, "one");
  assertEquals((await send(router, "GET /users")).status, 404);
  assertThrows(() => Object.assign(controllers.x.actions, { two: list }), TypeError);
});
