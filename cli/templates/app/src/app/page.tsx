/// <reference lib="dom" />
import { StrictMode } from "react";
// @ts-types="@types/react-dom/client"
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import "./page.css";
import { Providers } from "./providers.tsx";

const root = document.getElementById("root");
if (root === null) throw new Error('Cannot show the page: index.html has no element "root"');
createRoot(root).render(
  <StrictMode>
    <Providers>
      <App />
    </Providers>
  </StrictMode>,
);
