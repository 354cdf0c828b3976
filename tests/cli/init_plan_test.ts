/** What `igniter init` plans for every combination of choices, without a disk. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DATABASES } from "../../cli/init/databases.ts";
import { applyEdits } from "../../cli/init/edits.ts";
import { FEATURES } from "../../cli/init/features.ts";
import { FRAMEWORKS } from "../../cli/init/frameworks.ts";
import type { InitOptions } from "../../cli/init/options.ts";
import { type Plan, planInit } from "../../cli/init/plan.ts";
import { filesBelow, root } from "../project.ts";
import { packTemplates } from "./pack_templates.ts";

const ALL: InitOptions = {
  name: "my-app",
  framework: "deno",
  features: ["store", "jobs", "realtime"],
  database: "none",
  docker: false,
  git: true,
  install: true,
  version: "0.1.0",
  cookieSecret: "the-secret-of-an-application-under-test",
  link: undefined,
};

/** Every choice of features, frameworks and databases. */
function* combinations(): Generator<InitOptions> {
  for (const { name: framework } of FRAMEWORKS) {
    for (const { name: database } of DATABASES) {
      for (let bits = 0; bits < 2 ** FEATURES.length; bits++) {
        const features = FEATURES.filter((_, at) => bits & 1 << at).map(({ name }) => name);
        yield { ...ALL, framework, database, features, docker: bits % 2 === 0 };
      }
    }
  }
}

function textsOf({ files }: Plan): Map<string, string> {
  return new Map(files.map(({ path, text }) => [path, text]));
}

Deno.test("R60 init plans every combination of choices, and each one changes the result", () => {
  const seen = new Map<string, string>();
  for (const options of combinations()) {
    const { files } = planInit(options);
    const choices = `${options.framework} ${options.database} ${options.features}`;
    const result = JSON.stringify(files);
    assertEquals(seen.get(result), undefined, choices);
    seen.set(result, choices);
    assertEquals(new Set(files.map(({ path }) => path)).size, files.length, choices);
  }
  assertEquals(seen.size, FRAMEWORKS.length * DATABASES.length * 2 ** FEATURES.length);
});

Deno.test("R60 what init leaves out is imported nowhere, and what it writes imports only what is there", () => {
  for (const options of combinations()) {
    const texts = textsOf(planInit(options));
    for (const [path, text] of texts) {
      for (const [, from = ""] of text.matchAll(/(?:from|import) "(\.[^"]+)"/g)) {
        const target = join(path, "..", from);
        assert(texts.has(target), `${options.framework} ${options.database} ${options.features}: ${path} → ${from}`);
      }
    }
    assertEquals(texts.has("src/services/store.ts"), options.features.includes("store"));
    assertEquals(texts.has("src/services/jobs.ts"), options.features.includes("jobs"));
    assertEquals(texts.has("src/features/notification/index.ts"), options.features.includes("realtime"));
  }
});

Deno.test("R60 init writes the demo app byte for byte when Deno and all features are chosen", () => {
  const texts = textsOf(planInit(ALL));
  const sources = filesBelow("cli/templates/app");
  assert(sources.length > 30);
  for (const file of sources) {
    assertEquals(texts.get(file.slice("cli/templates/app/".length)), Deno.readTextFileSync(join(root, file)), file);
  }
  const more = [...texts.keys()].filter((path) => !sources.includes(`cli/templates/app/${path}`));
  assertEquals(more, [".env", ".env.example", ".gitignore", "AGENTS.md", "README.md", "deno.json"]);
});

Deno.test("R60 the packed templates are those of the folders: deno task templates", () => {
  for (const [file, text] of Object.entries(packTemplates())) {
    assert(Deno.readTextFileSync(join(root, file)) === text, `${file} is stale: deno task templates`);
  }
});

Deno.test("R60 an edit that matches nothing, or twice, is refused", () => {
  const texts = { "a.ts": "one two two" };
  assertEquals(applyEdits(texts, [{ path: "a.ts", find: "one ", replace: "" }]), { "a.ts": "two two" });
  for (const find of ["three", "two"]) {
    assertThrows(() => applyEdits(texts, [{ path: "a.ts", find, replace: "" }]), TypeError, "Cannot edit a.ts");
  }
  assertThrows(() => applyEdits(texts, [{ path: "b.ts", find: "", replace: "" }]), TypeError, "Cannot edit b.ts");
});
