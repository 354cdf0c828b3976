import type { WebRouter } from "@igniter-js/core";
import { bundlePage } from "./app/page.bundle.ts";
import { createPageHandler } from "./app/page.server.ts";
import { AppRouter } from "./igniter.router.ts";

/** Makes the whole application for `serve`: the API under its base path, the page at `/`. */
export async function createApp(options: { readonly development: boolean }): Promise<WebRouter> {
  const showPage = createPageHandler(await bundlePage(options));
  const base = `${AppRouter.basePath}/`;
  return {
    handler: (request) => {
      const { pathname } = new URL(request.url);
      return `${pathname}/`.startsWith(base) ? AppRouter.handler(request) : showPage(request);
    },
    close: () => AppRouter.close(),
  };
}
