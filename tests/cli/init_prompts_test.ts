/** The questions of `igniter init`, answered by keys in a real terminal. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "../project.ts";
import { openPane, testWithTmux } from "./_tmux.ts";

const IGNITER = [
  Deno.execPath(),
  "run",
  "-A",
  "--quiet",
  "--config",
  Deno.env.get("IGNITER_CLI_CONFIG") ?? join(root, "deno.json"),
  join(root, "cli/main.ts"),
];

testWithTmux("R60 init asks on a terminal, and writes what was answered", async () => {
  const cwd = Deno.makeTempDirSync({ prefix: "igniter-init-" });
  try {
    const argv = [...IGNITER, "init", "--no-install", "--no-git"];
    await using pane = await openPane(argv, { cwd, columns: 100, rows: 60 });
    await pane.shows("Where is the project to be?");
    await pane.type("my-app");
    await pane.press("Enter");
    await pane.shows("What serves it?");
    await pane.shows("Deno");
    await pane.press("Down", "Enter");
    await pane.shows("Which features?");
    // All are chosen; jobs is the second.
    await pane.press("Down", "Space", "Enter");
    await pane.shows("What keeps its tables?");
    await pane.press("Down", "Enter");
    await pane.shows("Write files for Docker?");
    await pane.press("y");
    const lines = await pane.shows("Begin?");
    assertEquals(lines.some((line) => line.includes("A project in")), true, lines.join("\n"));
    assertEquals(existsSync(join(cwd, "my-app")), false);
    await pane.press("Enter");
    const screen = (await pane.shows("deno task dev")).join("\n");
    assertStringIncludes(screen, "cd my-app");

    const read = (path: string) => Deno.readTextFileSync(join(cwd, "my-app", path));
    assertStringIncludes(read("src/igniter.server.ts"), "new Hono()");
    assertStringIncludes(read("src/services/database.ts"), "createSqliteDatabase");
    assertStringIncludes(read("docker-compose.yml"), "redis:");
    assertEquals(existsSync(join(cwd, "my-app/src/services/jobs.ts")), false);
    assertEquals(existsSync(join(cwd, "my-app/src/services/store.ts")), true);
    assertEquals(existsSync(join(cwd, "my-app/src/features/notification")), true);
  } finally {
    Deno.removeSync(cwd, { recursive: true });
  }
});

testWithTmux("R60 init leaves nothing behind when Ctrl-C answers a question", async () => {
  const cwd = Deno.makeTempDirSync({ prefix: "igniter-init-" });
  try {
    await using pane = await openPane(["sh", "-c", '"$@"; echo "ended with $?"', "sh", ...IGNITER, "init", "my-app"], {
      cwd,
      columns: 100,
      rows: 40,
    });
    await pane.shows("What serves it?");
    await pane.press("Enter");
    await pane.shows("Which features?");
    await pane.press("C-c");
    await pane.shows("Nothing was written.");
    await pane.shows("ended with 130");
    assertEquals([...Deno.readDirSync(cwd)], []);
  } finally {
    Deno.removeSync(cwd, { recursive: true });
  }
});

testWithTmux("R60 init on a terminal asks only for what no flag says, and nothing with --yes", async () => {
  const cwd = Deno.makeTempDirSync({ prefix: "igniter-init-" });
  try {
    const flags = ["--framework", "express", "--features", "none", "--docker", "--no-install", "--no-git"];
    {
      await using pane = await openPane([...IGNITER, "init", "asked", ...flags], { cwd, columns: 100, rows: 60 });
      await pane.shows("What keeps its tables?");
      await pane.press("Enter");
      const screen = (await pane.shows("Begin?")).join("\n");
      for (const question of ["What serves it?", "Which features?", "Docker?"]) {
        assertEquals(screen.includes(question), false, screen);
      }
      await pane.press("n");
      await pane.shows("Nothing was written.");
    }
    await using pane = await openPane([...IGNITER, "init", "told", ...flags, "--yes"], { cwd, columns: 100, rows: 60 });
    await pane.shows("deno task dev");
    assertEquals([...Deno.readDirSync(cwd)].map(({ name }) => name), ["told"]);
  } finally {
    Deno.removeSync(cwd, { recursive: true });
  }
});
