/**
 * What the builder enables, and refuses.
 *
 * @module
 */
import { createIgniterPlugin, createIgniterPluginAction, Ensure, Igniter, type Logger } from "@igniter-js/core";
import { createMemoryJobsAdapter, createMemoryStoreAdapter, type MemoryStore } from "@igniter-js/core/drivers/memory";
import { createFakeClock, createTestApp, type Equal, expectType } from "@igniter-js/core/testing";
import { assertEquals, assertRejects } from "@std/assert";
import { z } from "zod";
import { createRecordingTelemetry, type RecordingTelemetry } from "../readme/telemetry.ts";

const silent: Logger & { readonly own: 1 } = { debug() {}, info() {}, warn() {}, error() {}, own: 1 };

Deno.test("R72 a feature that was not enabled is absent from the types, and from the instance", () => {
  const igniter = Igniter.context(() => ({ tenant: "acme" })).create();
  // @ts-expect-error no .store()
  assertEquals(igniter.store, undefined);
  // @ts-expect-error no .logger()
  assertEquals(igniter.logger, undefined);
  // @ts-expect-error no .jobs()
  assertEquals(igniter.jobs, undefined);
  // @ts-expect-error no .telemetry()
  assertEquals(igniter.telemetry, undefined);
  assertEquals(typeof igniter.realtime.publish, "function");
  igniter.query({
    handler: ({ context, plugins }) => {
      expectType<Equal<typeof context.tenant, string>>();
      expectType<Equal<typeof plugins, {}>>();
      // @ts-expect-error no .store()
      void context.store;
      // @ts-expect-error no plugins
      void context.$plugins;
      void context.realtime;
      void context.response;
    },
  });
});

Deno.test("R72 an enabled feature has the type that was given, on the instance and in the context", () => {
  const store = createMemoryStoreAdapter();
  const telemetry = createRecordingTelemetry();
  const igniter = Igniter.context(() => ({})).logger(silent).store(store).telemetry(telemetry).create();
  expectType<Equal<typeof igniter.store, MemoryStore>>();
  expectType<Equal<typeof igniter.telemetry, RecordingTelemetry>>();
  assertEquals(igniter.logger.own, 1);
  igniter.query({
    handler: ({ context }) => {
      expectType<Equal<typeof context.store, MemoryStore>>();
      expectType<Equal<typeof context.logger.own, 1>>();
    },
  });
  const refusals = () => [
    // @ts-expect-error not a store
    Igniter.context(() => ({})).store({ get: () => 1 }),
    // @ts-expect-error not a logger
    Igniter.context(() => ({})).logger({ log: () => 1 }),
    // @ts-expect-error the setting is called `basePath`
    Igniter.context(() => ({})).config({ basepath: "/" }),
    // @ts-expect-error a timeout is a number
    Igniter.context(() => ({})).config({ timeout: "1s" }),
    // @ts-expect-error a context is an object
    Igniter.context(() => 1),
  ];
  assertEquals(typeof refusals, "function");
});

Deno.test("R72 the context's type comes from its factory, awaited", () => {
  const igniter = Igniter.context((request) => {
    expectType<Equal<typeof request, Request>>();
    return Promise.resolve({ agent: request.headers.get("user-agent") });
  }).create();
  igniter.query({
    handler: ({ context }) => {
      expectType<Equal<typeof context.agent, string | null>>();
    },
  });
  const refusals = () => [
    // @ts-expect-error the router's factory makes another context
    igniter.router({ controllers: {}, context: () => ({ agent: 1 }) }),
    // @ts-expect-error an option is called `basePath`
    igniter.router({ controllers: {}, basepath: "/" }),
    // @ts-expect-error not a controller
    igniter.router({ controllers: { users: igniter.query({ handler: () => 1 }) } }),
    // @ts-expect-error not an action
    igniter.controller({ path: "/", actions: { list: () => 1 } }),
  ];
  assertEquals(typeof refusals, "function");
});

const jobsAdapter = createMemoryJobsAdapter({
  clock: createFakeClock(),
  autoStartWorker: { concurrency: 1, debug: false },
});

const withJobs = Igniter.context(() => ({})).logger(silent).jobs(jobsAdapter.merge({
  mail: jobsAdapter.router({
    namespace: "mail",
    jobs: {
      welcome: jobsAdapter.register({
        name: "welcome",
        input: z.object({ to: z.string(), at: z.string().transform(Number) }),
        handler: ({ payload, input, context, job, signal }) => {
          expectType<Equal<typeof payload, { to: string; at: number }>>();
          expectType<Equal<typeof input, { to: string; at: number }>>();
          expectType<Equal<typeof context.logger, Logger>>();
          expectType<Equal<typeof job.id, string>>();
          expectType<Equal<typeof signal, AbortSignal>>();
          return payload.at;
        },
      }),
      goodbye: jobsAdapter.register({ name: "goodbye", input: z.object({}), handler: () => "bye" }),
    },
    onSuccess: (job) => {
      expectType<Equal<typeof job.name, "welcome" | "goodbye">>();
      if (job.name === "welcome") expectType<Equal<typeof job.result, number | undefined>>();
      // @ts-expect-error no job is called so
      void (job.name === "welcom");
    },
  }),
})).create();

Deno.test("R71 job names and inputs are typed, at schedule, enqueue and by name", async () => {
  const { mail } = withJobs.jobs;
  await mail.schedule({ task: "welcome", input: { to: "ada", at: "5" } });
  await mail.welcome.enqueue({ to: "ada", at: "5" }, { delay: 1 });
  await mail.goodbye.enqueue({});
  // @ts-expect-error no job is called so
  await assertRejects(() => mail.schedule({ task: "typo", input: {} }), TypeError, 'Cannot enqueue job "mail.typo"');
  // @ts-expect-error the schema takes a string
  await assertRejects(() => mail.schedule({ task: "welcome", input: { to: "ada", at: 5 } }));
  // @ts-expect-error `to` is missing
  await assertRejects(() => mail.enqueue({ task: "welcome", input: { at: "5" } }));
  // @ts-expect-error another job's input
  await assertRejects(() => mail.schedule({ task: "welcome", input: {} }));
  // @ts-expect-error a delay is a number of milliseconds
  void (() => mail.schedule({ task: "goodbye", input: {}, delay: "1s" }));
  // @ts-expect-error no job is called so
  assertEquals(mail.welcom, undefined);
  // @ts-expect-error no group is called so
  assertEquals(withJobs.jobs.male, undefined);
});

Deno.test("R71 the router's revalidate takes the keys of its actions and their inputs", async () => {
  const { igniter, logs } = createTestApp();
  const AppRouter = igniter.router({
    controllers: {
      users: igniter.controller({
        path: "/users",
        actions: {
          list: igniter.query({ query: z.object({ page: z.number() }), handler: () => [] }),
          byId: igniter.query({ path: "/:id", handler: ({ params }) => params.id }),
        },
      }),
    },
  });
  await AppRouter.revalidate("users.list");
  await AppRouter.revalidate("users.list", { query: { page: 1 } });
  await AppRouter.revalidate("users.byId", { params: { id: "1" } });
  await AppRouter.revalidate("users");
  await AppRouter.revalidate("users.*");
  assertEquals(logs, []);
  // @ts-expect-error no action has this key
  await AppRouter.revalidate("users.lst");
  // @ts-expect-error a page is a number
  await AppRouter.revalidate("users.list", { query: { page: "x" } });
  // @ts-expect-error the parameter is `id`
  await AppRouter.revalidate("users.byId", { params: { ID: "1" } });
  // @ts-expect-error none of them is a stream
  await AppRouter.publish("users.list", []);
  assertEquals(logs.map(({ level }) => level), ["warn", "warn"]);
  assertEquals(logs.map(({ fields }) => fields["key"]), ["users.lst", "users.list"]);
});

const auditPlugin = createIgniterPlugin({
  name: "audit",
  build: ({ logger }) => {
    expectType<Equal<typeof logger, Logger>>();
    return Promise.resolve({ entries: [] as string[] });
  },
  actions: {
    log: createIgniterPluginAction({
      input: z.object({ event: z.string(), times: z.string().transform(Number).optional() }),
      handler: ({ input }) => {
        expectType<Equal<typeof input, { event: string; times?: number | undefined }>>();
        return input.event.length;
      },
    }),
  },
  controllers: {
    logs: {
      path: "/logs/:userId/:page?",
      handler: async ({ self, request }) => {
        expectType<Equal<typeof request.params.userId, string>>();
        expectType<Equal<typeof request.params.page, string | undefined>>();
        expectType<Equal<typeof self.built.entries, string[]>>();
        const length = await self.actions.log({ event: "read", times: "2" });
        expectType<Equal<typeof length, number>>();
        // @ts-expect-error `event` is a string
        void (() => self.actions.log({ event: 1 }));
        // @ts-expect-error the action is called `log`
        void self.actions.lag;
        return self.response.success({ length });
      },
    },
    drop: { path: "/logs", method: "DELETE", handler: ({ response }) => response.forbidden("No", { why: "law" }) },
  },
  hooks: {
    afterRequest: async (_ctx, _req, _res, self) => {
      expectType<Equal<typeof self.built.entries, string[]>>();
      await self.actions.log({ event: "done" });
    },
  },
  context: () => ({ audited: true }),
});

const callOnly = createIgniterPlugin({
  name: "call",
  actions: { now: createIgniterPluginAction({ handler: () => 7 }) },
});

Deno.test("R72 a plugin's value, its context and its routes are typed on the application", async () => {
  const igniter = Igniter.context(() => ({})).logger(silent).plugins({ audit: auditPlugin, call: callOnly }).create();
  const router = igniter.router({
    controllers: {
      x: igniter.controller({
        path: "/x",
        actions: {
          y: igniter.query({
            handler: async ({ context, plugins }) => {
              expectType<Equal<typeof context.$plugins.audit, { entries: string[] }>>();
              expectType<Equal<typeof plugins, typeof context.$plugins>>();
              expectType<Equal<typeof context.audited, boolean>>();
              // @ts-expect-error no plugin is called so
              void context.$plugins.odit;
              const seven = await plugins.call.now();
              expectType<Equal<typeof seven, number>>();
              return { seven, entries: plugins.audit.entries, audited: context.audited };
            },
          }),
        },
      }),
    },
  });
  assertEquals((await router.caller.x.y.query()).data, { seven: 7, entries: [], audited: true });

  const logs = await router.caller.audit.logs.query({ params: { userId: "1" } });
  expectType<Equal<typeof logs.data, { length: number } | null>>();
  assertEquals(logs.data, { length: 4 });
  const dropped = await router.caller.audit.drop.mutate();
  assertEquals(dropped.error?.code === "ERR_FORBIDDEN" ? dropped.error.data.why : undefined, "law");
  const refusals = () => [
    // @ts-expect-error the route has `userId`
    router.caller.audit.logs.query(),
    // @ts-expect-error this plugin has no routes
    router.caller.call,
  ];
  assertEquals(typeof refusals, "function");
});

Deno.test("R21 what a global procedure adds is there when scopes are granted, and typed; other keys are refused", () => {
  const session = Igniter.procedure({ handler: () => ({ userId: "7" }) });
  const builder = Igniter.context(() => ({ tenant: "acme" })).use(session);
  builder.realtime({
    scopes: ({ context }) => {
      expectType<Equal<typeof context.userId, string>>();
      return [`${context.tenant}:${context.userId}`];
    },
    identity: ({ context }) => context.userId,
  });
  // @ts-expect-error nobody adds it
  const wrong = builder.realtime({ identity: ({ context }) => context.userName });
  assertEquals(typeof wrong.create, "function");
});

Deno.test("D9 Ensure narrows by what it returns", () => {
  const ensure = Ensure.initialize("MyApp");
  const maybe: { name: string } | null | undefined = [{ name: "Ada" }, null].find(Boolean);
  const user = ensure.toBeDefined(maybe, "No user");
  expectType<Equal<typeof user, { name: string }>>();
  const role = ensure.toBeOneOf("admin" as string, ["admin", "user"], "No role");
  expectType<Equal<typeof role, "admin" | "user">>();
  const text = ensure.toBeNotEmpty("x" as string | null, "Empty");
  expectType<Equal<typeof text, string>>();
  const mail = ensure.toBeValidEmail("a@example.com" as unknown, "No address");
  expectType<Equal<typeof mail, string>>();
  assertEquals([user.name, role, text, mail], ["Ada", "admin", "x", "a@example.com"]);
});
