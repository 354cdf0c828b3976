// Prints what each entry exports, imported and required: `node entries.mjs <specifier>…`.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const found = {};
for (const specifier of process.argv.slice(2)) {
  found[specifier] = { imported: names(await import(specifier)), required: names(require(specifier)) };
}
console.log(JSON.stringify(found));

function names(exported) {
  // What Node adds for CommonJS's sake is nobody's name.
  return Object.keys(exported).filter((name) => name !== "__esModule" && name !== "module.exports").sort();
}
