// Step 2: Setup the `IgniterProvider`
"use client";

import { IgniterProvider } from "@igniter-js/core/client";
import type React from "react";

export function Providers({ children }: { children: React.ReactNode }) {
  return (
    <IgniterProvider
      // Igniter.js Realtime is enabled by default. Set to `false` to disable.
      enableRealtime
      // Optional: Define client-side context. This can be used by features
      // like Igniter.js Realtime to subscribe to user-specific events.
      getContext={() => {
        // In a real app, you might get this from a client-side auth library.
        const userId = "user-123";
        return { userId };
      }}
      // Optional: Define scopes for real-time updates.
      // This tells the provider to listen for events on these specific channels.
      getScopes={(ctx) => {
        return [`user:${ctx.userId}`];
      }}
    >
      {children}
    </IgniterProvider>
  );
}
