// The context, and the data behind it.

/** A user. */
export interface User {
  readonly id: number;
  readonly name: string;
  readonly since: Date;
}

/** What the app holds. */
export interface Memory {
  readonly users: User[];
  /** Feeds that are open now. */
  feeds: number;
}

// Next may evaluate a module once for pages and once for route handlers; what they share is the process's.
const shared: { memory?: Memory } = globalThis as never;

export function createIgniterAppContext(): { readonly memory: Memory } {
  return {
    memory: shared.memory ??= {
      users: ["Ada", "Grace"].map((name, index) => ({ id: index + 1, name, since: new Date("1990-01-01") })),
      feeds: 0,
    },
  };
}
