import { DEMO_USER } from "../features/user/user.demo.ts";
import { AppRouter } from "../igniter.router.ts";
import type { User } from "../services/database.types.ts";

/** The page, then every action with a line for the shell. The first one signs in; the others find its cookie in the file. */
export function toGuide(url: string, user: User): string {
  const base = url + AppRouter.basePath;
  const jar = "/tmp/igniter-cookies.txt";
  const json = "-H 'content-type: application/json'";
  const signIn = JSON.stringify({ email: DEMO_USER.email, password: DEMO_USER.password });
  const newUser = JSON.stringify({ name: "Grace Hopper", email: "grace@example.com" });
  const lines: readonly (readonly [action: string, command: string])[] = [
    ["sessions.signIn", `curl -s -c ${jar} ${json} -d '${signIn}' ${base}/sessions`],
    ["sessions.current", `curl -s -b ${jar} ${base}/sessions`],
    ["users.create", `curl -s ${json} -d '${newUser}' ${base}/users`],
    ["users.list", `curl -s -b ${jar} '${base}/users?page=1'`],
    ["users.list, at its RPC address", `curl -s -b ${jar} '${base}/_/rpc/users.list?page=1'`],
    ["users.byId", `curl -s -b ${jar} ${base}/users/${user.id}`],
    ["users.welcome", `curl -s -b ${jar} -X POST ${base}/users/${user.id}/welcome`],
    ["notifications.stream, until Ctrl-C", `curl -sN -b ${jar} ${base}/notifications`],
    ["sessions.signOut", `curl -s -b ${jar} -c ${jar} -X DELETE ${base}/sessions`],
  ];
  return [
    `Page  ${url}/`,
    `API   ${base}`,
    "",
    ...lines.flatMap(([action, command]) => [`# ${action}`, command, ""]),
    "Ctrl-C ends it.",
  ].join("\n");
}
