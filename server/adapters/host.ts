/**
 * Which Host a request may name. Addresses are put together from text, by us on Node and by Deno itself, where `/`, `?`
 * or `@` in a Host would change their other parts.
 *
 * @module
 */

const HOST: RegExp = /^(?:[\w.~-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/** Whether a text is a host, with or without a port, and no more. */
export function isHost(text: string): boolean {
  return HOST.test(text);
}

/** Makes the test whether the address of one of Deno's requests is made of a host and what was asked of it. */
export function createHostCheck(): (request: Request) => boolean {
  // Most servers are called by one name.
  let last = "";
  const accepts = (host: string): boolean => {
    if (host === last) return true;
    if (!isHost(host) || !URL.canParse(`http://${host}`)) return false;
    last = host;
    return true;
  };
  return (request) => {
    const { url } = request;
    const start = url.indexOf("//") + 2;
    const end = url.indexOf("/", start);
    if (end < 0 || !accepts(url.slice(start, end))) return false;
    // The target begins with a slash. With no other one in the address the Host ends here; with more of them it may end
    // at each, which only the header tells, and reading that is what takes time.
    if (url.indexOf("/", end + 1) < 0) return true;
    const host = request.headers.get("host");
    // Without one Deno takes the server's address.
    return host === null || host === "" || accepts(host);
  };
}
