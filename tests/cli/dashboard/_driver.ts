/**
 * A program that shows a dashboard on its terminal, and does to its session what a test asks for over HTTP.
 *
 * `deno run -A _driver.ts FILE`: writes its address into the file.
 *
 * @module
 */
import { runDashboard } from "../../../cli/dev/dashboard/dashboard.ts";
import { processTerminal } from "../../../cli/dev/dashboard/terminal.ts";
import { FakeSession, processOf } from "./_session.ts";

const [file = ""] = Deno.args;
const session = new FakeSession([processOf("Igniter"), processOf("Next.js", { status: "stopped", pid: undefined })]);
const terminal = processTerminal();
const writings: number[] = [];

const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: announce }, async (request) => {
  const asked = new URL(request.url).pathname.slice(1);
  const body = await request.json();
  switch (asked) {
    case "tell":
      session.tell(...body);
      break;
    case "write":
      for (const text of body.texts) session.write(body.name, text);
      break;
    case "throw":
      setTimeout(() => {
        throw new Error("It broke");
      });
      break;
    case "reject":
      Promise.reject(new Error("It broke"));
      break;
    case "exit":
      setTimeout(() => Deno.exit(3));
  }
  return Response.json({ asked: session.asked, writings });
});

function announce({ port }: Deno.NetAddr): void {
  // Whole at once: who waits for the file must not read half of it.
  Deno.writeTextFileSync(`${file}.new`, `http://127.0.0.1:${port}`);
  Deno.renameSync(`${file}.new`, file);
}

const write = (text: string) => {
  writings.push(text.length);
  terminal.write(text);
};
await runDashboard(session, { ...terminal, write });
await server.shutdown();
// Standard input cannot be left in the middle of a reading.
Deno.exit(0);
