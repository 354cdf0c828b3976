/**
 * Times as the dashboard writes them.
 *
 * @module
 */

/** Writes the time of day, `HH:MM:SS`, where the developer is. */
export function toClock(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}

/** Writes how long something has lasted, in whole seconds: `45s`, `2m 45s`, `1h 2m 5s`. */
export function toDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const from = parts.findIndex((part) => part > 0);
  return parts.map((part, at) => `${part}${"hms"[at]}`).slice(from < 0 ? 2 : from).join(" ");
}
