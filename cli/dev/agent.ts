/**
 * The agent: what `igniter dev` loads into the application's process before the application. It waits for what the
 * framework tells (`server/ports/dev_feed.ts`) and passes it on, line by line, to the session that started the process.
 *
 * It is text, written to a temporary file: the CLI may be a remote module, and Node must be able to load it. It connects
 * when there is something to tell, so that processes without an application (npm, Next's own) never do, and it never
 * keeps a process alive.
 *
 * @module
 */
import { DEV_FEED } from "../../server/ports/dev_feed.ts";

/** Where the agent finds the session's port. */
export const PORT_VARIABLE = "IGNITER_DEV_PORT";
/** Where it finds the word by which the session knows its own processes. */
export const TOKEN_VARIABLE = "IGNITER_DEV_TOKEN";

/** Bytes that may wait for a session that does not read; what comes beyond them is not told. */
const MAX_WAITING = 4_194_304;

/** The agent's source: JavaScript for Deno's `--preload` and Node's `--import`. */
export function agentText(): string {
  return `// Written by "igniter dev", which removes it when it ends.
import { createConnection } from "node:net";
import process from "node:process";

const port = Number(process.env.${PORT_VARIABLE});
const token = process.env.${TOKEN_VARIABLE};
let socket;

function connect() {
  const made = createConnection({ host: "127.0.0.1", port });
  made.unref();
  made.setNoDelay(true);
  made.on("error", () => {});
  made.on("close", () => {
    if (socket === made) socket = undefined;
  });
  made.write(token + "\\n");
  return made;
}

if (port > 0 && token) {
  globalThis[Symbol.for(${JSON.stringify(DEV_FEED)})] = (event) => {
    const line = JSON.stringify(event) + "\\n";
    socket ??= connect();
    if (socket.writableLength < ${MAX_WAITING}) socket.write(line);
  };
}
`;
}
