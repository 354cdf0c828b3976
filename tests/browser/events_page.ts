/** A page that shows what it hears, for the tests of the event connection in a browser. */
import { createIgniterClient } from "@igniter-js/core/client/core";
import { createEvents } from "../../client/events.ts";
import type { EventsRouter } from "./events_test.ts";

interface Element {
  textContent: string;
  appendChild(child: Element): Element;
}

// The part that is used here: the library "dom" would be there for every test.
declare const document: { title: string; readonly body: Element; createElement(name: string): Element };

const options = { baseURL: location.origin, shareTabs: "everybody" };
const list = document.body.appendChild(document.createElement("ul"));
const show = (text: string): void => {
  list.appendChild(document.createElement("li")).textContent = text;
};

const events = createEvents(options);
events.onState((state) => document.title = state);
events.watch({
  onRevalidate: ([target]) => show(`old: ${target?.path}`),
  onReset: (reason) => show(`reset: ${reason}`),
});
events.subscribe("news.feed", undefined, {
  onMessage: (data) => show((data as { readonly at: Date }).at.toISOString()),
  onGap: (missed) => show(`gap ${missed}`),
});

// A second client, as an iteration and on a connection of its own, when the address asks for it.
if (location.hash === "#iterate") {
  const api = createIgniterClient<EventsRouter>({ baseURL: location.origin });
  for await (const n of api.news.count.stream({ query: { to: 3 } })) show(`count ${n}`);
  show("counted");
}
