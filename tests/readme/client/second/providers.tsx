// "1. Setup the `IgniterProvider`"
"use client";
import { IgniterProvider } from "@igniter-js/core/client";
import type React from "react";

export function Providers({ children }: { children: React.ReactNode }) {
  return (
    <IgniterProvider
      // Igniter.js Realtime is enabled by default
      autoReconnect
      enableRealtime
      // Define your context here for features like scoped realtime updates
      getContext={() => ({ userId: "123", roles: ["admin"] })}
      getScopes={(ctx) => [`user:${ctx.userId}`, `user:${ctx.userId}:roles`]}
    >
      {children}
    </IgniterProvider>
  );
}
