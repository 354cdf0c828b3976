/**
 * The one onion: procedures in their order, then the handler.
 *
 * A step that returns without calling `next()` has the rest run after it, in a plain loop and without a promise as long
 * as everybody is synchronous. A step that calls `next()` has the rest run inside of it; what it returns (or, returning
 * nothing, what `next()` gave) is the answer.
 *
 * @module
 */
import { frameworkName } from "./context.ts";
import { isPlainObject, isThenable, type MaybePromise } from "./plain.ts";
import type { Realtime } from "./ports/realtime.ts";
import type { Step } from "./procedure.ts";
import { ReplyValue, toReply } from "./reply.ts";
import type { IncomingRequest } from "./request.ts";
import type { ResponderValue } from "./reply.ts";

/** What flows through the onion. */
export interface Flow {
  readonly request: IncomingRequest;
  readonly response: ResponderValue;
  readonly context: Record<string, unknown>;
  readonly realtime: Realtime;
  /** What stands behind the last step. */
  terminal(): MaybePromise<ReplyValue>;
}

/** Runs the steps from `index`, then the flow's terminal. */
export function runSteps(steps: readonly Step[], index: number, flow: Flow): MaybePromise<ReplyValue> {
  for (let i = index; i < steps.length; i++) {
    const step = steps[i] as Step;
    const turn = new Turn(flow, steps, i + 1);
    const result = step.handler(step.options, turn);
    if (isThenable(result)) {
      return Promise.resolve(result).then((value) => turn.settle(step, value) ?? runSteps(steps, i + 1, flow));
    }
    const answer = turn.settle(step, result);
    if (answer !== undefined) return answer;
  }
  return flow.terminal();
}

/** What one step receives; `next` is its own. */
class Turn {
  readonly request: IncomingRequest;
  readonly response: ResponderValue;
  readonly context: Record<string, unknown>;
  readonly #flow: Flow;
  readonly #steps: readonly Step[];
  /** Where the rest begins. */
  readonly #rest: number;
  #forwarded: Promise<ReplyValue> | undefined = undefined;
  /** Whether what follows has failed before the step answered, so that its answer is made in knowledge of that. */
  #failed = false;

  constructor(flow: Flow, steps: readonly Step[], rest: number) {
    this.request = flow.request;
    this.response = flow.response;
    this.context = flow.context;
    this.#flow = flow;
    this.#steps = steps;
    this.#rest = rest;
  }

  get realtime(): Realtime {
    return this.#flow.realtime;
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
    this.#forwarded.catch(() => this.#failed = true);
    return this.#forwarded;
  }

  async #run(added: unknown): Promise<ReplyValue> {
    if (added !== undefined) {
      if (!isPlainObject(added)) throw added;
      addTo(this.context, added);
    }
    return await runSteps(this.#steps, this.#rest, this.#flow);
  }

  /** What a step's result means; `undefined`: go on with the next step. */
  settle(step: Step, result: unknown): ReplyValue | Promise<ReplyValue> | undefined {
    const forwarded = this.#forwarded;
    if (result === undefined || result === null) return forwarded;
    if (result instanceof ReplyValue || result instanceof Response) {
      // A step that answers for itself while what follows still runs: wait for that, so that it cannot outlive the request.
      return forwarded === undefined || this.#failed ? toReply(result) : forwarded.then(() => toReply(result));
    }
    if (result instanceof Error) throw result;
    if (!isPlainObject(result)) {
      throw new TypeError(
        `Cannot go on after ${nameOf(step)}: it returned ${typeof result}, not an object, a reply or nothing`,
      );
    }
    if (forwarded !== undefined) {
      throw new TypeError(`Cannot add to the context after ${nameOf(step)} called next(): give it to next({ … })`);
    }
    addTo(this.context, result);
    return undefined;
  }
}

/** Adds to a context. @throws TypeError for a name that is the framework's: what follows relies on it. */
function addTo(context: Record<string, unknown>, added: Record<string, unknown>): void {
  const taken = frameworkName(added);
  if (taken !== undefined) {
    throw new TypeError(`Cannot add "${taken}" to the context: the name is the framework's`);
  }
  Object.assign(context, added);
}

function nameOf(step: Step): string {
  return step.name === undefined ? "a procedure" : `procedure "${step.name}"`;
}
