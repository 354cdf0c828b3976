import type { WebRouter } from "@igniter-js/core";
import { bundlePage } from "./app/page.bundle.ts";
import { createPageHandler } from "./app/page.server.ts";
import { AppRouter } from "./igniter.router.ts";

type PageHandler = (request: Request) => Response;

/** Makes the whole application for `serve`: the API under its base path, the page at `/`. */
export async function createApp(options: { readonly development: boolean }): Promise<WebRouter> {
  let page: Promise<PageHandler> | undefined;
  const showPage = (): Promise<PageHandler> => page ??= bundlePage(options).then(createPageHandler);
  // In development each change is a restart: the page is bundled when it is first asked for, and the API does not wait
  // for it. In production nobody shall wait, and an application without its page does not start.
  if (!options.development) await showPage();
  const base = `${AppRouter.basePath}/`;
  return {
    handler: async (request) => {
      const { pathname } = new URL(request.url);
      if (`${pathname}/`.startsWith(base)) return await AppRouter.handler(request);
      return (await showPage())(request);
    },
    close: () => AppRouter.close(),
  };
}
