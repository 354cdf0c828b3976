// Step 3: Define Feature Types
import { z } from "zod";

export const UserInput = z.object({
  name: z.string().min(2, "Name must be at least 2 characters long."),
  email: z.string().email("Invalid email address."),
});

export type UserInput = z.infer<typeof UserInput>;
