/** A user, as everybody may see him. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** Which rows to give. */
export interface Page {
  readonly take: number;
  readonly skip: number;
}

/** Tables that end with the process. The methods are asynchronous, so that a real database can take their place. */
export interface Database {
  readonly user: {
    /** Adds a user; gives `undefined` when the e-mail address is taken. */
    create(options: { readonly data: Omit<User, "id"> }): Promise<User | undefined>;
    findUnique(options: { readonly where: { readonly id: string } | { readonly email: string } }): Promise<
      User | undefined
    >;
    /** Gives users, the newest first. */
    findMany(page: Page): Promise<User[]>;
    /** Counts them. */
    count(): Promise<number>;
  };
  /** Password hashes by user: a table of its own, so that no list of users can show them. */
  readonly credential: {
    find(userId: string): Promise<string | undefined>;
    set(userId: string, passwordHash: string): Promise<void>;
  };
}

/** Makes an empty database. */
export function createDatabase(): Database {
  const users = new Map<string, User>();
  const idsByEmail = new Map<string, string>();
  const passwordHashes = new Map<string, string>();
  return {
    user: {
      create: ({ data }) => {
        if (idsByEmail.has(data.email)) return Promise.resolve(undefined);
        const user = { id: crypto.randomUUID(), ...data };
        users.set(user.id, user);
        idsByEmail.set(user.email, user.id);
        return Promise.resolve(user);
      },
      findUnique: ({ where }) => {
        const id = "id" in where ? where.id : idsByEmail.get(where.email);
        return Promise.resolve(id === undefined ? undefined : users.get(id));
      },
      findMany: ({ take, skip }) => Promise.resolve([...users.values()].reverse().slice(skip, skip + take)),
      count: () => Promise.resolve(users.size),
    },
    credential: {
      find: (userId) => Promise.resolve(passwordHashes.get(userId)),
      set: (userId, passwordHash) => {
        passwordHashes.set(userId, passwordHash);
        return Promise.resolve();
      },
    },
  };
}

/** The application's database. */
export const database = createDatabase();
