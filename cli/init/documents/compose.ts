/**
 * docker-compose.yml: the servers that the application needs, and the application itself.
 *
 * @module
 */
import type { Choices } from "../choices.ts";

/** Tells which servers the choices need. */
export function serversOf({ database, features }: Choices): readonly ("redis" | "postgres")[] {
  return [
    ...(features.some(({ usesRedis }) => usesRedis) ? ["redis" as const] : []),
    ...(database.name === "postgres" ? ["postgres" as const] : []),
  ];
}

/** Writes the file. Where there are servers, the application has a profile, so that they can be had without it. */
export function writeCompose(choices: Choices): string {
  const servers = serversOf(choices);
  const volumes = ["app", ...servers];
  return [
    "services:",
    ...appLines(servers),
    ...servers.flatMap((server) => ["", ...SERVERS[server]]),
    "",
    "volumes:",
    ...volumes.map((name) => `  ${name}:`),
    "",
  ].join("\n");
}

function appLines(servers: readonly ("redis" | "postgres")[]): string[] {
  return [
    "  app:",
    "    build: .",
    ...(servers.length > 0 ? ["    profiles: [app]"] : []),
    '    ports: ["3000:3000"]',
    "    environment:",
    "      COOKIE_SECRET: ${COOKIE_SECRET:?32 characters or more}",
    ...(servers.includes("redis") ? ["      REDIS_URL: redis://redis:6379"] : []),
    ...(servers.includes("postgres") ? ["      DATABASE_URL: postgres://app:app@postgres:5432/app"] : []),
    '    volumes: ["app:/app/data"]',
    ...(servers.length > 0 ? ["    depends_on:"] : []),
    ...servers.flatMap((server) => [`      ${server}:`, "        condition: service_healthy"]),
  ];
}

const SERVERS: Readonly<Record<"redis" | "postgres", readonly string[]>> = {
  redis: [
    "  redis:",
    "    image: redis:8-alpine",
    "    command: redis-server --appendonly yes --maxmemory-policy noeviction",
    '    ports: ["127.0.0.1:6379:6379"]',
    '    volumes: ["redis:/data"]',
    "    healthcheck:",
    "      test: redis-cli ping",
    "      interval: 2s",
  ],
  postgres: [
    "  postgres:",
    "    image: postgres:17-alpine",
    "    environment:",
    "      POSTGRES_USER: app",
    "      POSTGRES_PASSWORD: app",
    '    ports: ["127.0.0.1:5432:5432"]',
    '    volumes: ["postgres:/var/lib/postgresql/data"]',
    "    healthcheck:",
    "      test: pg_isready --username app",
    "      interval: 2s",
  ],
};
