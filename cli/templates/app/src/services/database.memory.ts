import type { Store } from "@igniter-js/core";
import { createMemoryStoreAdapter } from "@igniter-js/core/drivers/memory";
import type { Database, User } from "./database.types.ts";

/**
 * Makes a database whose tables are in a store: they end with the process or are shared by many, as the store does. A
 * user has a number in the order of creation, for the lists.
 */
export function createMemoryDatabase(store: Store = createMemoryStoreAdapter()): Database {
  const find = async (id: string | undefined) =>
    id === undefined ? undefined : await store.get<User>(`table:user:${id}`);
  const count = async () => await store.get<number>("table:users") ?? 0;
  return {
    user: {
      async create({ data }) {
        const user = { id: crypto.randomUUID(), ...data };
        await store.set(`table:user:${user.id}`, user);
        // Of two at the same time, one gets the address.
        if (!await store.setIfAbsent(`table:email:${user.email}`, user.id)) {
          await store.delete(`table:user:${user.id}`);
          return undefined;
        }
        await store.set(`table:number:${await store.increment("table:users")}`, user.id);
        return user;
      },
      findUnique: async ({ where }) => find("id" in where ? where.id : await store.get(`table:email:${where.email}`)),
      async findMany({ take, skip }) {
        const newest = await count() - skip;
        const numbers = Array.from({ length: Math.min(take, Math.max(newest, 0)) }, (_, at) => newest - at);
        const ids = await store.getMany<string>(numbers.map((number) => `table:number:${number}`));
        const users = await store.getMany<User>(ids.map((id) => `table:user:${id}`));
        // A number is given a moment before its user can be found by it.
        return users.filter((user) => user !== undefined);
      },
      count,
    },
    credential: {
      find: (userId) => store.get(`table:credential:${userId}`),
      set: (userId, passwordHash) => store.set(`table:credential:${userId}`, passwordHash),
    },
    // The store is closed by who made it.
    close: () => Promise.resolve(),
  };
}
