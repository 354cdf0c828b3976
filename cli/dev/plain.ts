/**
 * A session as plain lines, for where there is no terminal or nobody wants a screen.
 *
 * @module
 */
import type { DevEvent } from "../../server/ports/dev_feed.ts";
import { paint, type Style } from "../output.ts";
import type { Observer } from "./state.ts";

/** Writes what happens, each line behind the name of what it is of. */
export function createPlainOutput(write: (line: string) => void): Observer {
  let width = "Realtime".length;
  const put = (name: string, text: string, style: Style): void => {
    width = Math.max(width, name.length);
    write(`${paint(style, name.padEnd(width))} | ${text}`);
  };
  return {
    line: (process, { text, error }) => put(process, text, error ? "red" : "cyan"),
    event: (event) => {
      for (const text of toLines(event)) put(NAMES[event.kind], text, isFailure(event) ? "red" : "green");
    },
  };
}

const NAMES: Readonly<Record<DevEvent["kind"], string>> = { request: "API", job: "Jobs", connection: "Realtime" };

/** An event in words; progress is for screens alone. */
function toLines(event: DevEvent): string[] {
  const time = new Date(event.at).toTimeString().slice(0, 8);
  switch (event.kind) {
    case "request": {
      const { method, path, status, error } = event;
      const line = `${time} ${method.padEnd(4)} ${path} ${status} ${Math.round(event.ms)}ms`;
      return error === undefined || status < 500 ? [line] : [line, `         ${error.message}`];
    }
    case "job": {
      const { name, state, attempt, error, id } = event;
      if (state === "progress") return [];
      const took = event.ms === undefined ? "" : ` ${Math.round(event.ms)}ms`;
      const again = attempt === undefined || attempt === 1 ? "" : `, attempt ${attempt}`;
      const line = `${time} ${name} ${state}${again}${took} (${id})`;
      return error === undefined ? [line] : [line, `         ${error.message}`];
    }
    case "connection": {
      const { state, topics, identity, ms } = event;
      const who = identity === undefined ? "" : ` ${identity}`;
      const took = ms === undefined ? "" : ` after ${Math.round(ms / 1000)}s`;
      return [`${time} ${state}${who}${took}${topics.length === 0 ? "" : `: ${topics.join(", ")}`}`];
    }
  }
}

function isFailure(event: DevEvent): boolean {
  return event.kind === "request" ? event.status >= 500 : event.kind === "job" && event.error !== undefined;
}
