/**
 * Coercion: turns the strings of a query, a path, headers or a form into what a schema asks for.
 *
 * The schema's JSON Schema says what a place takes; the schema itself keeps the last word:
 *
 * - A string that the schema takes as it is stays. Where only its own verdict can tell (a UUID *or* a number, two
 *   shapes of one object, `z.preprocess`), it sees the strings as they are first; only what it refuses is coerced,
 *   and the whole is validated once more.
 * - number: a decimal with optional sign, fraction and exponent; not hex, not `Infinity`, no blanks. integer: the same,
 *   but never rounded: a value that is not exactly a safe integer stays a string.
 * - boolean: `true`, `false`, and `on`, which is what a browser sends for a checked box. `1` and `0` are numbers.
 * - date: an ISO 8601 date (UTC) or date-time with `Z` or an offset; without one it names no instant and stays a string.
 * - bigint: digits with an optional minus. null: `null`, only where nothing but null is allowed.
 * - array: one value becomes a list of one; a repeated key for anything else stays a list, which the schema refuses.
 * - Anything else stays a string, which the schema refuses, or takes (`z.coerce.number()` reads `0x10`).
 * - The empty string never becomes a number, boolean, bigint or date: it is an issue, whatever default there is. Only a
 *   schema that says itself what to make of it (`.catch()`, `z.preprocess`) gets it.
 *
 * @module
 */
import { type Issue, type Schema, validate, type Validated } from "./contract/schema.ts";

/** What {@link compileCoercion} made of a schema. Opaque; hand it to {@link coerceAndValidate}. */
export interface Coercion {
  /** The compiled tree. */
  readonly "~root": unknown;
}

/** What a schema's JSON Schema tells about the values it takes. */
export interface SchemaFacts {
  /** Whether it takes a string, or something that is read from a string. */
  readonly text: boolean;
  /** Whether it takes an object. */
  readonly object: boolean;
  /** Whether it takes an array. */
  readonly array: boolean;
  /** Whether a field of it wants an object, or an array of objects or arrays: `filter[name]=x` means something then. */
  readonly nests: boolean;
}

/**
 * Compiles a schema's coercion, once, when the router is made.
 * `undefined` when there is nothing to coerce: no JSON Schema is exposed, or all its strings are taken as they are.
 */
export function compileCoercion(schema: Schema): Coercion | undefined {
  return toCoercion(readTree(schema));
}

/** {@link compileCoercion} and {@link schemaFacts} of one reading: reading a JSON Schema is most of their cost. */
export function compileSchema(schema: Schema): CompiledSchema {
  const tree = readTree(schema);
  const facts = toFacts(tree);
  return { coercion: toCoercion(tree), facts };
}

/** What {@link compileSchema} made of a schema. */
export interface CompiledSchema {
  /** As of {@link compileCoercion}. */
  readonly coercion: Coercion | undefined;
  /** As of {@link schemaFacts}. */
  readonly facts: SchemaFacts | undefined;
}

/** Prunes the tree in place, so its facts are taken before. */
function toCoercion(tree: Tree | undefined): Coercion | undefined {
  if (tree === undefined) return undefined;
  activate(tree);
  if (!tree.root.active) return undefined;
  prune(tree);
  return { "~root": tree.root };
}

/** Reads what a schema takes, once, when the router is made. `undefined` when it exposes no JSON Schema. */
export function schemaFacts(schema: Schema): SchemaFacts | undefined {
  return toFacts(readTree(schema));
}

function toFacts(tree: Tree | undefined): SchemaFacts | undefined {
  const root = tree?.root;
  if (root === undefined) return undefined;
  return {
    text: (root.admits & (STRING | SCALARS)) !== 0,
    object: (root.admits & OBJECT) !== 0,
    array: (root.admits & ARRAY) !== 0,
    nests: root.shape !== undefined && nodesOf(root.shape).some(nests),
  };
}

/**
 * Coerces `raw` and validates it; synchronous when the schema is. `raw` is never mutated, and only its own properties
 * are read; objects reach the schema as plain ones, without `__proto__`.
 */
export function coerceAndValidate(
  schema: Schema,
  coercion: Coercion | undefined,
  raw: unknown,
): Validated | Promise<Validated> {
  if (coercion === undefined) return validate(schema, raw);
  const root = coercion["~root"] as Node; // opaque outside this file
  const run: Run = { path: undefined, refused: undefined, doubts: false, empties: undefined };
  const result = validate(schema, apply(root, raw, undefined, run));
  if (!run.doubts && run.empties === undefined) return result;
  return result instanceof Promise
    ? result.then((first) => settle(schema, root, raw, run, first))
    : settle(schema, root, raw, run, result);
}

/** The second phase, if the schema refused strings it was asked about; then the issues of empty strings. */
function settle(schema: Schema, root: Node, raw: unknown, run: Run, first: Validated): Validated | Promise<Validated> {
  if (!run.doubts || first.issues === undefined) return withEmpties(first, run);
  const second: Run = { path: undefined, refused: refusedBy(first.issues), doubts: false, empties: undefined };
  const result = validate(schema, apply(root, raw, undefined, second));
  return result instanceof Promise ? result.then((final) => withEmpties(final, second)) : withEmpties(result, second);
}

function withEmpties(result: Validated, { empties }: Run): Validated {
  if (empties === undefined) return result;
  const said = new Set(empties.map(({ path }) => keyOf(path)));
  // The schema's words for the same place would be "expected number, received string": ours say what is wrong.
  const others = result.issues?.filter(({ path }) => !said.has(keyOf(path))) ?? [];
  return { issues: [...empties, ...others] };
}

// ---------------------------------------------------------------------------------------------------------------------
// Running

/** What one pass over one input knows. */
interface Run {
  /** The containers below the root entered so far; made when the first is, since most inputs are flat. */
  path: PropertyKey[] | undefined;
  /** What the schema refused in the first phase; absent in it. */
  readonly refused: Refused | undefined;
  /** Whether a string was left for the schema to judge. */
  doubts: boolean;
  /** The issues of empty strings. */
  empties: Issue[] | undefined;
}

/** The places of issues, as keys: sets, because an input may hold many thousands of both. */
interface Refused {
  readonly exact: ReadonlySet<string>;
  /** Every place that holds one. */
  readonly above: ReadonlySet<string>;
}

/** Coerces one value. `key` is its place in the container entered last; the root has none. */
function apply(node: Node, value: unknown, key: PropertyKey | undefined, run: Run): unknown {
  if (typeof value === "string") return applyText(node, value, key, run);
  if (Array.isArray(value)) {
    return node.list === undefined || node.list.idle ? value : applyList(node.list, value, key, run);
  }
  if (node.shape !== undefined && isPlain(value)) {
    const shape = node.choices.length === 0 ? node.shape : chooseShape(node.choices, node.shape, value);
    if (key === undefined) return applyShape(shape, value, run);
    enter(run, key);
    const object = applyShape(shape, value, run);
    run.path!.pop();
    return object;
  }
  // A single upload, or a single object, where a list is asked for.
  if (node.list === undefined || !node.converts || value === undefined || value === null) return value;
  return node.doubt && !isRefused(run, key) ? value : applyList(node.list, [value], key, run);
}

function enter(run: Run, key: PropertyKey): void {
  if (run.path === undefined) run.path = [key];
  else run.path.push(key);
}

function applyText(node: Node, text: string, key: PropertyKey | undefined, run: Run): unknown {
  if (!node.converts || node.texts?.has(text)) return text;
  if (text === "" && !node.takesEmpty) {
    const path = key === undefined ? [] : [...run.path ?? [], key];
    (run.empties ??= []).push({ path, message: `Expected ${node.expected}, received an empty string` });
    return text;
  }
  const value = fromText(node.kinds, text);
  if (value === text && node.list === undefined) return text;
  if (node.doubt && !isRefused(run, key)) return text;
  return value === text && node.list !== undefined ? applyList(node.list, [text], key, run) : value;
}

function applyList(list: List, values: readonly unknown[], key: PropertyKey | undefined, run: Run): unknown[] {
  if (key !== undefined) enter(run, key);
  const out = new Array<unknown>(values.length);
  for (let i = 0; i < values.length; i++) {
    const node = i < list.prefix.length ? list.prefix[i] : list.rest;
    out[i] = node === undefined ? values[i] : apply(node, values[i], i, run);
  }
  if (key !== undefined) run.path!.pop();
  return out;
}

function applyShape(shape: Shape, value: PlainObject, run: Run): PlainObject {
  const out: Record<string, unknown> = {};
  const keys = Object.keys(value);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    // On a plain object this assignment would set the prototype; no schema has a use for the key.
    if (key === "__proto__") continue;
    const node = shape.fields.get(key);
    if (node !== undefined) out[key] = apply(node, value[key], key, run);
    else out[key] = shape.open ? applyOpen(shape, value[key], key, run) : value[key];
  }
  return out;
}

/** A key that no `properties` names: every pattern it matches applies, else `additionalProperties`. */
function applyOpen(shape: Shape, value: unknown, key: string, run: Run): unknown {
  let matched = false;
  let out = value;
  for (const { pattern, node } of shape.patterns) {
    if (!pattern.test(key)) continue;
    matched = true;
    out = apply(node, out, key, run);
  }
  return matched || shape.rest === undefined ? out : apply(shape.rest, out, key, run);
}

/** The one alternative of a union of objects that the value can be, else all of them merged. */
function chooseShape(choices: readonly Shape[], merged: Shape, value: PlainObject): Shape {
  let chosen: Shape | undefined;
  for (const shape of choices) {
    if (!fits(shape, value)) continue;
    if (chosen !== undefined) return merged;
    chosen = shape;
  }
  return chosen ?? merged;
}

function fits(shape: Shape, value: PlainObject): boolean {
  for (const key of shape.required) if (!Object.hasOwn(value, key)) return false;
  for (const [key, constants] of shape.constants) {
    if (!Object.hasOwn(value, key)) continue;
    const item = value[key];
    if (constants.has(item)) continue;
    if (typeof item !== "string" || !constants.has(fromText(NUMBER | BOOLEAN | NULL, item))) return false;
  }
  return true;
}

/** In the first phase a doubtful string waits for the schema's verdict; in the second this is it. */
function isRefused(run: Run, key: PropertyKey | undefined): boolean {
  if (run.refused === undefined) {
    run.doubts = true;
    return false;
  }
  const { exact, above } = run.refused;
  // A union reports where it stands, so an issue concerns everything below its place as well.
  let place = "";
  if (exact.has(place)) return true;
  for (const segment of run.path ?? []) {
    place += segmentOf(segment);
    if (exact.has(place)) return true;
  }
  if (key !== undefined) place += segmentOf(key);
  return exact.has(place) || above.has(place);
}

function refusedBy(issues: readonly Issue[]): Refused {
  const exact = new Set<string>();
  const above = new Set<string>();
  for (const { path } of issues) {
    let place = "";
    for (const segment of path) {
      above.add(place);
      place += segmentOf(segment);
    }
    exact.add(place);
  }
  return { exact, above };
}

function keyOf(path: readonly PropertyKey[]): string {
  return path.map(segmentOf).join("");
}

/** Libraries differ in whether an index is a number or its digits. */
function segmentOf(key: PropertyKey): string {
  return `/${String(key)}`;
}

type PlainObject = Readonly<Record<string, unknown>>;

function isPlain(value: unknown): value is PlainObject {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  // The last one: records made by createRecord(), whose prototype has none itself.
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

// ---------------------------------------------------------------------------------------------------------------------
// Strings

/** What a place takes, as bits. `number` sets both NUMBER and INTEGER, so that meeting `integer` leaves the latter. */
const STRING = 1;
const NUMBER = 2;
const INTEGER = 4;
const BOOLEAN = 8;
const NULL = 16;
const ARRAY = 32;
const OBJECT = 64;
const DATE = 128;
const BIGINT = 256;
const ANYTHING = 511;
/** What is read from a string. */
const SCALARS = NUMBER | INTEGER | BOOLEAN | DATE | BIGINT;

const DECIMAL = /^[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** The decimals whose value is an integer as written: what `Number` makes of others may have been rounded to one. */
const WHOLE = /^[+-]?\d+(?:\.0+)?(?:[eE]\+?\d+)?$/;
/** Bounded, because `BigInt` takes more than linear time. */
const DIGITS = /^-?\d{1,1000}$/;
const ISO_DATE =
  /^((?:\d{4}|[+-]\d{6})-(?:0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d))?$/;

/** The first of the kinds that the text is, or the text. */
function fromText(kinds: number, text: string): unknown {
  if ((kinds & BOOLEAN) !== 0) {
    if (text === "true" || text === "on") return true;
    if (text === "false") return false;
  }
  if ((kinds & (NUMBER | INTEGER)) !== 0) {
    // Beside a bigint a number must not swallow integers that it cannot hold.
    const value = (kinds & (NUMBER | BIGINT)) === NUMBER ? toNumber(text) : toInteger(text);
    if (value !== text) return value;
  }
  if ((kinds & BIGINT) !== 0 && DIGITS.test(text)) return BigInt(text);
  if ((kinds & DATE) !== 0) return toDate(text);
  return (kinds & NULL) !== 0 && text === "null" ? null : text;
}

function toNumber(text: string): number | string {
  const digits = toSmallInteger(text);
  if (digits !== undefined) return digits;
  if (!DECIMAL.test(text)) return text;
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}

/** Page numbers and ids, without the price of a regular expression. */
function toSmallInteger(text: string): number | undefined {
  if (text.length === 0 || text.length > 15) return undefined;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/** A fraction becomes a number too: "expected int" is the better message. */
function toInteger(text: string): number | string {
  const value = toNumber(text);
  if (!Number.isInteger(value)) return value;
  return Number.isSafeInteger(value) && WHOLE.test(text) ? value : text;
}

function toDate(text: string): Date | string {
  const match = ISO_DATE.exec(text);
  // `Date` reads February 30 as March 1 or 2.
  if (match === null || new Date(match[1]!).getUTCDate() !== Number(match[2])) return text;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : date;
}

// ---------------------------------------------------------------------------------------------------------------------
// Compiling: JSON Schema → alternatives → nodes

/** One place of the input. */
interface Node {
  /** Whether anything at or below it is ever changed. */
  active: boolean;
  /** What it takes. */
  readonly admits: number;
  /** Whether a single value is changed here; false where any string is taken as it is. */
  readonly converts: boolean;
  /** What a string may become. */
  readonly kinds: number;
  /** The constants that stay. */
  readonly texts: ReadonlySet<string> | undefined;
  /** Whether the schema's verdict on the string as it is comes first. */
  readonly doubt: boolean;
  /** Whether the schema may see an empty string without an issue of ours. */
  readonly takesEmpty: boolean;
  /** For people: "number or boolean". */
  readonly expected: string;
  list: List | undefined;
  /** All the objects it takes, merged. */
  shape: Shape | undefined;
  /** Each of them. */
  choices: readonly Shape[];
}

interface List {
  readonly prefix: readonly Node[];
  readonly rest: Node | undefined;
  /** Whether no item is ever changed. */
  readonly idle: boolean;
}

interface Shape {
  readonly fields: ReadonlyMap<string, Node>;
  readonly patterns: readonly { readonly pattern: RegExp; readonly node: Node }[];
  readonly rest: Node | undefined;
  /** Whether keys beyond `fields` are coerced. */
  readonly open: boolean;
  readonly required: readonly string[];
  readonly constants: readonly (readonly [key: string, values: ReadonlySet<unknown>])[];
}

type JsonSchema = Readonly<Record<string, unknown>>;

/** Schemas that must all hold. */
type All = readonly JsonSchema[];

/** One alternative of what schemas that must all hold leave possible. */
interface Alternative {
  readonly kinds: number;
  /** Whether strings are subject to more than their type. */
  readonly constrained: boolean;
  readonly takesEmpty: boolean;
  readonly constants: readonly unknown[] | undefined;
  /** The schemas that say something about items and properties. */
  readonly parts: All;
  readonly mode: number;
}

/** A `z.preprocess` above: its function is written for raw strings, so the schema is always asked first. */
const RAW = 1;
/** A `.catch()` above: the schema never refuses, so asking it tells nothing; it is also its own answer to "". */
const LENIENT = 2;

/** The marks we have the libraries put where JSON Schema has no words. */
const MARK = "x-igniter";
const MARK_RAW = "x-igniter-raw";
const MARK_LENIENT = "x-igniter-lenient";

/** Products of unions grow fast; beyond this many alternatives further members of an intersection are not looked at. */
const MAX_ALTERNATIVES = 256;

const ANY: JsonSchema = {};
const NEVER: JsonSchema = { not: {} };

interface Compiler {
  /** Where `#` points. */
  readonly document: JsonSchema;
  /** Nodes by what they were made of: recursive schemas end here. */
  readonly nodes: Map<string, Node>;
  readonly ids: Map<JsonSchema, number>;
}

/** The root's node, with all that is below it. */
interface Tree {
  readonly root: Node;
  readonly nodes: readonly Node[];
}

function readTree(schema: Schema): Tree | undefined {
  const document = readJsonSchema(schema);
  if (document === undefined) return undefined;
  const nodes = new Map<string, Node>();
  const root = compile({ document, nodes, ids: new Map() }, [[document]], 0);
  return { root, nodes: [...nodes.values()] };
}

/** What one place takes. Each group is a branch of a union further up, so what one takes another may refuse. */
function compile(compiler: Compiler, groups: readonly All[], inherited: number): Node {
  const key = `${inherited}:${
    distinct(groups.map((group) => distinct(group.map((one) => idOf(compiler, one)), "&")), "|")
  }`;
  const known = compiler.nodes.get(key);
  if (known !== undefined) return known;

  const branches = groups.map((group) => expandAll(compiler, group)).filter((branch) => branch.length > 0);
  const all = branches.flat();
  const mode = all.reduce((bits, alternative) => bits | alternative.mode, inherited);
  const admits = all.reduce((bits, { kinds }) => bits | kinds, 0);
  const kinds = admits === NULL
    ? NULL
    : all.reduce((bits, each) => bits | (isFree(each) ? 0 : each.kinds), 0) & SCALARS;
  const lists = all.filter((each) => (each.kinds & ARRAY) !== 0 && !takesAnything(each));
  const shapes = all.filter((each) => (each.kinds & OBJECT) !== 0 && !takesAnything(each));
  const free = branches.filter((branch) => branch.some(isFree)).length;
  const lenient = (mode & (RAW | LENIENT)) === LENIENT;
  const stays = free > 0 && (free === branches.length || lenient);
  const converts = !stays && (kinds !== 0 || lists.length > 0);
  const judged = branches.length > 1 || (mode & RAW) !== 0;
  const strings = all.filter((each) => (each.kinds & STRING) !== 0);
  const doubt = !lenient &&
    ((mode & RAW) !== 0 || strings.some((each) => judged || each.constants === undefined));
  const node: Node = {
    active: converts,
    admits,
    converts,
    kinds,
    texts: doubt && branches.length > 1 ? undefined : textsOf(strings),
    doubt,
    takesEmpty: mode !== 0 || (kinds & SCALARS) === 0 || strings.some((each) => each.takesEmpty),
    expected: namesOf(kinds),
    list: undefined,
    shape: undefined,
    choices: [],
  };
  // Before descending: what is below may lead back here.
  compiler.nodes.set(key, node);
  const anything = all.some(takesAnything);
  if (anything && branches.length === 1) return node;
  const below = anything ? mode | RAW : mode;
  if (lists.length > 0) node.list = compileList(compiler, lists, below);
  if (shapes.length > 0) node.shape = compileShape(compiler, shapes, below);
  if (shapes.length > 1) node.choices = shapes.map((each) => compileChoice(compiler, each, below));
  return node;
}

function compileList(compiler: Compiler, lists: readonly Alternative[], mode: number): List {
  const length = Math.max(0, ...lists.flatMap(({ parts }) => parts.map((part) => schemasOf(part.prefixItems).length)));
  const at = (index: number) =>
    compile(compiler, lists.map(({ parts }) => parts.flatMap((each) => itemAt(each, index))), mode);
  return { prefix: Array.from({ length }, (_, index) => at(index)), rest: at(length), idle: false };
}

function itemAt(part: JsonSchema, index: number): All {
  const item = schemasOf(part.prefixItems)[index];
  if (item !== undefined) return [item];
  return part.items === undefined ? [] : [toSchema(part.items)];
}

function compileShape(compiler: Compiler, alternatives: readonly Alternative[], mode: number): Shape {
  const fields = new Map<string, Node>();
  const patterns: { pattern: RegExp; node: Node }[] = [];
  const parts = alternatives.flatMap((each) => each.parts);
  for (const key of new Set(parts.flatMap((part) => Object.keys(recordOf(part.properties))))) {
    fields.set(key, compile(compiler, propertyAt(alternatives, (part) => fieldAt(part, key)), mode));
  }
  for (const [source, schema] of parts.flatMap((part) => Object.entries(recordOf(part.patternProperties)))) {
    const pattern = toPattern(source);
    if (pattern !== undefined) patterns.push({ pattern, node: compile(compiler, [[toSchema(schema)]], mode) });
  }
  const others = propertyAt(alternatives, restOf);
  const rest = others.length === 0 ? undefined : compile(compiler, others, mode);
  return { fields, patterns, rest, open: rest !== undefined || patterns.length > 0, required: [], constants: [] };
}

/** One object of a union, with what tells it from the others. */
function compileChoice(compiler: Compiler, alternative: Alternative, mode: number): Shape {
  const shape = compileShape(compiler, [alternative], mode);
  const { parts } = alternative;
  return {
    ...shape,
    required: parts.flatMap(({ required }) => Array.isArray(required) ? required.map(String) : []),
    constants: [...shape.fields.keys()].flatMap((key) => constantsAt(compiler, parts, key)),
  };
}

/** The alternatives that say nothing about a property have no say in it. */
function propertyAt(alternatives: readonly Alternative[], at: (part: JsonSchema) => All): All[] {
  return alternatives.map(({ parts }) => parts.flatMap(at)).filter((group) => group.length > 0);
}

function fieldAt(part: JsonSchema, key: string): All {
  const properties = recordOf(part.properties);
  const found = Object.hasOwn(properties, key) ? [toSchema(properties[key])] : [];
  for (const [source, schema] of Object.entries(recordOf(part.patternProperties))) {
    if (toPattern(source)?.test(key)) found.push(toSchema(schema));
  }
  return found.length > 0 ? found : restOf(part);
}

/** `false` closes an object; two closed halves of a Zod intersection do not refuse each other's keys. */
function restOf({ additionalProperties: rest }: JsonSchema): All {
  return typeof rest === "object" && rest !== null ? [rest as JsonSchema] : [];
}

function constantsAt(compiler: Compiler, parts: All, key: string): Shape["constants"] {
  const alternatives = expandAll(compiler, parts.flatMap((part) => fieldAt(part, key)));
  if (alternatives.length === 0 || alternatives.some(({ constants }) => constants === undefined)) return [];
  return [[key, new Set(alternatives.flatMap(({ constants }) => constants!))]];
}

/** Activity spreads from the leaves up, in as many rounds as a recursive tree takes. */
function activate({ nodes }: Tree): void {
  for (let changed = true; changed;) {
    changed = false;
    for (const node of nodes) {
      if (node.active || !childrenOf(node).some((child) => child.active)) continue;
      node.active = changed = true;
    }
  }
}

function childrenOf({ list, shape, choices }: Node): readonly Node[] {
  const shapes = shape === undefined ? choices : [shape, ...choices];
  return [...(list === undefined ? [] : itemsOf(list)), ...shapes.flatMap(nodesOf)];
}

function itemsOf({ prefix, rest }: List): readonly Node[] {
  return rest === undefined ? prefix : [...prefix, rest];
}

function nodesOf({ fields, patterns, rest }: Shape): readonly Node[] {
  const nodes = [...fields.values(), ...patterns.map(({ node }) => node)];
  return rest === undefined ? nodes : [...nodes, rest];
}

/** Cuts off what has nothing to do, so that no request walks it. */
function prune({ nodes }: Tree): void {
  for (const node of nodes) {
    const { list, shape, choices } = node;
    if (list !== undefined) node.list = { ...list, idle: !itemsOf(list).some(({ active }) => active) };
    const shapes = shape === undefined ? choices : [shape, ...choices];
    if (!shapes.flatMap(nodesOf).some(({ active }) => active)) node.shape = undefined;
    else node.shape = shape && pruneShape(shape);
    node.choices = choices.map(pruneShape);
  }
}

function pruneShape(shape: Shape): Shape {
  const { fields, patterns, rest } = shape;
  // In an open object a field without work must stay, or `additionalProperties` would be applied to it.
  const open = rest?.active === true || patterns.some(({ node }) => node.active);
  return open ? shape : {
    ...shape,
    fields: new Map([...fields].filter(([, { active }]) => active)),
    patterns: [],
    rest: undefined,
    open,
  };
}

function nests({ shape, list }: Node): boolean {
  if (shape !== undefined) return true;
  return list !== undefined && itemsOf(list).some((item) => item.shape !== undefined || item.list !== undefined);
}

// ---------------------------------------------------------------------------------------------------------------------
// Reading one JSON Schema

/** What schemas that must all hold leave possible: their product, without what contradicts itself. */
function expandAll(compiler: Compiler, all: All): readonly Alternative[] {
  let out: readonly Alternative[] | undefined;
  for (const schema of all) {
    const one = expand(compiler, schema, []);
    out = out === undefined ? one : product(out, one);
  }
  return (out ?? [ownPart(ANY)]).filter(({ kinds }) => kinds !== 0);
}

/** `within` holds the schemas being expanded: one that is reached again before any property or item adds nothing. */
function expand(compiler: Compiler, schema: JsonSchema, within: All): readonly Alternative[] {
  if (within.includes(schema)) return [];
  const inside = [...within, schema];
  let out: readonly Alternative[] = [ownPart(schema)];
  if (typeof schema.$ref === "string") {
    out = product(out, expand(compiler, resolve(compiler.document, schema.$ref), inside));
  }
  for (const member of schemasOf(schema.allOf)) out = product(out, expand(compiler, member, inside));
  for (const union of [schema.anyOf, schema.oneOf]) {
    if (Array.isArray(union)) out = product(out, schemasOf(union).flatMap((one) => expand(compiler, one, inside)));
  }
  return out;
}

function product(left: readonly Alternative[], right: readonly Alternative[]): readonly Alternative[] {
  if (left.length * right.length > MAX_ALTERNATIVES) return left;
  return left.flatMap((a) => right.map((b) => both(a, b)));
}

function both(a: Alternative, b: Alternative): Alternative {
  return {
    kinds: a.kinds & b.kinds,
    constrained: a.constrained || b.constrained,
    takesEmpty: a.takesEmpty && b.takesEmpty,
    constants: a.constants === undefined || b.constants === undefined
      ? a.constants ?? b.constants
      : a.constants.filter((each) => b.constants!.includes(each)),
    parts: [...a.parts, ...b.parts],
    mode: a.mode | b.mode,
  };
}

/** What a schema's own keywords say. */
function ownPart(schema: JsonSchema): Alternative {
  const constants = Object.hasOwn(schema, "const")
    ? [schema.const]
    : Array.isArray(schema.enum)
    ? schema.enum as unknown[]
    : undefined;
  const constrained = CONSTRAINTS.some((keyword) => schema[keyword] !== undefined);
  return {
    kinds: kindsOf(schema) & (constants?.reduce<number>((bits, each) => bits | kindOf(each), 0) ?? ANYTHING),
    constrained,
    takesEmpty: constants?.includes("") ?? (!constrained || mayBeEmpty(schema)),
    constants,
    parts: STRUCTURE.some((keyword) => schema[keyword] !== undefined) ? [schema] : [],
    mode: (schema[MARK_RAW] === true ? RAW : 0) | (schema[MARK_LENIENT] === true ? LENIENT : 0),
  };
}

const CONSTRAINTS = ["pattern", "format", "minLength", "maxLength", "contentEncoding", "not", "if"];
const STRUCTURE = [
  "properties",
  "patternProperties",
  "additionalProperties",
  "required",
  "items",
  "prefixItems",
];

function kindsOf(schema: JsonSchema): number {
  const { type, not } = schema;
  if (schema[MARK] === "date") return DATE;
  if (schema[MARK] === "bigint") return BIGINT;
  if (not === true || (typeof not === "object" && not !== null && Object.keys(not).length === 0)) return 0;
  if (Array.isArray(type)) return type.reduce<number>((bits, one) => bits | kindOfType(one), 0);
  if (type !== undefined) return kindOfType(type);
  // Strictly these allow anything that is not an object or array; nobody who writes them means it.
  if (schema.properties !== undefined || schema.patternProperties !== undefined) return OBJECT;
  return schema.items !== undefined || schema.prefixItems !== undefined ? ARRAY : ANYTHING;
}

function kindOfType(type: unknown): number {
  switch (type) {
    case "string":
      return STRING;
    case "number":
      return NUMBER | INTEGER;
    case "integer":
      return INTEGER;
    case "boolean":
      return BOOLEAN;
    case "null":
      return NULL;
    case "array":
      return ARRAY;
    case "object":
      return OBJECT;
    default:
      return ANYTHING;
  }
}

function kindOf(constant: unknown): number {
  if (constant === null) return NULL;
  return Array.isArray(constant) ? ARRAY : kindOfType(typeof constant);
}

/** A format alone decides nothing: in JSON Schema it is an annotation. */
function mayBeEmpty({ minLength, pattern }: JsonSchema): boolean {
  if (typeof minLength === "number" && minLength > 0) return false;
  return typeof pattern !== "string" || (toPattern(pattern)?.test("") ?? true);
}

/** Whether any string is taken. A lone `pattern` without a type also takes everything else. */
function isFree({ kinds, constrained, constants }: Alternative): boolean {
  return constants === undefined && (kinds === ANYTHING || ((kinds & STRING) !== 0 && !constrained));
}

function takesAnything({ kinds, constants }: Alternative): boolean {
  return constants === undefined && kinds === ANYTHING;
}

function textsOf(strings: readonly Alternative[]): ReadonlySet<string> | undefined {
  const texts = new Set<string>();
  for (const { constants = [] } of strings) {
    for (const each of constants) if (typeof each === "string") texts.add(each);
  }
  return texts.size === 0 ? undefined : texts;
}

function namesOf(kinds: number): string {
  const names: string[] = [];
  if ((kinds & NUMBER) !== 0) names.push("number");
  else if ((kinds & INTEGER) !== 0) names.push("integer");
  if ((kinds & BIGINT) !== 0) names.push("bigint");
  if ((kinds & BOOLEAN) !== 0) names.push("boolean");
  if ((kinds & DATE) !== 0) names.push("date");
  return names.join(" or ");
}

/** Follows a local JSON pointer. Anything may stand behind another reference. */
function resolve(document: JsonSchema, reference: string): JsonSchema {
  if (reference === "#") return document;
  if (!reference.startsWith("#/")) return ANY;
  let at: unknown = document;
  for (const segment of reference.slice(2).split("/")) {
    const key = decodeSegment(segment);
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return ANY;
    at = (at as Record<string, unknown>)[key];
  }
  return toSchema(at);
}

function decodeSegment(segment: string): string {
  const pointer = segment.replaceAll("~1", "/").replaceAll("~0", "~");
  // Zod does not percent-encode the ids it writes into references.
  return /%(?![\da-f]{2})/i.test(pointer) ? pointer : decodeURIComponent(pointer);
}

function schemasOf(value: unknown): All {
  return Array.isArray(value) ? value.map(toSchema) : [];
}

function toSchema(value: unknown): JsonSchema {
  if (value === false) return NEVER;
  return typeof value === "object" && value !== null ? value as JsonSchema : ANY;
}

function recordOf(value: unknown): JsonSchema {
  return typeof value === "object" && value !== null ? value as JsonSchema : ANY;
}

function toPattern(source: string): RegExp | undefined {
  for (const flags of ["u", ""]) {
    try {
      return new RegExp(source, flags);
    } catch {
      // Patterns are JavaScript's by the standard, with or without `u`; one that is neither says nothing to us.
    }
  }
  return undefined;
}

function idOf({ ids }: Compiler, schema: JsonSchema): number {
  const id = ids.get(schema) ?? ids.size;
  ids.set(schema, id);
  return id;
}

function distinct(values: readonly (string | number)[], separator: string): string {
  return values.length === 1 ? String(values[0]) : [...new Set(values)].sort().join(separator);
}

// ---------------------------------------------------------------------------------------------------------------------
// Asking a schema for its JSON Schema

/** The part of Standard JSON Schema that is read here, and Zod's method of before it. */
interface Describing {
  readonly "~standard": { readonly jsonSchema?: { readonly input?: (options: unknown) => unknown } };
  readonly toJSONSchema?: (options: unknown) => unknown;
}

const TARGET = "draft-2020-12";

/** Each library reads its own of these: dates and bigints get marks instead of errors. */
function libraryOptions(): Readonly<Record<string, unknown>> {
  return {
    unrepresentable: "any", // Zod
    override: markZod, // Zod
    fallback: markArkType, // ArkType
    errorMode: "ignore", // Valibot
    overrideSchema: markValibot, // Valibot
  };
}

/** A library that cannot describe a schema may throw: then there is no JSON Schema, and strings stay as they are. */
function readJsonSchema(schema: Schema): JsonSchema | undefined {
  // The schema port names only what validation needs.
  const describing = schema as unknown as Describing;
  const standard = describing["~standard"].jsonSchema;
  try {
    const described = typeof standard?.input === "function"
      ? standard.input({ target: TARGET, libraryOptions: libraryOptions() })
      : describing.toJSONSchema?.({ target: TARGET, io: "input", ...libraryOptions() });
    return typeof described === "object" && described !== null ? described as JsonSchema : undefined;
  } catch {
    return undefined;
  }
}

interface ZodNode {
  readonly _zod: {
    readonly def: { readonly type: string; readonly values?: readonly unknown[]; readonly in?: ZodNode };
  };
}

function markZod({ zodSchema, jsonSchema }: { zodSchema: ZodNode; jsonSchema: Record<string, unknown> }): void {
  const { type, values = [], in: first } = zodSchema._zod.def;
  switch (type) {
    case "date":
    case "bigint":
      jsonSchema[MARK] = type;
      return;
    case "literal":
      markLiteral(values, jsonSchema);
      return;
    case "pipe":
      if (first?._zod.def.type === "transform") jsonSchema[MARK_RAW] = true;
      return;
    case "catch":
      jsonSchema[MARK_LENIENT] = true;
      return;
    // Written as `{}`, which would make a union with them take any string.
    case "undefined":
    case "void":
    case "nan":
    case "symbol":
    case "function":
    case "map":
    case "set":
      jsonSchema.not = {};
  }
}

/** Zod writes bigint literals as numbers, and one of `undefined` as `{}`. */
function markLiteral(values: readonly unknown[], jsonSchema: Record<string, unknown>): void {
  const plain = values.filter((value) => typeof value !== "bigint" && value !== undefined);
  const hasBigint = values.some((value) => typeof value === "bigint");
  if (plain.length > 0 && !hasBigint) return;
  delete jsonSchema.type;
  delete jsonSchema.const;
  delete jsonSchema.enum;
  jsonSchema.anyOf = [...(hasBigint ? [{ [MARK]: "bigint" }] : []), ...(plain.length > 0 ? [{ enum: plain }] : [])];
}

interface ArkTypeFallback {
  readonly code: string;
  readonly base: object;
  readonly domain?: unknown;
}

function markArkType({ code, base, domain }: ArkTypeFallback): object {
  if (code === "date") return { ...base, [MARK]: "date" };
  return code === "domain" && domain === "bigint" ? { ...base, [MARK]: "bigint" } : base;
}

function markValibot({ valibotSchema: { type } }: { valibotSchema: { type: string } }): object | undefined {
  return type === "date" || type === "bigint" ? { [MARK]: type } : undefined;
}
