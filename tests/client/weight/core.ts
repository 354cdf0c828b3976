/** A page's program with one query and one mutation, for the scales. */
import { createIgniterClient } from "@igniter-js/core/client/core";
import type { AppRouter } from "../app.ts";

const api = createIgniterClient<AppRouter>({ baseURL: "https://api.test" });
await api.users.byId.query({ params: { id: "7" } });
await api.users.create.mutate({ body: { name: "Ada" } });
