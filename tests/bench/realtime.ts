/**
 * `deno task bench:realtime`: how long it takes until a client of one server process knows what another process did.
 *
 * Two processes of the demo app on a Redis of their own. A user is created at A; measured is the time from the moment at
 * which A's reply is read to the one at which a core client at B has the announcement (a stream's message), the
 * revalidation of the list, and a page in Chromium at B the list that it has fetched again. One round at a time. What is
 * there before the reply is early, its time negative.
 *
 * `--rounds 500 --pages 100`
 *
 * @module
 */
import { parseArgs } from "node:util";
import {
  type DemoPair,
  measureMessages,
  measurePage,
  measureReplies,
  measureRevalidations,
  percentile,
  startDemoPair,
} from "../apps/demo_pair.ts";
import { launchBrowser } from "../browser/chromium.ts";
import { signIn } from "../browser/demo_page.ts";
import { startRedis } from "../redis.ts";
import { count } from "./figures.ts";

function show(what: string, times: readonly number[]): void {
  const [half, most, all] = [0.5, 0.99, 1].map((share) => percentile(times, share).toFixed(1).padStart(7));
  console.log(`${what.padEnd(42)} p50 ${half}   p99 ${most}   max ${all}   (${times.length} rounds)`);
}

async function measureInChromium(pair: DemoPair, rounds: number): Promise<void> {
  const browser = await launchBrowser();
  if (browser === undefined) return console.log("The page is not measured: no Chromium is installed");
  try {
    const page = await browser.newPage();
    await page.goto(pair.b.page);
    await signIn(page);
    await page.getByText("Live", { exact: true }).waitFor();
    const unwarmed = 10;
    const times = await measurePage(pair, page, unwarmed + rounds);
    show("to the list that the page at B fetched", times.slice(unwarmed));
  } finally {
    await browser.close();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: "string", default: "500" }, pages: { type: "string", default: "100" } },
  });
  await using redis = await startRedis();
  await using pair = await startDemoPair(redis.url);
  const rounds = count(values.rounds);
  // The first ones find code that is not compiled yet.
  await measureMessages(pair, 50);
  console.log(`Milliseconds from the reply at A; load ${Deno.loadavg()[0]?.toFixed(1)}`);
  show("(from the call to the reply itself)", await measureReplies(pair, rounds));
  show("to the stream's message at B's client", await measureMessages(pair, rounds));
  show("to the revalidation at B's client", await measureRevalidations(pair, rounds));
  await measureInChromium(pair, count(values.pages));
}

if (import.meta.main) await main();
