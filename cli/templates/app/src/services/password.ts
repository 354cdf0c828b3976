/** What OWASP advises for PBKDF2 with SHA-256. */
const ITERATIONS = 600_000;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Hashes a password for the database: a random salt, then what PBKDF2 makes of both, in hexadecimal. */
export async function hashPassword(password: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  return toHex(salt) + toHex(await derive(password, salt));
}

/**
 * Tells whether a password is the one that was hashed. Without a hash it works just as long before it says no, so that
 * the time of an answer tells nothing either.
 */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  const known = fromHex(hash ?? "00".repeat(SALT_BYTES + HASH_BYTES));
  const derived = await derive(password, known.slice(0, SALT_BYTES));
  let difference = hash === undefined ? 1 : 0;
  for (let at = 0; at < HASH_BYTES; at++) difference |= (derived[at] ?? 0) ^ (known[SALT_BYTES + at] ?? 0);
  return difference === 0;
}

async function derive(password: string, salt: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(password), "PBKDF2", false, ["deriveBits"]);
  const algorithm = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ITERATIONS };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, HASH_BYTES * 8));
}

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
