/** `igniter init` on a disk, without a terminal: what it refuses, what it keeps, what it runs. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "../project.ts";
import { igniter } from "./_cli.ts";

/** A folder of the test's own, with the path of one in it that is not there. */
function makePlace(): { readonly folder: string; readonly app: string } & Disposable {
  const folder = Deno.makeTempDirSync({ prefix: "igniter-init-" });
  return { folder, app: join(folder, "My App"), [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }) };
}

function listFolder(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("R60 init without a terminal asks nothing: flags and defaults decide", async () => {
  using place = makePlace();
  const { code, stdout, stderr } = await igniter(["init", "My App", "--no-install"], { cwd: place.folder });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertStringIncludes(stdout, "src/features/user/");
  assertStringIncludes(stdout, "$ git init");
  assertMatch(stdout, /Next\n {2}cd 'My App'\n {2}deno install\n {2}deno task dev\n$/);
  assert(existsSync(join(place.app, ".git/HEAD")));
  assert(existsSync(join(place.app, "src/services/jobs.ts")));
  assertStringIncludes(Deno.readTextFileSync(join(place.app, "README.md")), "# my-app\n");
  const { imports, links } = JSON.parse(Deno.readTextFileSync(join(place.app, "deno.json")));
  assertMatch(imports["@igniter-js/core"], /^jsr:@igniter-js\/core@\^\d/);
  assertEquals(links, undefined);
});

Deno.test("R60 init gives each project a secret of its own, which git ignores", async () => {
  using place = makePlace();
  const secrets = await Promise.all(["a", "b"].map(async (name) => {
    const app = join(place.folder, name);
    await igniter(["init", app, "--no-install", "--no-git", "--features", "none"]);
    assertStringIncludes(Deno.readTextFileSync(join(app, ".gitignore")), ".env\n");
    assertMatch(Deno.readTextFileSync(join(app, ".env.example")), /^# COOKIE_SECRET=$/m);
    return /^COOKIE_SECRET=(.{32,})$/m.exec(Deno.readTextFileSync(join(app, ".env")))?.[1];
  }));
  assert(secrets[0] !== undefined && secrets[1] !== undefined && secrets[0] !== secrets[1]);
});

Deno.test("R60 init refuses a folder that is not empty, and with --force writes its own files alone", async () => {
  using place = makePlace();
  Deno.mkdirSync(place.app);
  const mine = { "main.ts": "mine", "notes.txt": "mine", ".env": "mine" };
  for (const [name, text] of Object.entries(mine)) Deno.writeTextFileSync(join(place.app, name), text);
  const args = ["init", place.app, "--no-install", "--no-git"];

  const refused = await igniter(args);
  assertEquals([refused.code, refused.stdout], [1, ""]);
  assertStringIncludes(refused.stderr, "Cannot begin a project in");
  assertStringIncludes(refused.stderr, "--force");
  assertEquals(listFolder(place.app), Object.keys(mine).sort());

  const forced = await igniter([...args, "--force"]);
  assertEquals([forced.code, forced.stderr], [0, ""]);
  assertStringIncludes(forced.stdout, "kept .env");
  assertEquals(Deno.readTextFileSync(join(place.app, "notes.txt")), "mine");
  // It may hold what exists nowhere else.
  assertEquals(Deno.readTextFileSync(join(place.app, ".env")), "mine");
  assertStringIncludes(Deno.readTextFileSync(join(place.app, "main.ts")), "createApp");
});

Deno.test("R60 init looks at everything before it writes anything", async () => {
  using place = makePlace();
  Deno.mkdirSync(join(place.app, "README.md"), { recursive: true });
  const blocked = await igniter(["init", place.app, "--force", "--no-install", "--no-git"]);
  assertEquals(blocked.code, 1);
  assertStringIncludes(blocked.stderr, "README.md: it is a folder");
  assertEquals(listFolder(place.app), ["README.md"]);

  const file = join(place.folder, "file");
  Deno.writeTextFileSync(file, "");
  const onFile = await igniter(["init", file, "--force"]);
  assertEquals(onFile.code, 1);
  assertStringIncludes(onFile.stderr, "it is a file");
});

Deno.test("R60 init begins no git repository inside of one", async () => {
  using place = makePlace();
  Deno.mkdirSync(join(place.folder, ".git"));
  const { code, stdout } = await igniter(["init", place.app, "--no-install"]);
  assertEquals(code, 0);
  assert(!stdout.includes("git init"), stdout);
  assert(!existsSync(join(place.app, ".git")));
});

Deno.test("R60 init names what it does not know", async () => {
  using place = makePlace();
  const wrong: [args: string[], code: number, message: string][] = [
    [["--framework", "rails"], 2, "rails"],
    [["--features", "store,mail"], 2, 'Unknown feature "mail". There are store, jobs, realtime, and none.'],
    [["--features", "jobs,none"], 2, '"none" is without other features'],
    [["--database", "oracle"], 2, "oracle"],
    [["--link", place.folder], 1, "Cannot link"],
    [["--link", join(root, "links/std_assert")], 1, "it is the package @std/assert"],
  ];
  await Promise.all(wrong.map(async ([args, code, message]) => {
    const finished = await igniter(["init", place.app, ...args]);
    assertEquals(finished.code, code, finished.stderr);
    assertStringIncludes(finished.stderr, message);
  }));
  assert(!existsSync(place.app));
});

Deno.test("R60 init writes for Docker what the choices need", async () => {
  using place = makePlace();
  const compose = async (name: string, ...flags: string[]) => {
    const app = join(place.folder, name);
    const { code, stderr } = await igniter(["init", app, "--docker", "--no-install", "--no-git", ...flags]);
    assertEquals([code, stderr], [0, ""]);
    assert(existsSync(join(app, "Dockerfile")));
    const services = Deno.readTextFileSync(join(app, "docker-compose.yml")).split("\nvolumes:")[0] ?? "";
    return [...services.matchAll(/^ {2}(\w+):$/gm)].map(([, service]) => service);
  };
  assertEquals(await compose("all", "--database", "postgres"), ["app", "redis", "postgres"]);
  assertEquals(await compose("store", "--features", "store"), ["app", "redis"]);
  assertEquals(await compose("none", "--features", "none", "--database", "sqlite"), ["app"]);
});
