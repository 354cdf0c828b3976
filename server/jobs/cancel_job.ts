/**
 * The action by which a client cancels a job: the framework's own, there wherever there are jobs.
 *
 * @module
 */
import { type ActionRecord, toRecord } from "../action.ts";
import type { Schema } from "../contract/schema.ts";
import type { JobDesk } from "./desk.ts";

interface Body {
  readonly id: string;
  readonly token: string;
}

/** What of a ticket says which job is meant, and that its holder may. */
const BODY: Schema<Body, Body> = {
  "~standard": {
    version: 1,
    vendor: "igniter",
    validate: (value: unknown) => {
      const { id, token } = (typeof value === "object" && value !== null ? value : {}) as Partial<Body>;
      if (typeof id !== "string") return { issues: [{ message: "Expected a string", path: ["id"] }] };
      if (typeof token !== "string") return { issues: [{ message: "Expected a string", path: ["token"] }] };
      return { value: { id, token } };
    },
  },
};

/** Makes the action. Its data tells whether there was something to cancel. */
export function cancelJobRecord(desk: JobDesk): ActionRecord {
  return toRecord({
    kind: "mutation",
    method: "POST",
    path: "/",
    body: BODY,
    handler: (turn) => {
      const { body: { id, token } } = turn as { readonly body: Body };
      return desk.cancel(id, token);
    },
  });
}
