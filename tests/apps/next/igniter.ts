import { Igniter } from "@igniter-js/core";
import { createIgniterAppContext } from "./igniter.context.ts";

export const igniter = Igniter.context(createIgniterAppContext).create();
