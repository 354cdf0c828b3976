import { igniter } from "../../../igniter.ts";
import { auth } from "../../user/procedures/auth.procedure.ts";
import { Notification } from "../notification.types.ts";

export const notificationController = igniter.controller({
  path: "/notifications",
  actions: {
    /** `GET /notifications`: stays open, and sends what is announced from now on, to those who are signed in. */
    stream: igniter.query({
      description: "Announces what happens",
      stream: true,
      events: Notification,
      use: [auth({ isAuthRequired: true })],
      handler: ({ response }) => response.success(),
    }),
  },
});
