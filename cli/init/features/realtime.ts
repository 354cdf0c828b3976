/**
 * Live updates: pages that follow what happens.
 *
 * @module
 */
import { type Edit, editsOf } from "../edits.ts";
import type { Feature } from "../features.ts";

/** The feature `realtime`. */
export const realtime: Feature = {
  name: "realtime",
  title: "Realtime",
  hint: "lists that follow changes by themselves, streams of messages",
  without: {
    files: [
      "src/components/ConnectionStatus.tsx",
      "src/features/notification/",
      "src/features/user/hooks/",
      "src/features/user/user.scopes.ts",
    ],
    edits: edits(),
  },
  packages: {},
  imports: {},
  usesRedis: false,
};

function edits(): Edit[] {
  return [
    ...editsOf("src/igniter.ts", [
      ['import { scopesOf } from "./features/user/user.scopes.ts";\n', ""],
      [
        `  .realtime({
    // Who may hear what is decided here, when a page connects; it cannot ask for more.
    scopes: async ({ context }) => scopesOf(await context.session()),
    identity: async ({ context }) => (await context.session())?.userId,
  })
`,
        "",
      ],
    ]),
    ...editsOf("src/igniter.router.ts", [
      ['import { notificationController } from "./features/notification/index.ts";\n', ""],
      ["    notifications: notificationController,\n", ""],
    ]),
    ...editsOf("src/app/guide.ts", [
      ['    ["notifications.stream, until Ctrl-C", `curl -sN -b ${jar} ${base}/notifications`],\n', ""],
    ]),
    ...editsOf("src/app/App.tsx", [
      ['import { ConnectionStatus } from "../components/ConnectionStatus.tsx";\n', ""],
      ['import { Announcements } from "../features/notification/components/Announcements.tsx";\n', ""],
      ['import { useOwnConnection } from "../features/user/hooks/useOwnConnection.ts";\n', ""],
      ["  const connection = useOwnConnection(user && user.id);\n", ""],
      ["        <ConnectionStatus connection={connection} />\n", ""],
      ["            <Announcements />\n", ""],
    ]),
    ...editsOf("src/app/page.css", [
      [
        `/* Beside the title; what is of the user stands at the other end. */
.connection {
  display: flex;
  align-items: center;
  gap: 0.75rem;
  margin-inline-end: auto;
  font-size: 0.875rem;
  color: var(--muted);
}

.connection p::before {
  content: "";
  display: inline-block;
  width: 0.5rem;
  height: 0.5rem;
  margin-inline-end: 0.375rem;
  border-radius: 50%;
  background: var(--border);
}

.connection .live::before {
  background: var(--good);
}

`,
        "",
      ],
      [
        `.news {
  margin-block-end: 1rem;
  background: var(--tint);
}

.news time {
  font-size: 0.875rem;
  color: var(--muted);
}

`,
        "",
      ],
    ]),
    ...editsOf("src/features/user/controllers/session.controller.ts", [
      ['import { scopeOf } from "../user.scopes.ts";\n', ""],
      [
        `
          // His other windows ask again who they are.
          .revalidate("sessions.current", ({ auth }) => auth.user ? [scopeOf(auth.user.id)] : [])`,
        "",
      ],
    ]),
    ...editsOf("src/features/user/controllers/user.controller.ts", [
      ['import { announceUser } from "../../notification/index.ts";\n', ""],
      ['import { SIGNED_IN } from "../user.scopes.ts";\n', ""],
      [
        `
          // Every open list is fetched again: by those who may see it.
          .revalidate("users.list", () => [SIGNED_IN])
          .after(() => announceUser(user))`,
        "",
      ],
    ]),
    ...editsOf("src/features/user/components/CreateUserForm.tsx", [
      [
        "/** Creates a user. The server tells all open lists, that of this page too: there is nothing to do for it here. */",
        "/** Creates a user, and has this page's list fetched again. */",
      ],
      [
        'import { api } from "../../../igniter.client.ts";',
        'import { api, useQueryClient } from "../../../igniter.client.ts";',
      ],
      ["  const create = api", "  const queryClient = useQueryClient();\n  const create = api"],
      ["    reset();\n", '    reset();\n    void queryClient.invalidate("users.list");\n'],
    ]),
  ];
}
