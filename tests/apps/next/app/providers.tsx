"use client";

import { IgniterProvider } from "@igniter-js/core/client";
import type { ReactNode } from "react";

export function Providers({ children }: { children: ReactNode }) {
  return (
    <IgniterProvider
      enableRealtime
      getContext={() => ({ userId: "user-123" })}
      getScopes={(context) => [`user:${context.userId}`]}
    >
      {children}
    </IgniterProvider>
  );
}
