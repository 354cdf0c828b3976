/**
 * What an action answers: its success, the framework's failures that can occur there, and the errors it declares.
 *
 * What a handler returns without declaring it is known to the types alone: `2XX` stands for a success with another status
 * than 200, whose data is the same, `default` for `response.notFound()` and the like.
 *
 * @module
 */
import { statusOf } from "../contract/error.ts";
import type { Schema } from "../contract/schema.ts";
import type { Plan } from "../dispatch.ts";
import { outcomeOfNothing } from "./body.ts";
import { type Components, referTo } from "./components.ts";
import { errorOf, eventOf, failureOf, successOf } from "./own_schemas.ts";
import { MEANINGS, type OwnCode, ownCodesOf } from "./own_errors.ts";
import { compareText } from "./text.ts";
import type { OpenAPIReference, OpenAPIResponse, OpenAPISchema } from "./types.ts";

/** Answers by status. */
type Answers = Readonly<Record<string, OpenAPIResponse | OpenAPIReference>>;

/** The answers of actions; what several have in common stands in a document once. */
export class Responses {
  readonly #components: Components;
  readonly #shared = new Map<string, OpenAPIResponse>([["Failure", FAILURE], ["Success", SUCCESS]]);

  constructor(components: Components) {
    this.#components = components;
  }

  /** What is shared, by name. */
  get shared(): Readonly<Record<string, OpenAPIResponse>> {
    return Object.fromEntries([...this.#shared].sort(([a], [b]) => compareText(a, b)));
  }

  /** The answers of one action, by status. */
  of(plan: Plan): Answers {
    const codes = new Map<number, OwnCode[]>();
    for (const code of ownCodesOf(plan)) {
      const status = statusOf(code);
      codes.set(status, [...codes.get(status) ?? [], code]);
    }
    const declared = this.#declared(plan);
    const statuses = [...new Set([...codes.keys(), ...declared.keys()])].sort((a, b) => a - b);
    return {
      ...this.#success(plan),
      ...Object.fromEntries(
        statuses.map((status) => [String(status), this.#failure(codes.get(status) ?? [], declared.get(status) ?? [])]),
      ),
      default: refer("Failure"),
    };
  }

  #success({ key, record: { stream, output, events } }: Plan): Answers {
    const components = this.#components;
    if (stream) {
      const data = events === undefined ? {} : components.use(events, "output", `${key}.events`);
      return {
        "200": {
          description: "Server-sent events, one after the other, for as long as both sides like",
          content: { "text/event-stream": { schema: { anyOf: [messageOf(data), ...FRAMES] } } },
        },
      };
    }
    if (output === undefined) return { "200": refer("Success"), "2XX": refer("Success") };
    const data = components.use(output, "output", `${key}.output`);
    const schema = successOf(givesNothing(output) ? orNull(data) : data);
    const name = this.#share(key, {
      description: "Success. What has no body, as a `204`, has no data",
      content: { "application/json": { schema } },
    });
    return { "200": refer(name), "2XX": refer(name) };
  }

  /** Gives an answer a name, in the characters that components' names may have. */
  #share(wanted: string, response: OpenAPIResponse): string {
    let name = wanted.replace(/[^A-Za-z0-9._-]/g, "_");
    while (this.#shared.has(name)) name += "_";
    this.#shared.set(name, response);
    return name;
  }

  #declared({ key, record: { errors } }: Plan): ReadonlyMap<number, readonly Declared[]> {
    const byStatus = new Map<number, Declared[]>();
    for (const [code, { status = statusOf(code), message, data }] of Object.entries(errors)) {
      const schema = data === undefined ? errorOf(code) : errorOf(code, {
        schema: this.#components.use(data, "output", `${key}.errors.${code}`),
        required: !givesNothing(data),
      });
      byStatus.set(status, [...byStatus.get(status) ?? [], { code, message, schema }]);
    }
    return byStatus;
  }

  #failure(codes: readonly OwnCode[], declared: readonly Declared[]): OpenAPIResponse | OpenAPIReference {
    const response = toFailure([
      ...codes.map((code) => ({ code, message: MEANINGS[code], schema: referTo(code) })),
      ...declared,
    ]);
    if (declared.length > 0) return response;
    const name = codes.join("-");
    this.#shared.set(name, response);
    return refer(name);
  }
}

/** An error that can be answered with. */
interface Declared {
  readonly code: string;
  readonly message: string | undefined;
  readonly schema: OpenAPISchema;
}

function toFailure(errors: readonly Declared[]): OpenAPIResponse {
  const schemas = errors.map(({ schema }) => schema);
  const error = schemas.length === 1 ? schemas[0] as OpenAPISchema : { anyOf: schemas };
  return {
    description: errors.map(({ code, message }) => message === undefined ? `\`${code}\`` : `\`${code}\`: ${message}`)
      .join("; "),
    content: { "application/json": { schema: failureOf(error) } },
  };
}

function refer(name: string): OpenAPIReference {
  return { $ref: `#/components/responses/${name}` };
}

const SUCCESS: OpenAPIResponse = {
  description: "Success. The action has no schema of what it answers, which may be anything else than JSON as well",
  content: { "application/json": { schema: referTo("Success") } },
};
const FAILURE: OpenAPIResponse = {
  description: "A failure that the action does not declare",
  content: { "application/json": { schema: referTo("Failure") } },
};

const FRAMES: readonly OpenAPISchema[] = ["StreamOpened", "StreamFailed", "StreamEnded"].map(referTo);

/** A message has no event type, or the one it was published with. */
function messageOf(data: OpenAPISchema): OpenAPISchema {
  return { ...eventOf({ type: "string", default: "message" }, data, true), description: "A message" };
}

/** Whether what a schema gives may be undefined. */
function givesNothing(schema: Schema): boolean {
  const outcome = outcomeOfNothing(schema);
  return outcome !== undefined && outcome.value === undefined;
}

/** Data that is undefined travels as null. */
function orNull(data: OpenAPISchema): OpenAPISchema {
  const { not, type, anyOf } = data;
  if (not !== undefined) return NULL;
  const keywords = Object.keys(data).filter((keyword) => !ANNOTATIONS.has(keyword));
  const takesNull = keywords.length === 0 || [type].flat().includes("null") ||
    (Array.isArray(anyOf) && anyOf.some((inner) => (inner as OpenAPISchema).type === "null"));
  return takesNull ? data : { anyOf: [data, NULL] };
}

const NULL: OpenAPISchema = { type: "null" };
/** Keywords that refuse nothing. */
const ANNOTATIONS = new Set(["title", "description", "default", "examples", "deprecated"]);
