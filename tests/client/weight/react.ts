/** A page's program with one query and one mutation as hooks, for the scales. */
import { createIgniterClient, IgniterProvider } from "@igniter-js/core/client";
import { createElement } from "react";
import type { AppRouter } from "../app.ts";

const api = createIgniterClient<AppRouter>({ baseURL: "https://api.test" });

function Page() {
  const user = api.users.byId.useQuery({ params: { id: "7" } });
  const create = api.users.create.useMutation();
  return createElement("button", { onClick: () => create.mutate({ body: { name: "Ada" } }) }, user.data?.id);
}

/** The page. */
export const page = createElement(IgniterProvider, null, createElement(Page));
