/**
 * What all event connections of an application share, whichever of its routers they came through.
 *
 * @module
 */
import type { Clock } from "../ports/clock.ts";
import { Admission } from "./admission.ts";
import type { Broker } from "./broker.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { RealtimeSettings } from "./options.ts";

/** The connections' common ground. */
export interface Hub {
  readonly broker: Broker;
  readonly settings: RealtimeSettings;
  readonly admission: Admission;
  readonly heartbeat: Heartbeat;
}

/** Makes a hub. */
export function createHub(broker: Broker, settings: RealtimeSettings, clock: Clock): Hub {
  return { broker, settings, admission: new Admission(settings), heartbeat: new Heartbeat(clock) };
}
