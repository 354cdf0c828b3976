/**
 * The store: what several requests, or several processes, share.
 *
 * @module
 */
import { type Edit, editsOf } from "../edits.ts";
import type { Feature } from "../features.ts";

/** The feature `store`. */
export const store: Feature = {
  name: "store",
  title: "Store",
  hint: "cache, sessions and pub/sub in memory or, shared by many processes, in Redis",
  without: { files: ["src/services/store.ts"], edits: edits() },
  packages: { ioredis: "^5.11.1" },
  imports: {},
  usesRedis: true,
};

function edits(): Edit[] {
  const own = (what: string): [string, string][] => [[
    'import { store } from "../../services/store.ts";\n',
    `import { createMemoryStoreAdapter } from "@igniter-js/core/drivers/memory";

/** ${what} end with this process. Several processes would share a store in Redis. */
const store = createMemoryStoreAdapter();
`,
  ]];
  return [
    ...editsOf("main.ts", [
      ['import { store } from "./src/services/store.ts";\n', ""],
      ["  await store.close();\n", ""],
    ]),
    ...editsOf("src/igniter.ts", [
      ['import { store } from "./services/store.ts";\n', ""],
      ["  .store(store)\n", ""],
    ]),
    ...editsOf("src/services/database.ts", [
      ['import { store } from "./store.ts";\n', ""],
      ["createMemoryDatabase(store)", "createMemoryDatabase()"],
    ]),
    ...editsOf("src/services/jobs.ts", [
      ['import { store } from "./store.ts";\n', ""],
      ["createBullMQAdapter({ store, ", "createBullMQAdapter({ url: redisUrl, "],
    ]),
    ...editsOf("src/features/user/user.attempts.ts", own("Counts")),
    ...editsOf("src/features/user/user.sessions.ts", own("Sessions")),
    ...editsOf("src/features/user/controllers/user.controller.ts", [
      ["/** Seconds that a user stays in the cache. */\nconst CACHE_TTL = 3600;\n", ""],
      ["/** `GET /users/:id`, from the store when it is there. */", "/** `GET /users/:id`. */"],
      [
        `        const key = \`user:\${params.id}\`;
        const cached = await igniter.store.get<User>(key);
        if (cached !== undefined) return response.setHeader("x-cache", "hit").success(cached);
`,
        "",
      ],
      [
        `        await igniter.store.set(key, user, { ttl: CACHE_TTL });
        return response.setHeader("x-cache", "miss").success(user);
`,
        "        return response.success(user);\n",
      ],
      ["        await igniter.store.set(`user:${user.id}`, user, { ttl: CACHE_TTL });\n", ""],
    ]),
  ];
}
