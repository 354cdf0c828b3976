"use client";
/**
 * `useJob`: a job as a component sees it. `job_types.ts` says what it takes and gives; what it does is loaded by pages
 * that use it.
 *
 * @module
 */
import * as React from "react";
import { useLatest } from "./hook_parts.ts";
import { failed } from "./outcome.ts";
import { RealtimeContext } from "./provider.ts";
import type { Target } from "./query_options.ts";
import type { ComponentJob, JobGiven, ShownJob } from "./show_job.ts";

/** `useJob` of an action. */
export function useJob(target: Target, given: JobGiven = {}): object {
  const latest = useLatest([given, React.useContext(RealtimeContext)] as const);
  const [shown, see] = React.useState<ShownJob>({ status: given.job ? "waiting" : "idle", error: null });
  const [{ show, ...methods }] = React.useState(() => {
    let job: ComponentJob | undefined;
    const method = (name: keyof ComponentJob) => (input?: object) =>
      import("./show_job.ts").then(({ createJob }) => (job ??= createJob(target, latest, see))[name](input)).catch(
        failed,
      );
    return { start: method("start"), cancel: method("cancel"), reset: method("reset"), show: method("show") };
  });
  React.useEffect(() => {
    show(given);
    return () => void show();
  }, [given.job?.id]);
  return { ...shown, ...methods };
}
