/**
 * What can keep a project's tables. The features of the application know one interface, `services/database.types.ts`;
 * a database is another implementation of it.
 *
 * @module
 */
import postgres from "../templates/postgres.json" with { type: "json" };
import sqlite from "../templates/sqlite.json" with { type: "json" };
import { type Edit, editsOf, type Texts } from "./edits.ts";

/** The names of the databases. */
export type DatabaseName = "none" | "sqlite" | "postgres";

/** A variable of the environment, for `.env` and `.env.example`. */
export interface Variable {
  /** Its name. */
  readonly name: string;
  /** Its value on a developer's machine; empty for one that is not needed there. */
  readonly value: string;
  /** What it is for. */
  readonly what: string;
}

/** A database. */
export interface DatabaseChoice {
  /** Its name on the command line. */
  readonly name: DatabaseName;
  /** Its name for people. */
  readonly title: string;
  /** One line that helps to choose. */
  readonly hint: string;
  /** Files of the demo app that it has no use for. */
  readonly omit: readonly string[];
  /** Files of its own, which replace those of the demo app that have the same path. */
  readonly files: Texts;
  /** Changes to files of the demo app. */
  readonly edits: readonly Edit[];
  /** The npm packages it needs: names and ranges. */
  readonly packages: Readonly<Record<string, string>>;
  /** What it reads from the environment. */
  readonly variables: readonly Variable[];
  /** What the README says about it, a sentence or two in Markdown. */
  readonly about: string;
}

/** Every database, the default first. */
export const DATABASES: readonly DatabaseChoice[] = [
  {
    name: "none",
    title: "None",
    hint: "in memory, behind the interface that a real one has",
    omit: [],
    files: {},
    edits: [],
    packages: {},
    variables: [],
    about: "The tables are in memory (`src/services/database.memory.ts`): they are a stand-in for your database.",
  },
  {
    name: "sqlite",
    title: "SQLite",
    hint: "a file, no server",
    omit: ["src/services/database.memory.ts"],
    files: sqlite,
    edits: editsOf("src/features/user/user_test.ts", [
      [
        'import { createMemoryDatabase } from "../../services/database.memory.ts";',
        'import { createSqliteDatabase } from "../../services/database.sqlite.ts";',
      ],
      ["createMemoryDatabase()", "createSqliteDatabase()"],
    ]),
    packages: {},
    variables: [{ name: "DATA_DIR", value: "data", what: "The folder of what is kept in files." }],
    about:
      "The tables are in `data/app.db` (`src/services/database.sqlite.ts`, on `node:sqlite`); DATA_DIR names another " +
      "folder. Tests have a database in memory.",
  },
  {
    name: "postgres",
    title: "PostgreSQL",
    hint: "a server, which DATABASE_URL names",
    omit: [],
    files: postgres,
    edits: [],
    packages: { postgres: "^3.4.9" },
    variables: [{
      name: "DATABASE_URL",
      value: "postgres://app:app@localhost:5432/app",
      what: "The PostgreSQL database.",
    }],
    about:
      "The tables are on the PostgreSQL server that DATABASE_URL names (`src/services/database.postgres.ts`); they " +
      "are created when they are not there. Tests have a database in memory.",
  },
];
