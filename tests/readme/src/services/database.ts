/** A user, as the database keeps him. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

const users: User[] = Array.from({ length: 12 }, (_, index) => ({
  id: String(index + 1),
  name: `User ${index + 1}`,
  email: `user${index + 1}@example.com`,
}));

/** Stands for the README's Prisma client. */
export const database = {
  user: {
    findMany: ({ take, skip }: { readonly take: number; readonly skip: number }): Promise<User[]> =>
      Promise.resolve(users.slice(skip, skip + take)),
    create: ({ data }: { readonly data: Omit<User, "id"> }): Promise<User> => {
      const user = { id: String(users.length + 1), ...data };
      users.push(user);
      return Promise.resolve(user);
    },
  },
};
