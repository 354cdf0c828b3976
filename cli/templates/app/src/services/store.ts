import { createMemoryStoreAdapter } from "@igniter-js/core/drivers/memory";

/** Keeps sessions and cached users in this process. Another driver keeps them elsewhere; nothing else would change. */
export const store = createMemoryStoreAdapter();
