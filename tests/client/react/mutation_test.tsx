/**
 * `useMutation`: sends what a user does; shows it before it is done, and takes it back when it fails.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { IgniterError } from "@igniter-js/core/client";
import { createApi } from "./_api.ts";
import { createCache, hearUncaught, openPage } from "./_page.ts";

const ada = { id: "1", name: "Ada" };

Deno.test("mutate gives { data, error } and never rejects; the result follows it", async () => {
  const { api, sent } = createApi(true);
  const states: string[] = [];
  const useCreate = () => api.users.create.useMutation();
  let create!: ReturnType<typeof useCreate>;
  function Form() {
    create = useCreate();
    states.push(`${create.status} ${create.isLoading} ${create.loading} ${create.isIdle}`);
    if (create.isError && create.error.code === "ERR_CONFLICT") return <p>{create.error.data.name}</p>;
    return <p>{create.data?.name ?? create.status}</p>;
  }
  await using page = await openPage(<Form />);
  assertEquals(page.text(), "idle");
  const done = create.mutate({ body: { name: "Bob" } });
  await page.until(() => page.text() === "loading" && sent.length === 1);
  sent[0]!.release();
  const { data, error } = await page.act(() => done);
  assertEquals([data?.name, error], ["Bob", null]);
  await page.until(() => page.text() === "Bob");
  assertEquals(create.variables, { body: { name: "Bob" } });
  assertEquals([...new Set(states)], ["idle false false true", "loading true true false", "success false false false"]);

  const refused = create.mutate({ body: { name: "taken" } });
  await page.until(() => sent.length === 2);
  sent[1]!.release();
  const failed = await page.act(() => refused);
  assertEquals([failed.data, failed.error?.code], [null, "ERR_CONFLICT"]);
  await page.until(() => page.text() === "taken");
  await page.act(() => create.reset());
  await page.until(() => page.text() === "idle");
});

Deno.test("mutateAsync gives the data and throws the failure", async () => {
  const { api } = createApi();
  const useCreate = () => api.users.create.useMutation();
  let create!: ReturnType<typeof useCreate>;
  function Form() {
    create = useCreate();
    return <p>{create.status}</p>;
  }
  await using page = await openPage(<Form />);
  assertEquals((await page.act(() => create.mutateAsync({ body: { name: "Bob" } }))).name, "Bob");
  const error = await assertRejects(
    () => page.act(() => create.mutateAsync({ body: { name: "taken" } })),
    IgniterError,
    "The name is taken",
  );
  assertEquals(error.code, "ERR_CONFLICT");
});

Deno.test("retry sends the last input again, and says so when there was none", async () => {
  const { api, data, calls } = createApi();
  const useCreate = () => api.users.create.useMutation();
  let create!: ReturnType<typeof useCreate>;
  function Form() {
    create = useCreate();
    return <p>{create.status}</p>;
  }
  await using page = await openPage(<Form />);
  await assertRejects(() => create.retry(), TypeError, "Cannot retry users.create: nothing was sent yet");
  assertEquals(calls(), []);
  await page.act(() => create.mutate({ body: { name: "Bob" } }));
  const { data: again } = await page.act(() => create.retry());
  assertEquals([again?.name, data.users.length], ["Bob", 3]);
});

Deno.test("defaultValues lie under the body, and a call may leave them out", async () => {
  const { api } = createApi();
  let mutate!: (input: { body: { name: string; role?: string } }) => Promise<{ data: { role: unknown } | null }>;
  let all!: () => Promise<{ data: { name: string } | null }>;
  function Form() {
    mutate = api.users.create.useMutation({ defaultValues: { role: "guest" } }).mutate;
    all = api.users.create.useMutation({ defaultValues: { name: "Nobody" } }).mutate;
    return null;
  }
  await using page = await openPage(<Form />);
  assertEquals((await page.act(() => mutate({ body: { name: "Bob" } }))).data?.role, "guest");
  assertEquals((await page.act(() => mutate({ body: { name: "Bob", role: "admin" } }))).data?.role, "admin");
  assertEquals((await page.act(() => all())).data?.name, "Nobody");
});

Deno.test("defaultValues leave a form alone", async () => {
  const { api } = createApi();
  let mutate!: (input: { body: FormData }) => Promise<{ data: { name: string; role: unknown } | null }>;
  function Form() {
    mutate = api.users.create.useMutation({ defaultValues: { role: "guest" } }).mutate as never;
    return null;
  }
  await using page = await openPage(<Form />);
  const body = new FormData();
  body.set("name", "Bob");
  const { data } = await page.act(() => mutate({ body }));
  assertEquals([data?.name, data?.role], ["Bob", undefined]);
});

Deno.test("callbacks of a mutation are told once each, with what onMutate gave", async () => {
  const { api, sent } = createApi(true);
  const heard: unknown[] = [];
  let mutate!: ReturnType<typeof api.users.create.useMutation>["mutate"];
  function Form() {
    mutate = api.users.create.useMutation({
      onLoading: (loading) => heard.push(["loading", loading]),
      onMutate: ({ body }) => `made of ${body.name}`,
      onSuccess: (data, input, made) => heard.push(["success", data.name, input.body.name, made]),
      onError: (error, input, made) => heard.push(["error", error.code, input.body.name, made]),
      onSettled: (data, error, input, made) => heard.push(["settled", data?.name, error?.code, input.body.name, made]),
      onRequest: ({ data, error }) => heard.push(["request", data?.name, error?.code]),
    }).mutate;
    return null;
  }
  await using page = await openPage(<Form />, { strict: true });
  mutate({ body: { name: "Bob" } });
  await page.until(() => heard.length === 1 && sent.length === 1);
  sent[0]!.release();
  await page.until(() => heard.length === 5);
  const told = (name: string) => heard.find((line) => (line as string[])[0] === name);
  assertEquals(heard.filter((line) => (line as string[])[0] === "loading"), [["loading", true], ["loading", false]]);
  assertEquals(told("success"), ["success", "Bob", "Bob", "made of Bob"]);
  assertEquals(told("settled"), ["settled", "Bob", undefined, "Bob", "made of Bob"]);
  assertEquals(told("request"), ["request", "Bob", undefined]);

  heard.length = 0;
  mutate({ body: { name: "taken" } });
  await page.until(() => heard.length === 1 && sent.length === 2);
  sent[1]!.release();
  await page.until(() => heard.length === 5);
  assertEquals(told("error"), ["error", "ERR_CONFLICT", "taken", "made of taken"]);
  assertEquals(told("settled"), ["settled", undefined, "ERR_CONFLICT", "taken", "made of taken"]);
  assertEquals(told("request"), ["request", undefined, "ERR_CONFLICT"]);
});

Deno.test("a callback that throws makes no failure of what the server has done, and keeps nothing from the others", async () => {
  const { api } = createApi();
  const heard: string[] = [];
  const hear = (name: string) => () => {
    heard.push(name);
    throw new Error(`${name} broke`);
  };
  const useCreate = () =>
    api.users.create.useMutation({
      onSuccess: hear("success"),
      onError: hear("error"),
      onSettled: hear("settled"),
      onRequest: hear("request"),
    });
  let create!: ReturnType<typeof useCreate>;
  function Form() {
    create = useCreate();
    return <p>{create.status}</p>;
  }
  using uncaught = hearUncaught();
  await using page = await openPage(<Form />);
  const { data, error } = await page.act(() => create.mutate({ body: { name: "Bob" } }));
  assertEquals([data?.name, error], ["Bob", null]);
  await page.until(() => page.text() === "success" && heard.length === 3);
  assertEquals(heard.sort(), ["request", "settled", "success"]);
  assertEquals(uncaught.messages.sort(), heard.map((name) => `${name} broke`));

  heard.length = 0;
  const refused = await page.act(() => create.mutate({ body: { name: "taken" } }));
  assertEquals(refused.error?.code, "ERR_CONFLICT", "nor another failure of one");
  await page.until(() => page.text() === "error" && heard.length === 3);
  assertEquals(heard.sort(), ["error", "request", "settled"]);
});

/** A list and a form that changes it before the server has. */
function Users({ api, sending }: {
  api: ReturnType<typeof createApi>["api"];
  sending: (mutate: (input: { body: { name: string } }) => Promise<unknown>) => void;
}) {
  const list = api.users.list.useQuery({ staleTime: Infinity });
  const create = api.users.create.useMutation({
    optimistic: (cache, { body }) => {
      cache.update("users.list", (data) => ({ ...data, users: [...data.users, { id: "?", name: body.name }] }));
      cache.set("users.byId", { params: { id: "?" } }, { id: "?", name: body.name });
    },
  });
  sending(create.mutate);
  return <p>{list.data?.users.map(({ id, name }) => `${id}${name}`).join()}</p>;
}

Deno.test("optimistic changes show at once, and the server's data when it is done", async () => {
  const { api, sent, calls } = createApi(true);
  let mutate!: (input: { body: { name: string } }) => Promise<unknown>;
  await using page = await openPage(<Users api={api} sending={(send) => mutate = send} />);
  await page.until(() => sent.length === 1);
  sent[0]!.release();
  await page.until(() => page.text() === "1Ada");

  const done = mutate({ body: { name: "Bob" } });
  await page.until(() => page.text() === "1Ada,?Bob");
  assertEquals(page.queryClient.getQueryData(api.users.byId.queryKey({ params: { id: "?" } }))?.name, "Bob");
  await page.until(() => sent.length === 2);
  sent[1]!.release();
  await page.act(() => done);
  await page.until(() => sent.length === 3);
  assertEquals([page.text(), calls()[2]], ["1Ada,?Bob", "GET users.list"], "fetched when settled");
  sent[2]!.release();
  await page.until(() => page.text() === "1Ada,2Bob");
});

Deno.test("optimistic changes are taken back when the mutation fails, and nothing else is", async () => {
  const { api, sent } = createApi(true);
  let mutate!: (input: { body: { name: string } }) => Promise<unknown>;
  await using page = await openPage(<Users api={api} sending={(send) => mutate = send} />);
  await page.until(() => sent.length === 1);
  sent[0]!.release();
  await page.until(() => page.text() === "1Ada");
  const other = api.users.byId.queryKey({ params: { id: "1" } });
  page.queryClient.setQueryData(other, ada);

  const done = mutate({ body: { name: "taken" } });
  await page.until(() => page.text() === "1Ada,?taken");
  page.queryClient.setQueryData(other, { ...ada, name: "Ada L." });
  await page.until(() => sent.length === 2);
  sent[1]!.release();
  await page.act(() => done);
  await page.until(() => page.text() === "1Ada");
  assertEquals(page.queryClient.getQueryData(other)?.name, "Ada L.");
  assertEquals(page.queryClient.getQueryData(api.users.byId.queryKey({ params: { id: "?" } })), undefined);
});

Deno.test("an optimistic change aborts fetches of what it writes: their answers are older", async () => {
  const { api, sent } = createApi(true);
  let mutate!: (input: { body: { name: string } }) => Promise<unknown>;
  await using page = await openPage(<Users api={api} sending={(send) => mutate = send} />);
  await page.until(() => sent.length === 1);
  sent[0]!.release();
  await page.until(() => page.text() === "1Ada");
  page.queryClient.invalidateQueries();
  await page.until(() => sent.length === 2);

  const done = mutate({ body: { name: "Bob" } });
  await page.until(() => page.text() === "1Ada,?Bob");
  assert(sent[1]!.signal.aborted);
  await page.until(() => sent.length === 3);
  sent[2]!.release();
  await page.act(() => done);
  await page.until(() => sent.length === 4);
  sent[3]!.release();
  await page.until(() => page.text() === "1Ada,2Bob");
});

Deno.test("an answer that came after an optimistic change is not rolled back with it", async () => {
  const { api, sent } = createApi(true);
  let mutate!: (input: { body: { name: string } }) => Promise<unknown>;
  const queryClient = createCache();
  await using page = await openPage(<Users api={api} sending={(send) => mutate = send} />, { queryClient });
  await page.until(() => sent.length === 1);
  sent[0]!.release();
  await page.until(() => page.text() === "1Ada");
  const before = queryClient.getQueryState(api.users.list.queryKey())!.dataUpdatedAt;

  const done = mutate({ body: { name: "taken" } });
  await page.until(() => page.text() === "1Ada,?taken");
  assertEquals(queryClient.getQueryState(api.users.list.queryKey())!.dataUpdatedAt, before);
  queryClient.setQueryData(api.users.list.queryKey(), { page: 1, users: [ada, { id: "9", name: "Eve" }] }, {
    updatedAt: before + 1,
  });
  await page.until(() => page.text() === "1Ada,9Eve" && sent.length === 2);
  sent[1]!.release();
  await page.act(() => done);
  await page.until(() => sent.length === 3);
  assertEquals(page.text(), "1Ada,9Eve");
});

Deno.test("what optimistic throws takes its own writes back and keeps the mutation from being sent", async () => {
  const { api, calls } = createApi();
  let mutate!: (input: { body: { name: string } }) => Promise<{ error: unknown }>;
  function Form() {
    mutate = api.users.create.useMutation({
      optimistic: (cache) => {
        cache.set("users.byId", { params: { id: "1" } }, ada);
        throw new Error("a mistake");
      },
    }).mutate;
    return null;
  }
  await using page = await openPage(<Form />);
  const { error } = await page.act(() => mutate({ body: { name: "Bob" } }));
  assertEquals([(error as Error).message, calls()], ["a mistake", []]);
  assertEquals(page.queryClient.getQueryData(api.users.byId.queryKey({ params: { id: "1" } })), undefined);
});

type Create = (input: { body: { name: string } }) => Promise<{ readonly error: unknown }>;

/** A list of which nothing is fetched, and a form that adds to it at once. */
async function openForm(enabled = true) {
  const made = createApi(true);
  const { sent } = made;
  const queryClient = createCache();
  queryClient.setQueryData(made.api.users.list.queryKey(), { page: 1, users: made.data.users });
  let create!: Create;
  function Form() {
    const list = made.api.users.list.useQuery({ staleTime: Infinity, enabled });
    create = made.api.users.create.useMutation({
      optimistic: (cache, { body }) =>
        cache.update("users.list", (data) => ({ ...data, users: [...data.users, { id: "new", name: body.name }] })),
    }).mutate;
    return <p>{list.data?.users.map(({ name }) => name).join()}</p>;
  }
  const page = await openPage(<Form />, { queryClient });
  return {
    ...made,
    page,
    create: (name: string) => create({ body: { name } }),
    /** Lets the answer to a name go. */
    release: (name: string) =>
      sent.filter(({ body }) => body.includes(`"${name}"`)).forEach(({ release }) => release()),
  };
}

Deno.test("of two optimistic changes the one that fails does not take the other back", async () => {
  const { page, create, sent, calls, release } = await openForm();
  await using _ = page;
  const first = create("taken");
  const second = create("Grace");
  await page.until(() => sent.length === 2 && page.text() === "Ada,taken,Grace");
  release("taken");
  await page.act(() => first);
  await page.until(() => page.text() === "Ada,Grace");
  assertEquals(calls(), ["POST users.create", "POST users.create"], "an answer would lack what is still on its way");
  release("Grace");
  await page.act(() => second);
  await page.until(() => sent.length === 3);
  assertEquals([page.text(), calls().at(-1)], ["Ada,Grace", "GET users.list"]);
});

Deno.test("an optimistic change that has succeeded stays when an earlier one fails after it", async () => {
  const { page, create, sent, release } = await openForm();
  await using _ = page;
  const first = create("taken");
  const second = create("Grace");
  await page.until(() => sent.length === 2);
  release("Grace");
  await page.act(() => second);
  assertEquals([page.text(), sent.length], ["Ada,taken,Grace", 2]);
  release("taken");
  await page.act(() => first);
  await page.until(() => page.text() === "Ada,Grace" && sent.length === 3);
});

Deno.test("when both of two optimistic changes fail, none of them comes back", async () => {
  const { page, create, sent, release, api } = await openForm();
  await using _ = page;
  const first = create("x");
  const second = create("y");
  await page.until(() => sent.length === 2 && page.text() === "Ada,x,y");
  page.queryClient.refetchQueries({ queryKey: api.users.list.queryKey() });
  await page.until(() => sent.length === 3);
  release("x");
  await page.act(() => first);
  await page.until(() => page.text() === "Ada,y");
  // To what it was when it began: then the first was shown.
  await page.act(() => page.queryClient.cancelQueries());
  await page.act(() => page.show(<p>nothing</p>));
  assertEquals(page.queryClient.getQueryData(api.users.list.queryKey())?.users.map(({ name }) => name), ["Ada", "y"]);
  release("y");
  await page.act(() => second);
  assertEquals(page.queryClient.getQueryData(api.users.list.queryKey())?.users, [ada]);
});

Deno.test("a change that cannot be made again without another is dropped and reported, and the others are shown", async () => {
  const { api, sent } = createApi(true);
  const queryClient = createCache();
  queryClient.setQueryData(api.users.list.queryKey(), { page: 1, users: [ada] });
  const useCreate = () =>
    api.users.create.useMutation({
      optimistic: (cache, { body }) =>
        cache.update("users.list", ({ users, page }) => {
          if (body.name === "Eve" && users.length < 2) throw new Error("Eve needs another");
          return { page, users: [...users, { id: "?", name: body.name }] };
        }),
    });
  let create!: ReturnType<typeof useCreate>;
  function Form() {
    create = useCreate();
    return <p>{api.users.list.useQuery({ staleTime: Infinity }).data?.users.map(({ name }) => name).join()}</p>;
  }
  using uncaught = hearUncaught();
  await using page = await openPage(<Form />, { queryClient });
  const calls = ["taken", "Eve", "Grace"].map((name) => create.mutate({ body: { name } }));
  await page.until(() => sent.length === 3 && page.text() === "Ada,taken,Eve,Grace");
  sent[0]!.release();
  await page.act(() => calls[0]);
  await page.until(() => page.text() === "Ada,Grace");
  assertEquals(uncaught.messages, ["Eve needs another"]);
});

Deno.test("what is shown with enabled: false is the server's after an optimistic change, and fetched only if it succeeds", async () => {
  const { page, create, sent, calls, release, data } = await openForm(false);
  await using _ = page;
  const failing = create("taken");
  await page.until(() => sent.length === 1 && page.text() === "Ada,taken");
  release("taken");
  await page.act(() => failing);
  await page.until(() => page.text() === "Ada");
  const call = create("Grace");
  await page.until(() => sent.length === 2 && page.text() === "Ada,Grace");
  data.users = [...data.users, { id: "9", name: "Eve" }];
  release("Grace");
  await page.act(() => call);
  await page.until(() => sent.length === 3);
  assertEquals(calls().at(-1), "GET users.list");
  sent[2]!.release();
  await page.until(() => page.text() === "Ada,Eve,Grace");
});

Deno.test("what was taken back does not come back with a fetch that began meanwhile and is cancelled", async () => {
  const { api, sent } = createApi(true);
  const shown: unknown[] = [];
  const useCreate = () =>
    api.users.create.useMutation({
      optimistic: (cache, { body }) => cache.set("users.byId", { params: { id: "2" } }, { id: "2", name: body.name }),
    });
  let create!: ReturnType<typeof useCreate>;
  function Form() {
    create = useCreate();
    const user = api.users.byId.useQuery({ params: { id: "2" } });
    shown.push(user.data?.name);
    return <p>{user.data?.name ?? "nobody"}</p>;
  }
  await using page = await openPage(<Form />);
  const call = create.mutate({ body: { name: "taken" } });
  await page.until(() => page.text() === "taken" && sent.length === 2);
  page.queryClient.refetchQueries();
  await page.until(() => sent.length === 3);
  sent[1]!.release();
  await page.act(() => call);
  await page.until(() => page.text() === "nobody");
  assert(sent[2]!.signal.aborted);
  await page.act(() => page.queryClient.cancelQueries());
  assertEquals([page.text(), shown.at(-1)], ["nobody", undefined]);
});
