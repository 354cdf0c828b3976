import { createFakeClock } from "@igniter-js/core/testing";

/** The time of this application: tests move it. */
export const clock = createFakeClock();
