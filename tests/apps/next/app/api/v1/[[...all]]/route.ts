import { nextRouteHandlerAdapter } from "@igniter-js/core/adapters";
import { AppRouter } from "../../../../igniter.router.ts";

export const dynamic = "force-dynamic";

export const { GET, POST, PUT, DELETE, PATCH, HEAD, OPTIONS } = nextRouteHandlerAdapter(AppRouter);
