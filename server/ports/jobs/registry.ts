/**
 * Jobs at run time: what `register`, `cron`, `router` and `merge` make of what an author wrote, checked where it was
 * written.
 *
 * @module
 */
import { checkName } from "../../contract/keys.ts";
import { isSchema, type Schema } from "../../contract/schema.ts";
import type { Job, JobHandlerContext, JobRouter } from "./definition.ts";
import type { JobOptions } from "./options.ts";
import { checkDefinitionOptions, DEFINITION_OPTIONS } from "./settle.ts";

/** A hook, whatever it is called with. */
export type AnyHook = (event: never, ...rest: never[]) => unknown;

/** Hooks by name. */
export type HookSet = { readonly [N in HookName]?: AnyHook | undefined };

/** A hook's name. */
export type HookName = "onStart" | "onProgress" | "onSuccess" | "onRetry" | "onFailure" | "onComplete";

/** When a timetable starts a job. */
export interface CronPlan {
  /** The pattern. */
  readonly pattern: string;
  /** An IANA name. */
  readonly timeZone: string;
  /** Leaves a run out when the one before has not finished. */
  readonly skipIfRunning: boolean;
}

/** A job as engines and workers know it. */
export interface RegisteredJob {
  /** `namespace.name`: what it is called everywhere. */
  readonly key: string;
  /** Its namespace: the key its router was merged under. */
  readonly namespace: string;
  /** Its name: the key it has in its router. */
  readonly name: string;
  /** The schema of its input. */
  readonly input: Schema;
  /** The schema of its progress. */
  readonly progress: Schema | undefined;
  /** Its options; those given at enqueue win. */
  readonly options: JobOptions;
  /** The timetable that starts it. */
  readonly cron: CronPlan | undefined;
  /** Does the work. */
  readonly handler: (ctx: JobHandlerContext<unknown, never>) => unknown;
  /** The job's hooks, then its router's. */
  readonly hooks: readonly HookSet[];
}

/** Merged jobs. */
export interface Registry {
  /** By namespace and name. */
  readonly namespaces: ReadonlyMap<string, ReadonlyMap<string, RegisteredJob>>;
  /** By key. */
  readonly jobs: ReadonlyMap<string, RegisteredJob>;
  /** The queues they wait in. */
  readonly queues: readonly string[];
}

/** Gives the next time of a pattern strictly after `after`, both in milliseconds. @throws for a pattern or time zone that does not exist. */
export type NextCron = (pattern: string, timeZone: string, after: number) => number;

interface JobRecord extends Pick<RegisteredJob, "input" | "progress" | "options" | "cron" | "handler"> {
  readonly hooks: HookSet;
}

interface RouterRecord {
  readonly jobs: ReadonlyMap<string, JobRecord>;
  readonly hooks: HookSet;
}

/** What authors hold is a type with a phantom; behind it is the record. */
class Defined<T> {
  readonly "~record": T;
  constructor(record: T) {
    this["~record"] = record;
  }
}

const HOOKS: readonly HookName[] = ["onStart", "onProgress", "onSuccess", "onRetry", "onFailure", "onComplete"];
const PLAIN: ReadonlySet<string> = new Set(["name", "description", "progress", "handler", ...HOOKS]);
const RESERVED: ReadonlySet<string> = new Set(["enqueue", "schedule", "bulk"]);

interface Written {
  readonly [name: string]: unknown;
}

/** Makes a job. @throws TypeError for what cannot be meant. */
export function defineJob(written: Written): Job<never, never, never, never> {
  const what = checkJobName(written);
  if (!isSchema(written["input"])) throw new TypeError(`Cannot ${what}: input is not a schema`);
  return toJob(what, written, written["input"], undefined, ["input"]);
}

/** Makes a job that a timetable starts. @throws TypeError for what cannot be meant. */
export function defineCron(written: Written, nextCron: NextCron): Job<never, never, never, never> {
  const what = checkJobName(written);
  const { cron, timeZone = "UTC", skipIfRunning = false } = written;
  if (typeof cron !== "string") throw new TypeError(`Cannot ${what}: cron is not a string`);
  if (typeof timeZone !== "string") throw new TypeError(`Cannot ${what}: timeZone is not a string`);
  if (typeof skipIfRunning !== "boolean") throw new TypeError(`Cannot ${what}: skipIfRunning is not a boolean`);
  for (const name of ["repeat", "delay"]) {
    if (written[name] !== undefined) throw new TypeError(`Cannot ${what}: a timetable takes no ${name}`);
  }
  const fields = cron.trim().split(/\s+/).length;
  if (!cron.startsWith("@") && fields !== 5 && fields !== 6) {
    throw new TypeError(`Cannot ${what}: "${cron}" is no timetable: it has neither five fields nor six`);
  }
  try {
    nextCron(cron, timeZone, 0);
  } catch (cause) {
    throw new TypeError(`Cannot ${what}: "${cron}" in time zone "${timeZone}" is no timetable`, { cause });
  }
  return toJob(what, written, NOTHING, { pattern: cron, timeZone, skipIfRunning }, [
    "cron",
    "timeZone",
    "skipIfRunning",
  ]);
}

/** Makes a router. @throws TypeError for what cannot be meant. */
export function defineJobRouter(written: Written): JobRouter<never, never> {
  const { namespace, jobs } = written;
  checkNamespace(namespace);
  const what = `make job router "${namespace}"`;
  if (typeof jobs !== "object" || jobs === null) throw new TypeError(`Cannot ${what}: it has no jobs`);
  for (const name in written) {
    if (name !== "namespace" && name !== "jobs" && !(HOOKS as readonly string[]).includes(name)) {
      throw new TypeError(`Cannot ${what}: there is no option "${name}"`);
    }
  }
  const records = new Map<string, JobRecord>();
  for (const [name, job] of Object.entries(jobs)) {
    checkName("the name of a job", name);
    if (RESERVED.has(name)) {
      throw new TypeError(`Cannot ${what}: "${name}" is reserved and cannot be the name of a job`);
    }
    if (!(job instanceof Defined)) {
      throw new TypeError(`Cannot ${what}: "${name}" was not made by register() or cron()`);
    }
    records.set(name, job["~record"] as JobRecord);
  }
  return new Defined<RouterRecord>({ jobs: records, hooks: toHooks(what, written) }) as unknown as JobRouter<
    never,
    never
  >;
}

/** Puts routers together. @throws TypeError for what was not made by `router()`. */
export function mergeRouters(routers: object): Registry {
  const namespaces = new Map<string, ReadonlyMap<string, RegisteredJob>>();
  const all = new Map<string, RegisteredJob>();
  const queues = new Set<string>();
  for (const [namespace, router] of Object.entries(routers)) {
    checkNamespace(namespace);
    if (!(router instanceof Defined) || !("jobs" in (router["~record"] as object))) {
      throw new TypeError(`Cannot merge jobs: "${namespace}" was not made by router()`);
    }
    const { jobs, hooks } = router["~record"] as RouterRecord;
    const group = new Map<string, RegisteredJob>();
    for (const [name, record] of jobs) {
      const key = `${namespace}.${name}`;
      const job = { ...record, key, namespace, name, hooks: [record.hooks, hooks] };
      group.set(name, job);
      all.set(key, job);
      queues.add(record.options.queue ?? namespace);
    }
    namespaces.set(namespace, group);
  }
  return { namespaces, jobs: all, queues: [...queues] };
}

/** The input of jobs that take none. */
const NOTHING: Schema<void, void> = {
  "~standard": {
    version: 1,
    vendor: "igniter",
    validate: (value: unknown) =>
      value === undefined || value === null
        ? { value: undefined }
        : { issues: [{ message: "This job takes no input", path: [] }] },
  },
};

function checkJobName(written: Written | undefined): string {
  const name = written?.["name"];
  if (typeof name !== "string" || name === "") throw new TypeError("Cannot register a job: it has no name");
  return `register job "${name}"`;
}

function checkNamespace(namespace: unknown): asserts namespace is string {
  if (typeof namespace !== "string") throw new TypeError("Cannot make a job router: it has no namespace");
  checkName("a namespace of jobs", namespace);
  if (namespace.includes(":")) throw new TypeError(`Cannot use "${namespace}" as a namespace of jobs: it has a ":"`);
}

function toJob(
  what: string,
  written: Written,
  input: Schema,
  cron: CronPlan | undefined,
  more: readonly string[],
): Job<never, never, never, never> {
  const { handler, progress } = written;
  if (typeof handler !== "function") throw new TypeError(`Cannot ${what}: handler is not a function`);
  if (progress !== undefined && !isSchema(progress)) throw new TypeError(`Cannot ${what}: progress is not a schema`);
  const options: Record<string, unknown> = {};
  for (const name in written) {
    if (DEFINITION_OPTIONS.has(name)) options[name] = written[name];
    else if (!PLAIN.has(name) && !more.includes(name)) {
      throw new TypeError(`Cannot ${what}: there is no option "${name}"`);
    }
  }
  checkDefinitionOptions(what, options);
  const record: JobRecord = {
    input,
    progress,
    options,
    cron,
    handler: handler as RegisteredJob["handler"],
    hooks: toHooks(what, written),
  };
  return new Defined(record) as unknown as Job<never, never, never, never>;
}

function toHooks(what: string, written: Written): HookSet {
  const hooks: { [N in HookName]?: AnyHook } = {};
  for (const name of HOOKS) {
    const hook = written[name];
    if (hook === undefined) continue;
    if (typeof hook !== "function") throw new TypeError(`Cannot ${what}: ${name} is not a function`);
    hooks[name] = hook as AnyHook;
  }
  return hooks;
}
