/**
 * What the hooks take and give, seen from a component: everything is inferred from the router's type.
 *
 * @module
 */
import { type Failure, Igniter } from "@igniter-js/core";
import {
  createIgniterClient,
  IgniterProvider,
  type IgniterProviderProps,
  useIgniterQueryClient,
} from "@igniter-js/core/client";
import { createTestApp, type Equal, expectType } from "@igniter-js/core/testing";
import { assertEquals } from "@std/assert";
import { type DataTag, type QueryKey, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { createElement, type ReactNode } from "react";
// @ts-types="@types/react-dom/server"
import { renderToString } from "react-dom/server";
import { z } from "zod";

const { igniter } = createTestApp();

const auth = igniter.procedure({
  handler: (_options, { response, request }) => {
    if (request.headers.has("x-out")) return response.unauthorized("Sign in", { at: "/login" });
    return { user: "ada" };
  },
});

const router = igniter.router({
  controllers: {
    users: igniter.controller({
      path: "/users",
      actions: {
        list: igniter.query({
          use: [auth],
          query: z.object({ page: z.string().transform(Number).optional(), tags: z.array(z.string()).optional() }),
          handler: ({ query, response }) => response.success({ page: query.page ?? 1, names: ["Ada"] }),
        }),
        byId: igniter.query({
          path: "/:id",
          handler: ({ params, response }) =>
            params.id === "0"
              ? response.notFound("No such user", { id: params.id })
              : response.success({ id: params.id }),
        }),
        create: igniter.mutation({
          body: z.object({ name: z.string(), age: z.string().transform(Number).optional(), role: z.string() }),
          handler: ({ body, response }) => {
            if (body.name === "") return response.conflict("Taken", { name: body.name });
            return response.created({ name: body.name, age: body.age });
          },
        }),
        remove: igniter.mutation({ path: "/:id", method: "DELETE", handler: () => null }),
        ping: igniter.mutation({ path: "/ping", handler: () => "pong" }),
      },
    }),
    chat: igniter.controller({
      path: "/chat",
      actions: {
        feed: igniter.query({
          path: "/:room",
          stream: true,
          events: z.object({ text: z.string(), at: z.date() }),
          handler: ({ response }) => response.success({ status: "connected" }),
        }),
        ticks: igniter.query({
          path: "/ticks",
          stream: true,
          handler: async function* () {
            yield 1;
          },
        }),
      },
    }),
  },
});

type Router = typeof router;

const api = createIgniterClient<Router>({ baseURL: "http://localhost" });
const useQueryClient = useIgniterQueryClient<Router>;

/** Runs hooks in a component on a server, where nothing is fetched. */
function render(hooks: () => unknown): string {
  return renderToString(
    createElement(IgniterProvider, null, createElement(() => String(hooks() ?? "") as ReactNode)),
  );
}

interface Page {
  page: number;
  names: string[];
}

Deno.test("useQuery's data and error are the action's: exact, and narrowed by the flags and the code", () => {
  const text = render(() => {
    const list = api.users.list.useQuery({ query: { page: "2" } });
    expectType<Equal<typeof list.data, Page | undefined>>();
    expectType<Equal<typeof list.status, "loading" | "error" | "success">>();
    if (list.isSuccess) {
      expectType<Equal<typeof list.data, Page>>();
      expectType<Equal<typeof list.error, null>>();
    } else if (list.isError) {
      expectType<Equal<typeof list.data, Page | undefined>>();
      if (list.error.code === "ERR_UNAUTHORIZED") expectType<Equal<typeof list.error.data, { at: string }>>();
      if (list.error.code === "ERR_NETWORK") expectType<Equal<typeof list.error.data, undefined>>();
      if (list.error.code === "ERR_VALIDATION") {
        expectType<Equal<typeof list.error.data.issues[0]["message"], string>>();
      }
      // @ts-expect-error this action cannot answer so
      if (list.error.code === "ERR_CONFLICT") return "";
    } else {
      expectType<Equal<typeof list.isLoading, true>>();
      expectType<Equal<typeof list.data, undefined>>();
    }
    return list.status;
  });
  assertEquals(text, "loading");
});

Deno.test("staleTime and refetchInterval may be functions of the query", () => {
  const text = render(() => {
    const list = api.users.list.useQuery({
      staleTime: (query) => {
        expectType<Equal<typeof query.state.data, Page | undefined>>();
        return query.state.data?.page === 1 ? "static" : 5;
      },
      refetchInterval: ({ state }) => state.error?.code === "ERR_UNAUTHORIZED" ? false : 1000,
    });
    expectType<Equal<typeof list.status, "loading" | "error" | "success">>();
    const pages = api.users.list.useInfiniteQuery({
      input: (page: number) => ({ query: { page: String(page) } }),
      initialPageParam: 1,
      getNextPageParam: () => null,
      refetchInterval: ({ state }) => state.data?.pageParams[0] === 1 && 1000,
    });
    expectType<Equal<typeof pages.status, "loading" | "error" | "success">>();
    // @ts-expect-error milliseconds are a number
    api.users.list.useQuery({ staleTime: () => "long" });
    // @ts-expect-error milliseconds are a number
    api.users.list.useQuery({ refetchInterval: () => "1s" });
    return `${list.status} ${pages.status}`;
  });
  assertEquals(text, "loading loading");
});

Deno.test("D18 idle is possible only where the call passes enabled", () => {
  const text = render(() => {
    const id = String(1) as string | undefined;
    const some = api.users.list.useQuery({ enabled: false });
    expectType<Equal<typeof some.status, "loading" | "idle" | "error" | "success">>();
    const maybe = api.users.byId.useQuery({ params: { id: id ?? "" }, enabled: id !== undefined });
    expectType<Equal<typeof maybe.status, "loading" | "idle" | "error" | "success">>();
    const always = api.users.list.useQuery({ staleTime: 1 });
    // @ts-expect-error it is never idle
    if (always.status === "idle") return "";
    return some.status;
  });
  assertEquals(text, "idle");
});

Deno.test("R71 useQuery refuses an input that the schema does not take, and options that nobody has", () => {
  render(() => {
    api.users.list.useQuery();
    api.users.list.useQuery({
      query: { page: "1", tags: ["a"] },
      staleTime: "static",
      gcTime: Infinity,
      meta: { a: 1 },
    });
    // @ts-expect-error page is a string on the client
    api.users.list.useQuery({ query: { page: 1 } });
    // @ts-expect-error no such field
    api.users.list.useQuery({ query: { pages: "1" } });
    // @ts-expect-error params are required
    if (Math.random() > 2) api.users.byId.useQuery();
    // @ts-expect-error params are required
    if (Math.random() > 2) api.users.byId.useQuery({ staleTime: 1 });
    // @ts-expect-error no such option
    api.users.list.useQuery({ stale: 1 });
    // @ts-expect-error initialData is the action's data
    api.users.list.useQuery({ initialData: [] });
    // @ts-expect-error a query has no useMutation
    if (Math.random() > 2) api.users.list.useMutation();
    // @ts-expect-error a mutation has no useQuery
    if (Math.random() > 2) api.users.create.useQuery();
    // @ts-expect-error no such action
    if (Math.random() > 2) api.users.lst.useQuery();
  });
});

Deno.test("select, initialData, placeholderData and callbacks know the data", () => {
  render(() => {
    const first = api.users.list.useQuery({
      initialData: { page: 1, names: [] },
      initialParams: { query: { page: "1" } },
      placeholderData: (before) => {
        expectType<Equal<typeof before, Page | undefined>>();
        return before;
      },
      retry: (count, error) => count < 2 && error.code !== "ERR_UNAUTHORIZED",
      select: (data) => {
        expectType<Equal<typeof data, Page>>();
        return data.names.length;
      },
      onSuccess: (names) => expectType<Equal<typeof names, number>>(),
      onError: (error) => expectType<Equal<typeof error.message, string>>(),
      onRequest: ({ data }) => expectType<Equal<typeof data, number | null>>(),
    });
    expectType<Equal<typeof first.data, number | undefined>>();
    const plain = api.users.list.useQuery({
      onSuccess: (data) => expectType<Equal<typeof data, Page>>(),
      onSettled: (data) => expectType<Equal<typeof data, Page | undefined>>(),
    });
    expectType<Equal<typeof plain.data, Page | undefined>>();
  });
});

Deno.test("refetch and execute give { data, error }; execute takes parts of the input", () => {
  render(() => {
    const user = api.users.byId.useQuery({ params: { id: "1" } });
    async function later() {
      const { data, error } = await user.execute({ params: { id: "2" } });
      if (error === null) expectType<Equal<typeof data, { id: string }>>();
      else if (error.code === "ERR_NOT_FOUND") expectType<Equal<typeof error.data, { id: string }>>();
      const again = await user.refetch();
      if (again.data) expectType<Equal<typeof again.data.id, string>>();
      // @ts-expect-error id is a string
      await user.execute({ params: { id: 2 } });
    }
    return typeof later;
  });
});

Deno.test("useMutation's input, data and error are the action's", () => {
  render(() => {
    const create = api.users.create.useMutation({
      onSuccess: (data) => expectType<Equal<typeof data, { name: string; age: number | undefined }>>(),
    });
    expectType<Equal<typeof create.status, "idle" | "loading" | "error" | "success">>();
    if (create.isError && create.error.code === "ERR_CONFLICT") {
      expectType<Equal<typeof create.error.data, { name: string }>>();
    }
    if (create.isSuccess) expectType<Equal<typeof create.data, { name: string; age: number | undefined }>>();
    async function later() {
      const { data, error } = await create.mutate({ body: { name: "Ada", role: "admin", age: "36" } });
      if (error === null) expectType<Equal<typeof data.name, string>>();
      // @ts-expect-error age is a string on the client
      await create.mutate({ body: { name: "Ada", role: "admin", age: 36 } });
      // @ts-expect-error role is missing
      await create.mutate({ body: { name: "Ada" } });
      // @ts-expect-error the input is required
      await create.mutate();
      const data2 = await create.mutateAsync({ body: { name: "Ada", role: "admin" } });
      expectType<Equal<typeof data2.name, string>>();
    }
    async function others() {
      const remove = api.users.remove.useMutation();
      await remove.mutate({ params: { id: "1" } });
      // @ts-expect-error params are required
      await remove.mutate({});
      const ping = api.users.ping.useMutation();
      const { data } = await ping.mutate();
      expectType<Equal<typeof data, string | null>>();
    }
    return [typeof later, typeof others];
  });
});

Deno.test("fields of the body with a default may be left out of a call", () => {
  render(() => {
    const create = api.users.create.useMutation({ defaultValues: { role: "guest" } });
    const filled = api.users.create.useMutation({ defaultValues: { role: "guest", name: "Nobody" } });
    async function later() {
      await create.mutate({ body: { name: "Ada" } });
      await create.mutate({ body: { name: "Ada", role: "admin" } });
      await filled.mutate();
      await filled.mutate({ body: { age: "3" } });
      // @ts-expect-error name has no default
      await create.mutate({ body: {} });
      // @ts-expect-error the body has no default
      await create.mutate({});
      // @ts-expect-error age is a string on the client
      await filled.mutate({ body: { age: 3 } });
    }
    // @ts-expect-error no such field
    api.users.create.useMutation({ defaultValues: { rle: "guest" } });
    // @ts-expect-error no such field beside one that there is
    api.users.create.useMutation({ defaultValues: { role: "guest", rle: "guest" } });
    return typeof later;
  });
});

Deno.test("optimistic changes are typed by key", () => {
  render(() => {
    api.users.create.useMutation({
      optimistic: (cache, { body }) => {
        expectType<Equal<typeof body.name, string>>();
        cache.update("users.list", (data) => {
          expectType<Equal<typeof data, Page>>();
          return { ...data, names: [...data.names, body.name] };
        });
        cache.set("users.byId", { params: { id: "1" } }, { id: "1" });
        cache.set("users.list", undefined, { page: 1, names: [] });
        const user = cache.get("users.byId", { params: { id: "1" } });
        expectType<Equal<typeof user, { id: string } | undefined>>();
        cache.update("users.list", (data) => data);
        // @ts-expect-error the data has no such field
        cache.update("users.list", (data) => ({ ...data, pages: 1 }));
        // @ts-expect-error the data is another
        cache.update("users.list", (data) => ({ ...data, page: "1" }));
        // @ts-expect-error no such key
        cache.get("users.lst");
        // @ts-expect-error a mutation has no data in the cache
        cache.get("users.create");
        // @ts-expect-error the data is another
        cache.set("users.list", undefined, { page: "1" });
        // @ts-expect-error the input is another
        cache.get("users.byId", { params: { id: 1 } });
      },
    });
  });
});

Deno.test("useInfiniteQuery infers the page parameter, and data are pages", () => {
  render(() => {
    const pages = api.users.list.useInfiniteQuery({
      input: (page) => {
        expectType<Equal<typeof page, number>>();
        return { query: { page: String(page) } };
      },
      initialPageParam: 1,
      getNextPageParam: (last, all) => last.page < 5 ? all.length + 1 : undefined,
    });
    if (pages.isSuccess) {
      expectType<Equal<typeof pages.data.pages, Page[]>>();
      expectType<Equal<typeof pages.data.pageParams, number[]>>();
    }
    api.users.list.useInfiniteQuery({
      // @ts-expect-error page is a string on the client
      input: (page: number) => ({ query: { page } }),
      initialPageParam: 1,
      getNextPageParam: () => null,
    });
    api.users.list.useInfiniteQuery({
      // @ts-expect-error a query has no body
      input: (page: number) => ({ query: { page: String(page) }, body: {} }),
      initialPageParam: 1,
      getNextPageParam: () => null,
    });
    async function later() {
      const { data, error } = await pages.fetchNextPage();
      if (error === null) expectType<Equal<typeof data.pages, Page[]>>();
      else if (error.code === "ERR_UNAUTHORIZED") expectType<Equal<typeof error.data, { at: string }>>();
    }
    return [pages.hasNextPage, typeof later];
  });
});

Deno.test("useSuspenseQuery always has data", () => {
  function View() {
    const list = api.users.list.useSuspenseQuery();
    expectType<Equal<typeof list.data, Page>>();
    expectType<Equal<typeof list.status, "error" | "success">>();
    // @ts-expect-error suspense has no enabled
    api.users.list.useSuspenseQuery({ enabled: false });
  }
  assertEquals(typeof View, "function");
});

Deno.test("useStream's messages are the events schema's output, or what the generator yields", () => {
  const text = render(() => {
    const feed = api.chat.feed.useStream({
      params: { room: "a" },
      onMessage: (message) => expectType<Equal<typeof message, { text: string; at: Date }>>(),
      onError: (error) => expectType<Equal<typeof error.message, string>>(),
    });
    expectType<Equal<typeof feed.data, { text: string; at: Date } | undefined>>();
    const ticks = api.chat.ticks.useStream({ enabled: false });
    expectType<Equal<typeof ticks.data, number | undefined>>();
    // @ts-expect-error params are required
    if (Math.random() > 2) api.chat.feed.useStream();
    // @ts-expect-error a stream has no useQuery
    if (Math.random() > 2) api.chat.feed.useQuery();
    // @ts-expect-error a query has no useStream
    if (Math.random() > 2) api.users.list.useStream();
    return `${feed.state} ${ticks.state}`;
  });
  assertEquals(text, "connecting closed");
});

Deno.test("useRealtime takes an action's whole input or none, and tells what is old", () => {
  const text = render(() => {
    const live = api.users.list.useRealtime({
      onRevalidate: (target) => expectType<Equal<typeof target.path, string>>(),
    });
    expectType<Equal<typeof live.state, "connecting" | "open" | "reconnecting" | "closed" | "error">>();
    expectType<Equal<typeof live.lastRevalidatedAt, number | undefined>>();
    const one = api.users.byId.useRealtime({ params: { id: "1" }, enabled: false });
    api.users.byId.useRealtime();
    // @ts-expect-error page is a string on the client
    api.users.list.useRealtime({ query: { page: 1 } });
    // @ts-expect-error no such option
    api.users.list.useRealtime({ onRevalidated: () => {} });
    // @ts-expect-error a mutation has no data that grows old
    if (Math.random() > 2) api.users.create.useRealtime();
    // @ts-expect-error a stream has useStream
    if (Math.random() > 2) api.chat.feed.useRealtime();
    return `${live.state} ${one.state} ${live.isConnected}`;
  });
  assertEquals(text, "connecting closed false");
});

Deno.test("queryOptions and queryKey carry their types to TanStack's own functions", () => {
  render(() => {
    const options = api.users.list.queryOptions({ query: { page: "1" }, staleTime: 5 });
    const list = useQuery(options);
    expectType<Equal<typeof list.data, Page | undefined>>();
    const { error } = list;
    if (error?.code === "ERR_UNAUTHORIZED") expectType<Equal<typeof error.data, { at: string }>>();
    const picked = useQuery(api.users.list.queryOptions({ select: ({ names }) => names.length }));
    expectType<Equal<typeof picked.data, number | undefined>>();
    const client = useQueryClient().queryClient;
    const cached = client.getQueryData(api.users.byId.queryKey({ params: { id: "1" } }));
    expectType<Equal<typeof cached, { id: string } | undefined>>();
    const key = api.users.list.queryKey();
    expectType<Equal<typeof key extends DataTag<QueryKey, infer D, unknown> ? D : never, Page>>();
    function Later() {
      const { data } = useSuspenseQuery(options);
      expectType<Equal<typeof data, Page>>();
      return client.prefetchQuery(options);
    }
    // @ts-expect-error params are required
    if (Math.random() > 2) api.users.byId.queryKey();
    // @ts-expect-error page is a string on the client
    api.users.list.queryOptions({ query: { page: 1 } });
    return typeof Later;
  });
});

Deno.test("R71 the query client takes keys and inputs of the router only", () => {
  render(() => {
    const client = useQueryClient();
    async function later() {
      await client.invalidate("users.list");
      await client.invalidate("users");
      await client.invalidate("users.*");
      await client.invalidate("users.byId", { params: { id: "1" } });
      // @ts-expect-error no such key
      await client.invalidate("users.lst");
      // @ts-expect-error id is a string
      await client.invalidate("users.byId", { params: { id: 1 } });
      // @ts-expect-error no such controller
      await client.invalidate("posts.*");
      const list = client.get("users.list", { query: { page: "1" } });
      expectType<Equal<typeof list, Page | undefined>>();
    }
    const again = client();
    expectType<Equal<typeof again.invalidate, typeof client.invalidate>>();
    return typeof later;
  });
});

Deno.test("IgniterProvider infers the context of getScopes", () => {
  const props: IgniterProviderProps<{ userId: string }> = {
    getContext: () => ({ userId: "1" }),
    getScopes: (context) => [`user:${context.userId}`],
  };
  const element = createElement(IgniterProvider<{ userId: string }>, props);
  // @ts-expect-error scopes are texts
  const wrong: IgniterProviderProps<{ userId: number }> = { getScopes: ({ userId }) => [userId] };
  assertEquals([typeof element, typeof wrong], ["object", "object"]);
});

Deno.test("R72 nothing that a hook gives is any", () => {
  type IsAny<T> = 0 extends 1 & T ? true : false;
  render(() => {
    const list = api.users.list.useQuery();
    const create = api.users.create.useMutation();
    const feed = api.chat.feed.useStream({ params: { room: "a" } });
    expectType<Equal<IsAny<typeof list.data>, false>>();
    expectType<Equal<IsAny<typeof list.error>, false>>();
    expectType<Equal<IsAny<typeof list.variables>, false>>();
    expectType<Equal<IsAny<typeof create.data>, false>>();
    expectType<Equal<IsAny<typeof create.error>, false>>();
    expectType<Equal<IsAny<Parameters<typeof create.mutate>[0]>, false>>();
    expectType<Equal<IsAny<typeof feed.data>, false>>();
    expectType<Equal<IsAny<typeof feed.error>, false>>();
    const failure: Failure | null = list.error;
    return failure;
  });
  assertEquals(typeof Igniter, "object");
});
