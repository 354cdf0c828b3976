/**
 * Asks, on a terminal, for what no flag says. Nothing is written before the last question is answered.
 *
 * @module
 */
import * as prompts from "@clack/prompts";
import { CliError } from "../errors.ts";
import type { Given } from "./command.ts";
import { DATABASES } from "./databases.ts";
import { FEATURES } from "./features.ts";
import { FRAMEWORKS } from "./frameworks.ts";

/** Asks for the project's folder. @throws CliError when it is cancelled, as all of these do. */
export async function askFolder(): Promise<string> {
  return answered(
    await prompts.text({ message: "Where is the project to be?", defaultValue: ".", placeholder: "my-app" }),
  );
}

/** Asks for the choices that are not given. */
export async function askChoices(given: Given, defaults: Required<Given>): Promise<Required<Given>> {
  return {
    framework: given.framework ?? answered(
      await prompts.select({
        message: "What serves it?",
        options: FRAMEWORKS.map(toOption),
        initialValue: defaults.framework,
      }),
    ),
    features: given.features ?? answered(
      await prompts.multiselect({
        message: "Which features? (space chooses, enter goes on)",
        options: FEATURES.map(toOption),
        initialValues: [...defaults.features],
        required: false,
      }),
    ),
    database: given.database ?? answered(
      await prompts.select({
        message: "What keeps its tables?",
        options: DATABASES.map(toOption),
        initialValue: defaults.database,
      }),
    ),
    docker: given.docker ?? answered(
      await prompts.confirm({ message: "Write files for Docker?", initialValue: defaults.docker }),
    ),
  };
}

/** Asks whether the plan is to be carried out. */
export async function confirmPlan(): Promise<void> {
  if (!answered(await prompts.confirm({ message: "Begin?", initialValue: true }))) throw cancelled();
}

function answered<T>(answer: T): Exclude<T, symbol> {
  if (prompts.isCancel(answer)) throw cancelled();
  // The only symbol there is; the compiler does not see that it is gone.
  return answer as Exclude<T, symbol>;
}

/** With the code of what Ctrl-C ends. */
function cancelled(): CliError {
  return new CliError("Cannot begin the project: it was cancelled", { hint: "Nothing was written.", exitCode: 130 });
}

function toOption<N extends string>(
  { name, title, hint }: { readonly name: N; readonly title: string; readonly hint: string },
): { value: N; label: string; hint: string } {
  return { value: name, label: title, hint };
}
