/**
 * What a person finds on the demo page, by the names that a screen reader reads.
 *
 * @module
 */
import type { Locator, Page } from "playwright-core";

/** What is entered to create a user. */
export interface NewPerson {
  readonly name: string;
  readonly email: string;
  readonly password?: string;
}

/** A browser reports each answer that is an error; these are what the page is told of wrong input. */
export const REFUSED = /the server responded with a status of 4\d\d/;
/** What a browser reports while nobody listens at an address. */
export const AWAY = /net::ERR_(?:CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING)/;

/** Signs in as the user who is filled in. */
export async function signIn(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Sign in" }).click();
  await people(page).waitFor();
}

/** Signs out, and waits for the form of the next one: until then its fields are not the only ones of their names. */
export async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
}

/** The list of users. */
export function people(page: Page): Locator {
  return page.getByRole("region", { name: /Everybody/ }).getByRole("list");
}

/** The names on the list. */
export async function names(page: Page): Promise<string[]> {
  return await people(page).locator("strong").allTextContents();
}

/** The form that creates a user. */
export function createForm(page: Page): Locator {
  return page.getByRole("form", { name: "Add a person" });
}

/** Fills the form in and sends it. */
export async function create(page: Page, { name, email, password = "" }: NewPerson): Promise<void> {
  const form = createForm(page);
  await form.getByLabel("Name").fill(name);
  await form.getByLabel("Email").fill(email);
  await form.getByLabel("Password").fill(password);
  await form.getByRole("button", { name: "Add" }).click();
}

/** Reads what is said beside a field, where it belongs to it for a screen reader: nothing for a valid one. */
export async function errorOf(field: Locator): Promise<string | undefined> {
  if (await field.getAttribute("aria-invalid") !== "true") return undefined;
  const ids = (await field.getAttribute("aria-describedby") ?? "").split(" ");
  return await field.page().locator(`[id="${ids.at(-1)}"]`).textContent() ?? undefined;
}
