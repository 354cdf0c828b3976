/**
 * The one onion: procedures in their order, then the handler.
 *
 * A step that returns without calling `next()` has the rest run after it, in a plain loop and without a promise as long
 * as everybody is synchronous. A step that calls `next()` has the rest run inside of it; what it returns (or, returning
 * nothing, what `next()` gave) is the answer.
 *
 * @module
 */
import { isPlainObject, isThenable } from "./plain.ts";
import type { Realtime } from "./ports/realtime.ts";
import type { Step } from "./procedure.ts";
import { type ReplyValue, toReply } from "./reply.ts";
import { ReplyValue as Value } from "./reply.ts";
import type { IncomingRequest } from "./request.ts";
import type { ResponderValue } from "./reply.ts";

/** What flows through the onion. */
export interface Flow {
  readonly request: IncomingRequest;
  readonly response: ResponderValue;
  readonly context: Record<string, unknown>;
  readonly realtime: Realtime;
}

/** Runs the steps from `index`, then `terminal`. */
export function runSteps(
  steps: readonly Step[],
  index: number,
  flow: Flow,
  terminal: () => ReplyValue | Promise<ReplyValue>,
): ReplyValue | Promise<ReplyValue> {
  for (let i = index; i < steps.length; i++) {
    const step = steps[i] as Step;
    const turn = new Turn(flow, () => runSteps(steps, i + 1, flow, terminal));
    const result = step.handler(step.options, turn);
    if (isThenable(result)) {
      return result.then((value) => turn.settle(step, value) ?? runSteps(steps, i + 1, flow, terminal));
    }
    const answer = turn.settle(step, result);
    if (answer !== undefined) return answer;
  }
  return terminal();
}

/** What one step receives; `next` is its own. */
class Turn {
  readonly request: IncomingRequest;
  readonly response: ResponderValue;
  readonly context: Record<string, unknown>;
  readonly realtime: Realtime;
  readonly #rest: () => ReplyValue | Promise<ReplyValue>;
  #forwarded: Promise<ReplyValue> | undefined = undefined;

  constructor(flow: Flow, rest: () => ReplyValue | Promise<ReplyValue>) {
    this.request = flow.request;
    this.response = flow.response;
    this.context = flow.context;
    this.realtime = flow.realtime;
    this.#rest = rest;
  }

  get plugins(): unknown {
    return this.context["$plugins"] ?? {};
  }

  /** Bound, so that it can be destructured. */
  get next(): (added?: unknown) => Promise<ReplyValue> {
    return (added) => this.#next(added);
  }

  #next(added: unknown): Promise<ReplyValue> {
    if (this.#forwarded !== undefined) {
      return Promise.reject(new TypeError("Cannot call next() again: a procedure runs what follows once"));
    }
    this.#forwarded = this.#run(added);
    // A step may drop this promise; settle() looks at it then, so nothing of it is lost.
    this.#forwarded.catch(() => {});
    return this.#forwarded;
  }

  async #run(added: unknown): Promise<ReplyValue> {
    if (added !== undefined) {
      if (!isPlainObject(added)) throw added;
      Object.assign(this.context, added);
    }
    return await this.#rest();
  }

  /** What a step's result means; `undefined`: go on with the next step. */
  settle(step: Step, result: unknown): ReplyValue | Promise<ReplyValue> | undefined {
    const forwarded = this.#forwarded;
    if (result === undefined || result === null) return forwarded;
    if (result instanceof Value || result instanceof Response) {
      // A step that answers for itself while what follows still runs: wait for that, so that it cannot outlive the request.
      return forwarded === undefined ? toReply(result) : forwarded.then(() => toReply(result));
    }
    if (!isPlainObject(result)) {
      throw new TypeError(
        `Cannot go on after ${nameOf(step)}: it returned ${typeof result}, not an object, a reply or nothing`,
      );
    }
    if (forwarded !== undefined) {
      throw new TypeError(`Cannot add to the context after ${nameOf(step)} called next(): give it to next({ … })`);
    }
    Object.assign(this.context, result);
    return undefined;
  }
}

function nameOf(step: Step): string {
  return step.name === undefined ? "a procedure" : `procedure "${step.name}"`;
}
