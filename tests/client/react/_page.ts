/**
 * A page: React in a small DOM, with the same sanitizers as everything else.
 *
 * @module
 */
import { environmentManager, QueryClient, QueryClientProvider } from "@tanstack/react-query";
// @ts-types="@types/react-dom/client"
import { createRoot, hydrateRoot, type Root } from "react-dom/client";
import { act, createElement, Fragment, type ReactNode, StrictMode } from "react";
// deno-lint-ignore no-import-prefix -- a DOM for these tests only
import { Window } from "npm:happy-dom@^20.14.6";
import { IgniterProvider } from "@igniter-js/core/client";

/** How a page is opened. */
export interface PageOptions {
  /** The cache. */
  readonly queryClient?: QueryClient;
  /** Whether React runs everything twice. */
  readonly strict?: boolean;
  /** Markup of a server, to be hydrated. */
  readonly markup?: string;
  /** Whether live updates are on. @default false */
  readonly live?: boolean;
  /** What stands around the component; IgniterProvider without live updates unless said otherwise. */
  readonly around?: (children: ReactNode, queryClient: QueryClient) => ReactNode;
}

/** A component on a page. */
export interface Page extends AsyncDisposable {
  readonly queryClient: QueryClient;
  /** What a reader sees. */
  text(): string;
  html(): string;
  /** What React said of markup that differs. */
  readonly complaints: readonly string[];
  /** Shows something else in its place. */
  show(element: ReactNode): Promise<void>;
  /** Waits until something is so. */
  until(condition: () => boolean): Promise<void>;
  /** Clicks on an element, or submits a form. */
  fire(event: "click" | "submit", selector: string): Promise<void>;
  /** Does something, and lets React show it. */
  act<T>(work: () => T | Promise<T>): Promise<T>;
}

/** Opens a page that shows an element. */
export async function openPage(element: ReactNode, options: PageOptions = {}): Promise<Page> {
  const window = new Window({ url: "http://localhost/" });
  const names = ["window", "document", "IS_REACT_ACT_ENVIRONMENT"] as const;
  const globals = globalThis as unknown as Record<string, unknown>;
  const before = names.map((name) => [name, globals[name]] as const);
  Object.assign(globals, { window, document: window.document, IS_REACT_ACT_ENVIRONMENT: true });
  // TanStack takes Deno for a server, which neither repeats nor collects.
  environmentManager.setIsServer(() => false);

  const queryClient = options.queryClient ?? createCache();
  const complaints: string[] = [];
  const wrap = (children: ReactNode) =>
    createElement(
      options.strict ? StrictMode : Fragment,
      null,
      options.around
        ? options.around(children, queryClient)
        : createElement(IgniterProvider, { queryClient, enableRealtime: options.live === true }, children),
    );
  const box = window.document.createElement("div");
  window.document.body.append(box);
  const container = box as unknown as Element;
  let root: Root;
  if (options.markup === undefined) {
    root = createRoot(container);
    await act(async () => await root.render(wrap(element)));
  } else {
    box.innerHTML = options.markup;
    await act(async () => {
      root = await hydrateRoot(container, wrap(element), {
        onRecoverableError: (error) => complaints.push(String(error)),
      });
    });
  }

  return {
    queryClient,
    complaints,
    text: () => box.textContent ?? "",
    html: () => box.innerHTML,
    show: async (element) => await act(async () => await root.render(wrap(element))),
    async until(condition) {
      const deadline = Date.now() + 5000;
      while (!condition()) {
        if (Date.now() > deadline) throw new Error(`It did not come to that: ${condition}\n${box.innerHTML}`);
        await act(async () => await new Promise((resolve) => setTimeout(resolve)));
      }
    },
    async fire(event, selector) {
      const element = box.querySelector(selector);
      if (!element) throw new Error(`There is no ${selector} in ${box.innerHTML}`);
      await act(async () => {
        await element.dispatchEvent(new window.Event(event, { bubbles: true, cancelable: true }));
      });
    },
    async act(work) {
      let result!: Awaited<ReturnType<typeof work>>;
      await act(async () => {
        result = await work();
      });
      return result;
    },
    async [Symbol.asyncDispose]() {
      await act(async () => await root.unmount());
      queryClient.clear();
      const own = Symbol.for("igniter.queryClient");
      const realm = globalThis as { [own]?: QueryClient };
      realm[own]?.clear();
      delete realm[own];
      environmentManager.setIsServer(() => true);
      await window.happyDOM.close();
      for (const [name, value] of before) {
        if (value === undefined) delete globals[name];
        else globals[name] = value;
      }
    },
  };
}

/** A cache that keeps everything: what it collects, it collects by timers. */
export function createCache(): QueryClient {
  return new QueryClient({ defaultOptions: { queries: { gcTime: Infinity }, mutations: { gcTime: Infinity } } });
}

/** TanStack's provider, for pages without ours. */
export function tanstack(children: ReactNode, client: QueryClient): ReactNode {
  return createElement(QueryClientProvider, { client }, children);
}

/** What was reported as uncaught while it is heard. */
export function hearUncaught(): Disposable & { readonly messages: string[] } {
  const messages: string[] = [];
  const hear = (event: ErrorEvent) => {
    event.preventDefault();
    messages.push(event.error.message);
  };
  globalThis.addEventListener("error", hear);
  return { messages, [Symbol.dispose]: () => globalThis.removeEventListener("error", hear) };
}
