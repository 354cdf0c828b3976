/**
 * What `useJob` does: starts a job, follows it, cancels it. Loaded with the first of them.
 *
 * ```text
 * idle ──start──► waiting ◄──► active ──► completed, failed, cancelled
 *                    └── the mutation failed ──► failed
 * ```
 *
 * Each start is a *turn*; what belongs to an earlier one is not shown any more.
 *
 * @module
 */
import type { Failure } from "../server/contract/error.ts";
import { CANCEL_JOB, jobChannel, type JobTicket, type JobView } from "../server/contract/job.ts";
import { configureBy } from "./connection_settings.ts";
import { failed, type Outcome } from "./outcome.ts";
import { toError } from "./methods.ts";
import type { Realtime } from "./provider.ts";
import type { Target } from "./query_options.ts";
import type { CallInput } from "./request.ts";

/** What the hook is told. */
export interface JobGiven {
  /** The ticket of an earlier job. */
  readonly job?: JobTicket | null | undefined;
  /** It told its progress. */
  readonly onProgress?: (progress: unknown) => void;
  /** It completed. */
  readonly onSuccess?: (data: unknown) => void;
  /** It failed. */
  readonly onError?: (error: Error) => void;
}

/** What is shown. */
export interface ShownJob {
  /** Where it stands. */
  readonly status: JobView["status"] | "idle";
  /** Its ticket. */
  readonly job?: JobTicket | undefined;
  /** What its handler last told. */
  readonly progress?: unknown;
  /** Its result. */
  readonly data?: unknown;
  /** Why it failed, or cannot be followed. */
  readonly error: Error | null;
}

/** The job of one component. What is asked of it is named, so that the hook needs one function for all. */
export interface ComponentJob {
  /** Starts one with an input. */
  start(given?: object): unknown;
  /** Cancels it. */
  cancel(given?: object): unknown;
  /** Forgets it. */
  reset(given?: object): unknown;
  /** The component is on the page; without what it is told, it is not. */
  show(given?: object): unknown;
}

/** Milliseconds after which a job that cannot be followed is asked for again. */
const LATER = 5_000;

/** Makes the job of a component; `latest` holds what the component and the provider say now. */
export function createJob(
  { engine, key }: Target,
  latest: { readonly current: readonly [given: JobGiven, realtime: Realtime] },
  see: (shown: ShownJob) => void,
): ComponentJob {
  let shown: ShownJob = { status: "idle", error: null };
  let ticket: JobTicket | undefined;
  let sending: Promise<unknown> | undefined;
  let visible = false;
  let turn = 0;
  let stop: (() => void) | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const put = (next: ShownJob) => see(shown = next);

  const rest = () => {
    clearTimeout(timer);
    stop?.();
    stop = undefined;
  };

  const begin = (next?: JobTicket) => {
    rest();
    ticket = next;
    sending = undefined;
    return ++turn;
  };

  const isOver = () => !["waiting", "active"].includes(shown.status);

  const tell = ({ status, progress = shown.progress, data, error }: JobView) => {
    if (isOver()) return;
    const [{ onProgress, onSuccess, onError }] = latest.current;
    const told = progress !== shown.progress;
    const problem = error ? toError(error) : null;
    put({ status, job: ticket, progress, data, error: problem });
    if (told) onProgress?.(progress);
    if (status === "completed") onSuccess?.(data);
    if (problem) onError?.(problem);
    if (isOver()) rest();
  };

  /** Follows the job while the component is on the page. */
  const follow = async () => {
    if (!visible || !ticket || stop || isOver()) return;
    const mine = turn;
    const { id, token } = ticket;
    const connection = await engine.events();
    if (!visible || mine !== turn || stop) return;
    configureBy(connection, latest.current[1].settings);
    const cannot = (failure: Failure) => {
      // The server has decided: there is nothing to be seen with this ticket.
      if (["ERR_FORBIDDEN", "ERR_NOT_FOUND"].includes(failure.code)) return tell({ status: "failed", error: failure });
      put({ ...shown, error: toError(failure) });
      // A connection that was given up is the page's to make anew; then this is asked for again by itself.
      if (connection.state === "error") return;
      rest();
      timer = setTimeout(() => followOrSay(), LATER);
    };
    stop = connection.subscribe(jobChannel(id), { query: { token } }, {
      onOpen: (view) => mine === turn && tell(view as JobView),
      onMessage: (view) => mine === turn && tell(view as JobView),
      onState: (state, failure) => {
        if (mine === turn && state === "error" && failure) cannot(failure);
      },
    });
  };

  const followOrSay = () => {
    follow().catch((cause) => put({ ...shown, error: failed(cause).error as Error }));
  };

  return {
    async start(input?: CallInput): Promise<Outcome> {
      const mine = begin();
      put({ status: "waiting", error: null });
      const call = engine.call(key, "mutation", input);
      sending = call;
      const { data, error } = await call;
      const result = error ? failed(toError(error)) : { data, error };
      if (mine !== turn) return result;
      if (error) tell({ status: "failed", error });
      else if (isTicket(data)) {
        ticket = data;
        put({ ...shown, job: data });
        followOrSay();
      } else tell({ status: "completed", data });
      return result;
    },
    async cancel(): Promise<Outcome> {
      await sending;
      if (!ticket) return { data: false, error: null };
      const { id, token } = ticket;
      const { data, error } = await engine.call(CANCEL_JOB, "mutation", { body: { id, token } });
      return error ? failed(toError(error)) : { data, error };
    },
    reset(): void {
      begin();
      put({ status: "idle", error: null });
    },
    show(given?: JobGiven): void {
      visible = !!given;
      if (!given) return rest();
      const { job } = given;
      if (job && job.id !== ticket?.id) {
        begin(job);
        put({ status: "waiting", job, error: null });
      }
      followOrSay();
    },
  };
}

function isTicket(data: unknown): data is JobTicket {
  const { id, job, token } = Object(data);
  return [id, job, token].every((part) => typeof part === "string");
}
