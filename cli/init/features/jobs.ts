/**
 * Jobs: work that is done after the answer.
 *
 * @module
 */
import { type Edit, editsOf } from "../edits.ts";
import type { Feature } from "../features.ts";

/** The feature `jobs`. */
export const jobs: Feature = {
  name: "jobs",
  title: "Jobs",
  hint: "background work with retries and progress, in a file or, with BullMQ, in Redis",
  without: {
    files: ["src/services/jobs.ts", "src/services/worker.ts", "src/features/user/user.welcome.ts"],
    edits: edits(),
  },
  packages: { bullmq: "^6.7.0", ioredis: "^5.11.1" },
  // The optional native part of BullMQ's. Later ones list packages that some registries do not have, where Deno stops.
  imports: { "msgpackr-extract": "npm:msgpackr-extract@3.0.4" },
  usesRedis: true,
};

function edits(): Edit[] {
  return [
    ...editsOf("main.ts", [['import "./src/services/worker.ts";\n', ""]]),
    ...editsOf("src/igniter.ts", [
      ['import { jobs, REGISTERED_JOBS } from "./services/jobs.ts";\n', ""],
      ["  .jobs(jobs.merge(REGISTERED_JOBS))\n", ""],
    ]),
    ...editsOf("src/app/guide.ts", [
      ['    ["users.welcome", `curl -s -b ${jar} -X POST ${base}/users/${user.id}/welcome`],\n', ""],
    ]),
    ...editsOf("src/features/user/controllers/user.controller.ts", [
      ['import { scheduleWelcome } from "../user.welcome.ts";\n', ""],
      ["\n          .after(() => scheduleWelcome(user))", ""],
      [
        `
    /** \`POST /users/:id/welcome\`: whoever created a user watches his welcome email by what this answers. */
    welcome: igniter.mutation({
      description: "Gives the job that sends a user's welcome email",
      path: "/:id/welcome",
      use: [auth({ isAuthRequired: true })],
      handler: async ({ response, context, params }) => {
        const user = await context.database.user.findUnique({ where: { id: params.id } });
        if (user === undefined) return response.notFound("No such user.");
        return response.accepted(await scheduleWelcome(user));
      },
    }),
`,
        "",
      ],
    ]),
    ...editsOf("src/features/user/components/CreateUserForm.tsx", [
      ["  const mail = api.users.welcome.useJob();\n", ""],
      [
        `    // Not waited for: the user is created, whatever becomes of the email.
    void mail.start({ params: { id: data.id } });
`,
        "",
      ],
      [" ${progressOf(mail)}", ""],
      [
        `
/** What becomes of the welcome email. */
function progressOf(mail: ReturnType<typeof api.users.welcome.useJob>): string {
  switch (mail.status) {
    case "idle":
      return "";
    case "waiting":
      return "The welcome email waits to be sent.";
    case "active":
      return \`The welcome email is being sent: \${mail.progress?.percent ?? 0} %.\`;
    case "completed":
      return "The welcome email was sent.";
    case "cancelled":
    case "failed":
      return "The welcome email was not sent.";
  }
}
`,
        "",
      ],
    ]),
  ];
}
