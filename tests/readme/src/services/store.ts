import { createMemoryStoreAdapter } from "@igniter-js/core/drivers/memory";
import { clock } from "./clock.ts";

export const store = createMemoryStoreAdapter({ clock });
