/**
 * Writes the operations of a document.
 *
 * @module
 */
import { parsePath } from "../contract/path.ts";
import { RPC_SEGMENT } from "../contract/wire.ts";
import type { Plan } from "../dispatch.ts";
import type { Description } from "../router.ts";
import { Addresses } from "./addresses.ts";
import { requestBodyOf } from "./body.ts";
import { Components } from "./components.ts";
import type { ActionFacts } from "./facts.ts";
import { fieldsOf } from "./fields.ts";
import { ownErrors } from "./own_errors.ts";
import { ownSchemas } from "./own_schemas.ts";
import { headerParameters, pathParameters, queryParameters, rpcParameters } from "./parameters.ts";
import { Responses } from "./responses.ts";
import type { OpenAPIOperation, OpenAPIParameter, OpenAPITag } from "./types.ts";

/** One document while it is written. */
export class Writer {
  readonly addresses: Addresses = new Addresses();
  readonly components: Components = new Components({ ...ownSchemas(), ...ownErrors() });
  readonly responses: Responses = new Responses(this.components);
  readonly #actions: readonly ActionFacts[];

  constructor(actions: readonly ActionFacts[], rpc: boolean) {
    this.#actions = actions;
    // What comes out before what goes in: where the two of one name differ, the plain name is the output's.
    const answers = new Map(actions.map(({ plan }) => [plan, this.responses.of(plan)]));
    // A wildcard takes what is left by all others.
    const isWild = ({ facts: { path } }: ActionFacts): boolean => path.endsWith("/*");
    for (const action of [...actions.filter((each) => !isWild(each)), ...actions.filter(isWild)]) {
      const { plan, facts } = action;
      for (const address of this.addresses.add(facts.method, facts.path)) {
        const parameters = pathParameters({ ...plan, components: this.components }, address.parameters);
        if (address.without !== undefined && this.#needs(plan, address.without)) continue;
        const suffix = address.without === undefined ? "" : `.without.${address.without}`;
        address.put(this.#operation(action, plan.key + suffix, parameters, answers.get(plan)!));
      }
    }
    if (rpc) { for (const action of actions) this.#addRpc(action, answers.get(action.plan)!); }
  }

  /** The groups in use; what a controller says of itself is said of its group. */
  tags(controllers: ReadonlyMap<string, Description>): readonly OpenAPITag[] {
    const described = new Map<string, string | undefined>();
    for (const { facts: { tags } } of this.#actions) for (const tag of tags) described.set(tag, undefined);
    for (const [key, { name = key, description }] of controllers) {
      if (described.has(name)) described.set(name, described.get(name) ?? description);
    }
    return [...described].map(([name, description]) => ({
      name,
      ...(description === undefined ? {} : { description }),
    }));
  }

  #addRpc(action: ActionFacts, answers: OpenAPIOperation["responses"]): void {
    const { key, record, pattern } = action.plan;
    const keys = parsePath(pattern).flatMap((segment) =>
      segment.kind === "static" ? [] : [{ key: segment.name, required: segment.kind !== "optional" }]
    );
    const parameters = rpcParameters({ ...action.plan, components: this.components }, keys);
    const method = record.kind === "query" ? "GET" : "POST";
    for (const address of this.addresses.add(method, `/${RPC_SEGMENT}/${key}`)) {
      address.put(this.#operation(action, `${key}.rpc`, parameters, answers));
    }
  }

  /** Whether the schema refuses what has no such parameter, so that the address without it is none. */
  #needs({ record: { params } }: Plan, name: string): boolean {
    const document = params && this.components.describe(params, "input")?.schema;
    return document !== undefined && fieldsOf(document, document).named.get(name)?.required === true;
  }

  #operation(
    { plan, facts }: ActionFacts,
    operationId: string,
    path: readonly OpenAPIParameter[],
    responses: OpenAPIOperation["responses"],
  ): OpenAPIOperation {
    const { key, record } = plan;
    const { name, description } = record;
    const input = { components: this.components, record, key };
    const parameters = [...path, ...queryParameters(input), ...headerParameters(input)];
    const requestBody = requestBodyOf(record, key, this.components);
    const summary = name ?? description?.trim().split("\n", 1)[0] ?? key;
    return {
      operationId,
      tags: facts.tags,
      summary,
      ...(description === undefined || description === summary ? {} : { description }),
      ...(facts.deprecated ? { deprecated: true } : {}),
      ...(parameters.length === 0 ? {} : { parameters }),
      ...(requestBody === undefined ? {} : { requestBody }),
      responses,
    };
  }
}
