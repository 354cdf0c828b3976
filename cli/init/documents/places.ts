/**
 * What is where in a project.
 *
 * @module
 */
import { type Choices, has } from "../choices.ts";
import type { Place } from "../frameworks/framework.ts";

/** Gives the places that a newcomer should know. */
export function placesOf(choices: Choices): readonly Place[] {
  const { framework } = choices;
  return [
    ...framework.places,
    ["src/igniter.ts", "the one instance: configuration, logger, features, global procedures"],
    ["src/igniter.context.ts", "what every handler finds in `context`"],
    ["src/igniter.router.ts", "the whole API, made of the features' controllers"],
    ["src/igniter.client.ts", "the typed client"],
    ["src/features/", "one folder for each part of the domain: controllers, procedures, schemas, components, tests"],
    ["src/services/", `what comes from outside: ${servicesOf(choices)}`],
    ["src/components/", "components that know no feature"],
  ];
}

function servicesOf(choices: Choices): string {
  const names = ["database"];
  if (has(choices, "store")) names.push("store");
  if (has(choices, "jobs")) names.push("jobs");
  return [...names, "logger and passwords"].join(", ");
}
