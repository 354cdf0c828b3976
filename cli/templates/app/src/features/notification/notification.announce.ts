import { igniter } from "../../igniter.ts";
import type { User } from "../../services/database.types.ts";
import type { Notification } from "./notification.types.ts";

/** Tells everybody who listens to the notifications, in whatever process, of a new user. */
export async function announceUser({ name }: User): Promise<void> {
  const notification: Notification = { text: `${name} has joined.`, at: new Date() };
  await igniter.realtime.publish("notifications.stream", notification);
}
