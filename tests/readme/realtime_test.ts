/**
 * The README's "Igniter.js Realtime": what the server does of it.
 *
 * @module
 */
import { Igniter } from "@igniter-js/core";
import { type Equal, expectType, send } from "@igniter-js/core/testing";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { z } from "zod";
import { hearRevalidations, untilSubscribed } from "./listen.ts";

interface AppContext {
  readonly db: { readonly posts: { create(row: { data: unknown }): Promise<{ id: string; row: unknown }> } };
  readonly user: { readonly id: string };
}

const igniter = Igniter.context((): AppContext => ({
  db: { posts: { create: ({ data }) => Promise.resolve({ id: "1", row: data }) } },
  user: { id: "7" },
})).realtime({ scopes: ({ context }) => [`user:${context.user.id}`] }).create();

// In a mutation handler
const createPost = igniter.mutation({
  handler: async ({ context, request, response }) => {
    expectType<Equal<typeof request.body, unknown>>();
    const newPost = await context.db.posts.create({ data: request.body });
    return response
      .created(newPost)
      .revalidate(["posts.list"]);
  },
});

const createPostForUser = igniter.mutation({
  path: "/mine",
  handler: async ({ context, request, response }) => {
    const newPost = await context.db.posts.create({ data: request.body });
    return response
      .created(newPost)
      .revalidate(["posts.list"], (ctx) => {
        expectType<Equal<typeof ctx.user, { readonly id: string }>>();
        return [`user:${ctx.user.id}`];
      });
  },
});

// 1. Backend: Create a streamable query action
const notificationsStream = igniter.query({
  path: "/notifications",
  stream: true, // Mark this action as a stream
  // deno-lint-ignore require-await
  handler: async (ctx) => ctx.response.success({ status: "connected" }),
});

const chatStream = igniter.query({
  path: "/chat",
  stream: true,
  events: z.object({ text: z.string() }),
  handler: ({ response }) => response.success(),
});

const AppRouter = igniter.router({
  controllers: {
    posts: igniter.controller({
      path: "/posts",
      actions: {
        list: igniter.query({ handler: () => [] }),
        create: createPost,
        createMine: createPostForUser,
        fail: igniter.mutation({
          path: "/fail",
          handler: ({ response }) => response.conflict("The name is taken").revalidate("posts.list"),
        }),
      },
    }),
    notifications: igniter.controller({ path: "/", actions: { stream: notificationsStream, chat: chatStream } }),
  },
});

Deno.test("README realtime: a mutation without path and method is POST /, and its body without a schema unknown", async () => {
  const { status, data } = await send(AppRouter, "POST /posts", { body: { title: "x" } });
  assertEquals([status, data], [201, { id: "1", row: { title: "x" } }]);
});

Deno.test("README realtime: a mutation that revalidates tells everybody, after it succeeded", async () => {
  const heard = hearRevalidations(igniter.realtime);
  await send(AppRouter, "POST /posts", { body: {} });
  assertEquals(heard, [{ path: "posts.list" }]);
  assertEquals((await send(AppRouter, "POST /posts/fail")).status, 409);
  assertEquals(heard.length, 1, "R26: a failed reply is not published");
});

Deno.test("README realtime: with scopes only those hear it whom the server granted one", async () => {
  const [granted, other, nobody] = [["user:7"], ["user:8"], []].map((scopes) =>
    hearRevalidations(igniter.realtime, scopes)
  );
  await send(AppRouter, "POST /posts/mine", { body: {} });
  assertEquals([granted, other, nobody], [[{ path: "posts.list" }], [], []]);
});

Deno.test("README realtime: igniter.realtime.publish reaches a stream's subscriber, from anywhere in the code", async () => {
  const response = await AppRouter.handler(new Request("http://localhost:3000/api/v1/notifications"));
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  assertEquals(await reader?.read(), { done: false, value: 'event: open\ndata: {"status":"connected"}\n\n' });

  await igniter.realtime.publish("notifications.stream", { message: "Hello!" });
  assertEquals(await reader?.read(), { done: false, value: 'data: {"message":"Hello!"}\n\n' });
  await AppRouter.publish("notifications.stream", { message: "Again" });
  assertEquals(await reader?.read(), { done: false, value: 'data: {"message":"Again"}\n\n' });
  await igniter.realtime.to("notifications.stream").publish({ message: "And again" });
  assertEquals(await reader?.read(), { done: false, value: 'data: {"message":"And again"}\n\n' });
  await reader?.cancel();
});

Deno.test("D15 the router's publish takes a stream's key and what its events schema takes", async () => {
  const read = async () => {
    for await (const message of AppRouter.caller.notifications.chat.stream()) {
      expectType<Equal<typeof message, { text: string }>>();
      return message;
    }
  };
  const first = read();
  await untilSubscribed(igniter.realtime, "notifications.chat");
  await AppRouter.publish("notifications.chat", { text: "Hello" });
  assertEquals(await first, { text: "Hello" });

  const refusals = () => [
    // @ts-expect-error not the key of a stream
    AppRouter.publish("posts.list", []),
    // @ts-expect-error a message has a text
    AppRouter.publish("notifications.chat", { txt: "Hello" }),
  ];
  assertEquals(typeof refusals, "function");
});

Deno.test("D16 the opening reply is no message", async () => {
  const response = await AppRouter.handler(new Request("http://localhost:3000/api/v1/chat"));
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader?.read() ?? {};
  assertStringIncludes(value ?? "", "event: open");
  await reader?.cancel();
});
