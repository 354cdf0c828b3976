/**
 * The five work items, and what all peers do alike: the schemas, the data, the steps that add to the context. A peer's
 * own part is what a framework does: routing, reading, validating, answering.
 *
 * @module
 */
import { z } from "zod";

/** Answers requests. */
export type Handler = (request: Request) => Response | Promise<Response>;

/** One competitor. */
export interface Peer {
  /** Makes the app with four routes. */
  small(): Handler;
  /** Makes the app with 500 routes. */
  large(): Handler;
  /** What stands before every path. */
  readonly prefix: string;
  /** Takes the data out of the answer's envelope. */
  unwrap(answer: unknown): unknown;
}

/** One work item. */
export interface WorkItem {
  readonly app: "small" | "large";
  readonly path: string;
  /** Sent as JSON by POST; without it the request is a GET. */
  readonly body?: unknown;
  readonly status: number;
  readonly data: unknown;
  /** A request that differs so that it must be refused: proof that the item does its work. */
  readonly refused?: { readonly path?: string; readonly body?: unknown };
}

/** The controllers of the large app, each with {@link actions} actions. */
export const controllers = 50;

/** The actions of each controller of the large app. */
export const actions = 10;

/** The schema of the query string. */
export const pageQuery: z.ZodObject<{ page: z.ZodDefault<z.ZodCoercedNumber> }> = z.object({
  page: z.coerce.number().int().min(1).default(1),
});

/** The schema of the body. */
export const newUser: z.ZodObject<{ name: z.ZodString; email: z.ZodEmail }> = z.object({
  name: z.string().min(2),
  email: z.email(),
});

/** What authentication adds. */
export interface Session {
  readonly userId: string;
  readonly role: string;
}

/** A user with one page of what is his. */
export interface UserPage {
  readonly id: string;
  readonly page: number;
  readonly items: readonly { readonly id: number; readonly name: string }[];
}

const items = ["alpha", "beta", "gamma"].map((name, index) => ({ id: index + 1, name }));

/** One page of a user. */
export function findUser(id: string, page: number): UserPage {
  return { id, page, items };
}

/** The user that was created. */
export function createUser(
  { name, email }: { name: string; email: string },
): { id: string; name: string; email: string } {
  return { id: "u_1", name, email };
}

/** The first of three steps. */
export function identify(headers: Headers): { requestId: string } {
  return { requestId: headers.get("x-request-id") ?? "req-0" };
}

/** The second of three steps. */
export function authenticate(headers: Headers): { session: Session } {
  return { session: { userId: headers.get("x-user") ?? "u_1", role: "admin" } };
}

/** The third of three steps: it reads what the second added. */
export function authorize(context: { session: Session }): { canRead: boolean } {
  return { canRead: context.session.role === "admin" };
}

const user: UserPage = { id: "42", page: 2, items };

/** The work items, in the order of the table. */
export const work: Readonly<Record<string, WorkItem>> = {
  static: { app: "small", path: "/hello", status: 200, data: { hello: "world" } },
  query: {
    app: "small",
    path: "/users/42?page=2",
    status: 200,
    data: user,
    refused: { path: "/users/42?page=abc" },
  },
  post: {
    app: "small",
    path: "/users",
    body: { name: "Ada Lovelace", email: "ada@example.com" },
    status: 201,
    data: { id: "u_1", name: "Ada Lovelace", email: "ada@example.com" },
    refused: { body: { name: "A", email: "nope" } },
  },
  procedures: {
    app: "small",
    path: "/steps/users/42?page=2",
    status: 200,
    data: { ...user, requestId: "req-0", userId: "u_1", canRead: true },
    refused: { path: "/steps/users/42?page=abc" },
  },
  "late of 500": {
    app: "large",
    path: "/c49/a9/77",
    status: 200,
    data: { c: 49, a: 9, id: "77" },
    refused: { path: "/c50/a9/77" },
  },
};
