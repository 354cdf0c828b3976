import { z } from "zod";

/** What is announced. A message that does not fit is refused where it is published, and typed where it is heard. */
export const Notification = z.object({ text: z.string(), at: z.date() });
export type Notification = z.infer<typeof Notification>;
