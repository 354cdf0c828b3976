import { IgniterProvider } from "@igniter-js/core/client";
import type { ReactNode } from "react";

/** What the components need around them: the cache of what the API has answered. */
export function Providers({ children }: { readonly children: ReactNode }) {
  return <IgniterProvider>{children}</IgniterProvider>;
}
