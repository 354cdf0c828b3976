/**
 * Everything that is known of one request, job or connection, as lines to read.
 *
 * @module
 */
import type { DevConnectionEvent, DevJobEvent, DevRequestEvent } from "../../../server/ports/dev_feed.ts";
import { jobsOf, lookOfStatus } from "./entries.ts";
import type { Line, Look } from "./paint.ts";
import { connectionsOf, type Snapshot, type Tab } from "./tabs.ts";
import { clean } from "./text.ts";
import { toClock, toDuration } from "./time.ts";

/** Describes the entry of a tab's list that has this key; nothing when it is not kept any more. */
export function detailOf({ events, now }: Snapshot, { shows }: Tab, key: unknown): readonly Line[] | undefined {
  if ("process" in shows) return undefined;
  if (shows.events === "request") {
    const request = events.find((event) => event === key);
    return request?.kind === "request" ? requestLines(request) : undefined;
  }
  if (shows.events === "job") {
    const job = jobsOf(events).find((one) => one.key === key);
    return job && jobLines(job.steps);
  }
  const connection = connectionsOf(events).find(({ first }) => first === key);
  return connection && connectionLines(connection.first, connection.closed, connection.open, now);
}

function requestLines({ method, path, status, key, at, ms, input = {}, error }: DevRequestEvent): Line[] {
  return [
    [{ text: clean(`${method} ${path}`), look: "bold" }],
    field("Status", String(status), lookOfStatus(status)),
    field("Action", clean(key ?? "none")),
    field("Started", toMoment(at)),
    field("Took", toMilliseconds(ms)),
    ...value("Params", input.params),
    ...value("Query", input.query),
    ...value("Body", input.body),
    ...failure(error),
  ];
}

function jobLines(steps: readonly [DevJobEvent, ...DevJobEvent[]]): Line[] {
  const [{ name, queue, id }] = steps;
  return [
    [{ text: clean(name), look: "bold" }],
    field("Queue", clean(queue)),
    field("Id", clean(id)),
    [],
    ...steps.flatMap(({ at, state, attempt, ms, progress, error }) => [
      plain(
        [
          toMoment(at),
          state.padEnd(9),
          attempt === undefined ? "" : `attempt ${attempt}`,
          ms === undefined ? "" : toMilliseconds(ms),
        ].filter((text) => text !== "").join(" "),
      ),
      ...value("Progress", progress),
      ...failure(error),
    ]),
  ];
}

function connectionLines(
  first: DevConnectionEvent,
  closed: DevConnectionEvent | undefined,
  open: boolean,
  now: number,
): Line[] {
  const ms = open ? now - first.at : closed?.ms;
  return [
    [{ text: `Event connection ${first.id}`, look: "bold" }],
    field("State", open ? "open" : "closed"),
    field("Identity", clean(first.identity ?? "none")),
    ...(first.state === "open" ? [field("Opened", toMoment(first.at))] : []),
    ...(closed === undefined ? [] : [field("Closed", toMoment(closed.at))]),
    ...(ms === undefined ? [] : [field("Lasted", toDuration(ms))]),
    ...heading("Topics"),
    ...first.topics.map((topic) => plain(`  ${topic}`)),
  ];
}

function field(name: string, text: string, look?: Look): Line {
  return [{ text: name.padEnd(10), look: "faint" }, { text, look }];
}

function heading(text: string): Line[] {
  return [[], [{ text, look: "bold" }]];
}

function plain(text: string): Line {
  return [{ text: clean(text) }];
}

function value(name: string, of: unknown): Line[] {
  if (of === undefined) return [];
  return [...heading(name), ...JSON.stringify(of, null, 2).split("\n").map(plain)];
}

function failure(
  error: { readonly code?: string; readonly message: string; readonly stack?: string } | undefined,
): Line[] {
  if (error === undefined) return [];
  const { code, message, stack } = error;
  const said = [code, message].filter((text) => text !== undefined && text !== "").join(": ");
  // A stack begins with the message, after the name of its class.
  const lines = stack?.split("\n") ?? [];
  const bad = said.split("\n").map((text): Line => [{ text: clean(text), look: "bad" }]);
  return [...heading("Error"), ...bad, ...lines.map(plain)];
}

function toMoment(at: number): string {
  return `${toClock(at)}.${String(Math.floor(at) % 1000).padStart(3, "0")}`;
}

function toMilliseconds(ms: number): string {
  return `${Math.round(ms * 100) / 100} ms`;
}
