/**
 * Every framework that a project can stand on, the default first.
 *
 * @module
 */
import { deno } from "./frameworks/deno.ts";
import { express } from "./frameworks/express.ts";
import type { Framework } from "./frameworks/framework.ts";
import { fresh } from "./frameworks/fresh.ts";
import { hono } from "./frameworks/hono.ts";
import { nextjs } from "./frameworks/nextjs.ts";

/** The frameworks, in the order in which people are asked. */
export const FRAMEWORKS: readonly Framework[] = [deno, hono, express, nextjs, fresh];
