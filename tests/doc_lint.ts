/**
 * `deno task doc:lint`: lints the documentation of all entries in one call, since a type that one entry exports may
 * stand in the signature of another.
 *
 * `./client` may name TanStack's own types in its signatures (D21): users of its hooks have them from there.
 *
 * @module
 */
import { entryFiles, runDeno } from "./project.ts";

const tanstack = ["DataTag", "InfiniteData", "QueryClient", "QueryFunction", "QueryKey"].concat(
  ["UseInfiniteQueryOptions", "UseMutationOptions", "UseQueryOptions"],
);
const allowed = new RegExp(`references private type '(${tanstack.join("|")})'\\s+--> .*[/\\\\]client[/\\\\]`);

const { code, stderr } = await runDeno(["doc", "--lint", ...entryFiles()]);
// One finding begins where a line begins with "error[".
const findings = stderr.split(/^(?=error\[)/m).filter((part) => part.startsWith("error["));
const wrong = findings.filter((finding) => !allowed.test(finding));
if (wrong.length > 0 || code !== 0 && findings.length === 0) {
  console.error(wrong.join("") || stderr);
  Deno.exit(1);
}
console.log("The documentation of all entries is complete");
