/**
 * What a Node host does with the part of an upload that nobody has read once its response is ready.
 *
 * A small rest is read and thrown away, so that the next request on this connection can come. Node does this only for
 * bodies of which nothing has been read, and without a limit.
 *
 * With more than that the connection ends. The response says so where its head is not out yet: a client whose upload
 * is over just then would send its next request into the closing connection. But it does not end at once. A socket that is destroyed while bytes keep coming resets
 * the connection, and a reset takes from the client what it has received and not read yet: the answer. So first only our
 * side is closed, which tells a client that looks to stop; what comes is thrown away until the client closes, its upload
 * is over, or a bound in time or bytes is reached (RFC 9112, 9.6; nginx calls it lingering).
 *
 * @module
 */

import type { NodeRequest, NodeResponse } from "./node.ts";

/** How much is thrown away for the connection's sake. */
const REST = 1024 * 1024;
/** How much more is thrown away for the answer's sake, and for how many milliseconds. */
const LINGER = 64 * 1024 * 1024;
const LINGER_TIME = 5_000;

/** Whether more may be left of an upload than is thrown away for the connection's sake. */
export function isLong(req: NodeRequest): boolean {
  // Without a length it is NaN: a chunked upload may be of any size, unless it has come already.
  return !req.complete && !(Number(req.headers["content-length"]) <= REST);
}

/** What is used of Node's `Socket`. */
interface Socket {
  readonly destroyed: boolean;
  destroySoon?: () => void;
  end(): void;
  destroy(): void;
  on(event: "close", listener: () => void): void;
}

/** Lets go of the rest of an HTTP/1 upload. To be called before the response is ended. */
export function discardUnread(req: NodeRequest, res: NodeResponse): void {
  const socket = req.socket as Socket;
  let left = REST;
  let overrun = false;
  let sent = false;
  let lingering = false;

  function linger(): void {
    if (lingering || socket.destroyed) return;
    lingering = true;
    left = LINGER;
    const timer = setTimeout(() => socket.destroy(), LINGER_TIME);
    socket.on("close", () => clearTimeout(timer));
    socket.end();
    req.resume();
  }

  // Where the connection is to close after this response anyway, Node calls this, and would reset it.
  socket.destroySoon = linger;
  req.on("end", () => {
    delete socket.destroySoon;
    // Another request could not be answered any more. What is left of the answer is still sent.
    if (lingering) (socket.destroySoon ?? socket.destroy).call(socket);
  });
  req.on("data", (chunk) => {
    left -= (chunk as Uint8Array | string).length;
    if (left >= 0) return;
    if (lingering) return socket.destroy();
    if (sent) return linger();
    overrun = true;
    req.pause();
  });
  res.on("close", () => {
    sent = true;
    if (overrun) linger();
  });
  req.resume();
}
