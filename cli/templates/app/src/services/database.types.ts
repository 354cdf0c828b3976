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

/** The tables. Every database has these methods, so the features do not know which one it is. */
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
  /** Ends what keeps the process alive. */
  close(): Promise<void>;
}
