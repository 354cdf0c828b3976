/**
 * `deno task doc:lint`: lints the documentation of all entries in one call, since a type that one entry exports may
 * stand in the signature of another.
 *
 * @module
 */
import { entryFiles, root } from "./project.ts";

const command = new Deno.Command(Deno.execPath(), {
  args: ["doc", "--lint", ...entryFiles()],
  cwd: root,
  env: { RUST_BACKTRACE: "0" },
});
Deno.exit((await command.spawn().status).code);
