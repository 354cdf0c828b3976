// Runs a program in a process group of its own: `node leader.mjs <milliseconds> <program> <argument>…`. The group ends
// with the program, after that time, and when whoever has started this is gone, however that went: stdin closes then.
import { spawn } from "node:child_process";
import process from "node:process";

const [limit, program, ...args] = process.argv.slice(2);
const child = spawn(program, args, { detached: true, stdio: ["ignore", "inherit", "inherit"] });

function end() {
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

setTimeout(end, Number(limit)).unref();
process.stdin.on("close", end).resume();
child.on("exit", (code) => {
  end();
  process.exit(code ?? 1);
});
