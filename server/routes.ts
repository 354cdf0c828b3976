/**
 * The route table. Paths without parameters are one map look-up; the rest walks a tree of segments, so the last of
 * five hundred routes costs what the first does.
 *
 * Where several patterns fit a path, the more precise wins, segment by segment: static, then a parameter, then an
 * optional parameter that is absent, then a wildcard. The walk goes back when a precise branch ends nowhere.
 *
 * @module
 */
import { parsePath, type RawParams, type Segment } from "./contract/path.ts";

/** The outcome of a look-up. */
export type Lookup<T> =
  | { readonly kind: "found"; readonly target: T; readonly params: RawParams }
  | { readonly kind: "missing" }
  | { readonly kind: "wrong method"; readonly allow: readonly string[] }
  | { readonly kind: "malformed" };

/** One target at one pattern. */
interface Entry<T> {
  readonly target: T;
  readonly pattern: string;
  readonly names: readonly string[];
}

/** What is registered at one place of the tree, by method. */
type Leaf<T> = Map<string, Entry<T>>;

interface Node<T> {
  readonly statics: Map<string, Node<T>>;
  param: Node<T> | undefined;
  leaf: Leaf<T> | undefined;
  wildcard: Leaf<T> | undefined;
}

/** One walk through the tree. */
interface Walk {
  readonly method: string;
  readonly texts: readonly string[];
  readonly end: number;
  readonly values: string[];
  /** Methods of the patterns that fit but do not have the wanted one. */
  readonly others: Set<string>;
}

const NO_PARAMS: RawParams = Object.freeze(Object.create(null));

/** The routes of a router. */
export class Routes<T> {
  readonly #root: Node<T> = node();
  /** Full paths without parameters. */
  readonly #fixed = new Map<string, Leaf<T>>();
  readonly #describe: (target: T) => string;

  /** `describe` names a target in errors. */
  constructor(describe: (target: T) => string) {
    this.#describe = describe;
  }

  /**
   * Registers a target.
   *
   * @throws TypeError when another has the same method and path; the message names both.
   */
  add(method: string, pattern: string, target: T): void {
    const segments = parsePath(pattern);
    this.#insert(method, pattern, segments, target);
    // An optional last segment is two patterns: with it and without it.
    if (segments.at(-1)?.kind === "optional") this.#insert(method, pattern, segments.slice(0, -1), target);
  }

  #insert(method: string, pattern: string, segments: readonly Segment[], target: T): void {
    let at = this.#root;
    const names: string[] = [];
    for (const segment of segments) {
      if (segment.kind !== "static") names.push(segment.name);
      if (segment.kind === "wildcard") {
        this.#register(at.wildcard ??= new Map(), method, { target, pattern, names });
        return;
      }
      if (segment.kind === "static") {
        const next = at.statics.get(segment.text) ?? node();
        at.statics.set(segment.text, next);
        at = next;
      } else at = at.param ??= node();
    }
    this.#register(at.leaf ??= new Map(), method, { target, pattern, names });
    if (names.length === 0) this.#fixed.set(pathOf(segments), at.leaf);
  }

  #register(leaf: Leaf<T>, method: string, entry: Entry<T>): void {
    const other = leaf.get(method);
    if (other !== undefined) {
      const [mine, theirs] = [this.#describe(entry.target), this.#describe(other.target)];
      throw new TypeError(`Cannot register ${mine}: ${method} ${other.pattern} belongs to ${theirs} already`);
    }
    leaf.set(method, entry);
  }

  /** Finds what answers a method at a path. HEAD is answered by GET. One trailing slash is ignored. */
  find(method: string, path: string): Lookup<T> {
    const fixed = this.#fixed.get(path)?.get(method);
    if (fixed !== undefined) return { kind: "found", target: fixed.target, params: NO_PARAMS };
    const texts = path.split("/");
    if (texts[texts.length - 1] === "") texts.pop();
    if (path.indexOf("%") >= 0) {
      for (let i = 1; i < texts.length; i++) {
        const text = decodeSegment(texts[i] as string);
        if (text === undefined) return { kind: "malformed" };
        texts[i] = text;
      }
    }
    const state: Walk = { method, texts, end: texts.length, values: [], others: new Set() };
    const entry = walk(this.#root, 1, state);
    if (entry !== undefined) {
      return { kind: "found", target: entry.target, params: toParams(entry.names, state.values) };
    }
    return state.others.size === 0 ? { kind: "missing" } : { kind: "wrong method", allow: toAllow(state.others) };
  }
}

function node<T>(): Node<T> {
  return { statics: new Map(), param: undefined, leaf: undefined, wildcard: undefined };
}

function walk<T>(at: Node<T>, index: number, state: Walk): Entry<T> | undefined {
  if (index >= state.end) return at.leaf === undefined ? undefined : choose(at.leaf, state);
  const text = state.texts[index] as string;
  const fixed = at.statics.get(text);
  if (fixed !== undefined) {
    const entry = walk(fixed, index + 1, state);
    if (entry !== undefined) return entry;
  }
  if (at.param !== undefined && text !== "") {
    state.values.push(text);
    const entry = walk(at.param, index + 1, state);
    if (entry !== undefined) return entry;
    state.values.pop();
  }
  if (at.wildcard === undefined) return undefined;
  const entry = choose(at.wildcard, state);
  if (entry !== undefined) state.values.push(state.texts.slice(index, state.end).join("/"));
  return entry;
}

function choose<T>(leaf: Leaf<T>, { method, others }: Walk): Entry<T> | undefined {
  const entry = leaf.get(method) ?? (method === "HEAD" ? leaf.get("GET") : undefined);
  if (entry === undefined) { for (const other of leaf.keys()) others.add(other); }
  return entry;
}

function toAllow(methods: ReadonlySet<string>): readonly string[] {
  return [...methods, ...(methods.has("GET") ? ["HEAD"] : []), "OPTIONS"];
}

function toParams(names: readonly string[], values: readonly string[]): RawParams {
  const params = Object.create(null) as Record<string, string>;
  for (let i = 0; i < names.length; i++) {
    const value = values[i];
    if (value !== undefined) params[names[i] as string] = value;
  }
  return params;
}

function pathOf(segments: readonly Segment[]): string {
  return "/" + segments.map((segment) => segment.kind === "static" ? segment.text : "").join("/");
}

/** Percent-decoding of one segment; `undefined` when it is malformed. */
function decodeSegment(text: string): string | undefined {
  if (text.indexOf("%") < 0) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
