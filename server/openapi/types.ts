/**
 * The shape of an OpenAPI document, version 3.1.1 (https://spec.openapis.org/oas/v3.1.1.html), as far as a router's
 * has it.
 *
 * @module
 */

/** A document that describes an API to programs and people: plain JSON. */
export interface OpenAPIDocument {
  /** The version of the specification. */
  readonly openapi: "3.1.1";
  /** What the API is. */
  readonly info: OpenAPIInfo;
  /** Where it is reached. */
  readonly servers: readonly OpenAPIServer[];
  /** The groups of its operations, in the order of the router's controllers. */
  readonly tags: readonly OpenAPITag[];
  /** What callers must prove, unless an operation says otherwise: one of the list. */
  readonly security: readonly OpenAPISecurity[];
  /** Its addresses, below the servers' URLs. */
  readonly paths: Readonly<Record<string, OpenAPIPath>>;
  /** What several operations have in common. */
  readonly components: OpenAPIComponents;
}

/** What an API is. */
export interface OpenAPIInfo {
  /** Its name. */
  readonly title: string;
  /** The version of the API, not of the specification. */
  readonly version: string;
  /** What it is for; CommonMark. */
  readonly description?: string;
}

/** Where an API is reached. */
export interface OpenAPIServer {
  /** The address that the paths are appended to. */
  readonly url: string;
  /** Which server it is; CommonMark. */
  readonly description?: string;
}

/** A group of operations. */
export interface OpenAPITag {
  /** Its name. */
  readonly name: string;
  /** What is in it; CommonMark. */
  readonly description?: string;
}

/** What can be done at one address, by HTTP method. */
export interface OpenAPIPath {
  /** Reads. */
  readonly get?: OpenAPIOperation;
  /** Replaces. */
  readonly put?: OpenAPIOperation;
  /** Creates, or does anything else. */
  readonly post?: OpenAPIOperation;
  /** Removes. */
  readonly delete?: OpenAPIOperation;
  /** Changes. */
  readonly patch?: OpenAPIOperation;
}

/** One action at one address. */
export interface OpenAPIOperation {
  /** The action's key, such as `users.list`; unique in the document. */
  readonly operationId: string;
  /** The groups it is in. */
  readonly tags: readonly string[];
  /** What it does, in a line. */
  readonly summary: string;
  /** What it does; CommonMark. */
  readonly description?: string;
  /** Whether it is on its way out. */
  readonly deprecated?: true;
  /** What it reads of the path, the query string and the headers. */
  readonly parameters?: readonly OpenAPIParameter[];
  /** The body it takes. */
  readonly requestBody?: OpenAPIBody;
  /** What it answers, by status; `default` stands for the rest. */
  readonly responses: Readonly<Record<string, OpenAPIResponse | OpenAPIReference>>;
}

/** One value that stands in the path, the query string or a header. */
export interface OpenAPIParameter {
  /** Its name. */
  readonly name: string;
  /** Where it stands. */
  readonly in: "path" | "query" | "header";
  /** What it means; CommonMark. */
  readonly description?: string;
  /** Whether it must be there. */
  readonly required?: true;
  /** Whether it is on its way out. */
  readonly deprecated?: true;
  /** How an object is written: `filter[name]=x`, or (`form`) each of its fields as a parameter. */
  readonly style?: "deepObject" | "form";
  /** Whether an object's fields are written one by one. */
  readonly explode?: true;
  /** The values it may have. */
  readonly schema: OpenAPISchema;
}

/** A request's body. */
export interface OpenAPIBody {
  /** What it means; CommonMark. */
  readonly description?: string;
  /** Whether it must be there. */
  readonly required?: true;
  /** Its forms, by media type. */
  readonly content: OpenAPIContent;
}

/** The forms of a body, by media type. */
export interface OpenAPIContent {
  /** One form. */
  readonly [mediaType: string]: OpenAPIMediaType;
}

/** One form of a body. */
export interface OpenAPIMediaType {
  /** The values it may have. */
  readonly schema: OpenAPISchema;
  /** How the fields of a form are written, where that is not the default. */
  readonly encoding?: Readonly<Record<string, OpenAPIEncoding>>;
}

/** How a field of a form is written. */
export interface OpenAPIEncoding {
  /** `filter[name]=x`. */
  readonly style: "deepObject";
  /** Each field by itself. */
  readonly explode: true;
}

/** One answer. */
export interface OpenAPIResponse {
  /** What it means; CommonMark. */
  readonly description: string;
  /** Its forms, by media type; absent when it has no body. */
  readonly content?: OpenAPIContent;
}

/** Names something that stands elsewhere in the document. */
export interface OpenAPIReference {
  /** Where, as a JSON pointer behind `#`. */
  readonly $ref: string;
}

/** A JSON Schema (draft 2020-12). */
export interface OpenAPISchema {
  /** One keyword. */
  readonly [keyword: string]: unknown;
}

/** What several operations have in common, by name. */
export interface OpenAPIComponents {
  /** Schemas. */
  readonly schemas: Readonly<Record<string, OpenAPISchema>>;
  /** Answers. */
  readonly responses: Readonly<Record<string, OpenAPIResponse>>;
  /** Ways to prove who calls. */
  readonly securitySchemes?: Readonly<Record<string, OpenAPISecurityScheme>>;
}

/** A way to prove who calls. */
export interface OpenAPISecurityScheme {
  /** The kind. */
  readonly type: "apiKey" | "http" | "mutualTLS" | "oauth2" | "openIdConnect";
  /** What it means; CommonMark. */
  readonly description?: string;
  /** `apiKey`: the name of the header, cookie or query field. */
  readonly name?: string;
  /** `apiKey`: where it stands. */
  readonly in?: "query" | "header" | "cookie";
  /** `http`: the scheme of the `Authorization` header, such as `bearer`. */
  readonly scheme?: string;
  /** `http` with `bearer`: what the token is, such as `JWT`. */
  readonly bearerFormat?: string;
  /** `oauth2`: the flows, as the specification has them. */
  readonly flows?: Readonly<Record<string, unknown>>;
  /** `openIdConnect`: where it is described. */
  readonly openIdConnectUrl?: string;
}

/** Security schemes that must all be satisfied, by name, with the scopes that are needed. */
export interface OpenAPISecurity {
  /** The scopes of one scheme; empty where it has none. */
  readonly [scheme: string]: readonly string[];
}
