// Step 7: Integrate with Your Framework
import { AppRouter } from "../../../../igniter.router.ts";
import { nextRouteHandlerAdapter } from "@igniter-js/core/adapters";

export const { GET, POST, PUT, DELETE, PATCH } = nextRouteHandlerAdapter(AppRouter);
