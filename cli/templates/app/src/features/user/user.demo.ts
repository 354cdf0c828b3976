/** The user who is there when the app starts, so that somebody can sign in. Goes when there are users of your own. */
export const DEMO_USER = { name: "Ada Lovelace", email: "ada@example.com", password: "analytical-engine" };
