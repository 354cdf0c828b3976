import { createRecordingTelemetry } from "../../telemetry.ts";

export const telemetry = createRecordingTelemetry();
