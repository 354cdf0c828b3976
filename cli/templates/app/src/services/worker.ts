import process from "node:process";

// Imported first by what serves the app: jobs run in its process. Tests and scripts only enqueue them.
process.env["JOBS_WORKER"] ??= "on";
