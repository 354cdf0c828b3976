import type { ReactNode } from "react";
import { Providers } from "./providers.tsx";

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <head>
        {/* Else the browser asks for one, which is an error in its console. */}
        <link rel="icon" href="data:," />
      </head>
      <body>
        <Providers>{children}</Providers>
      </body>
    </html>
  );
}
