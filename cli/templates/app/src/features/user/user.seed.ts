import { database } from "../../services/database.ts";
import type { User } from "../../services/database.types.ts";
import { DEMO_USER } from "./user.demo.ts";

/**
 * What `hashPassword()` made of the demo user's password, once: hashing is slow on purpose, and would be a third of what
 * each start takes. With another password it is another hash.
 */
const PASSWORD_HASH = "3ff4a8a23983afc9f6c2ea92d958bfdfc69ea7375734e08c" +
  "b57f3fe578212db869a60a7f301261e393d3378b1f5b0b4a";

/** Creates the demo's user, unless another process with the same database has. */
export async function createDemoUser(): Promise<User> {
  const { name, email } = DEMO_USER;
  const user = await database.user.create({ data: { name, email } }) ??
    await database.user.findUnique({ where: { email } });
  if (user === undefined) throw new Error("Cannot create the demo user: the email address is taken");
  await database.credential.set(user.id, PASSWORD_HASH);
  return user;
}
