export { notificationController } from "./controllers/notification.controller.ts";
export { announceUser } from "./notification.announce.ts";
