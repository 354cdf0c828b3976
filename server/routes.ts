/**
 * The route table. Paths without parameters are one map look-up; the rest walks a tree of segments, so the last of
 * five hundred routes costs what the first does.
 *
 * Where several patterns fit a path, the more precise wins, segment by segment: static, then a parameter, then an
 * optional parameter that is absent, then a wildcard. The walk goes back when a precise branch ends nowhere.
 *
 * @module
 */
import { canonicalPath, parsePath, type RawParams, type Segment } from "./contract/path.ts";
import { createRecord, NO_PARAMS } from "./contract/record.ts";
import { hashOn, SpanTable } from "./span_table.ts";

/** The outcome of a look-up. */
export type Lookup<T> =
  | { readonly kind: "found"; readonly target: T; readonly params: RawParams }
  | { readonly kind: "missing" }
  | { readonly kind: "wrong method"; readonly allow: readonly string[] }
  | { readonly kind: "malformed" };

/** What {@link Routes.quick} found. */
export interface Quick<T> {
  readonly target: T;
  readonly params: RawParams;
}

/** One target at one pattern. */
interface Entry<T> {
  readonly target: T;
  readonly pattern: string;
  readonly names: readonly string[];
}

/** One target at a pattern with one parameter, the last segment. */
interface Tail<T> {
  readonly target: T;
  readonly name: string;
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
  readonly path: string;
  /** Where the path ends, a trailing slash left out. */
  readonly end: number;
  /** Whether segments need percent-decoding. */
  readonly encoded: boolean;
  readonly values: string[];
  /** Methods of the patterns that fit but do not have the wanted one. */
  others: Set<string> | undefined;
}

/** The routes of a router. */
export class Routes<T> {
  readonly #root: Node<T> = node();
  /** Full paths without parameters. */
  readonly #fixed = new SpanTable<Leaf<T>>();
  /** GET patterns with one parameter, the last segment, by what stands before it: the shape of most others. */
  readonly #tails = new SpanTable<Tail<T>>();
  readonly #base: string;
  readonly #describe: (target: T) => string;

  /** `base` is the path of all routes, empty for the root; `describe` names a target in errors. */
  constructor(base: string, describe: (target: T) => string) {
    this.#base = base;
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
        const text = canonicalPath("/" + segment.text).slice(1);
        const next = at.statics.get(text) ?? node();
        at.statics.set(text, next);
        at = next;
      } else at = at.param ??= node();
    }
    this.#register(at.leaf ??= new Map(), method, { target, pattern, names });
    const [name] = names;
    if (name !== undefined) {
      const prefix = segments.slice(0, -1);
      const isTail = method === "GET" && prefix.every(({ kind }) => kind === "static");
      // What stands under "_" is the framework's, which looks there itself.
      if (isTail && (prefix[0] as { readonly text?: string } | undefined)?.text !== "_") {
        this.#tails.put(this.#base + (prefix.length === 0 ? "" : pathOf(prefix)), { target, name });
      }
      return;
    }
    this.#fixed.put(this.#base + pathOf(segments), at.leaf);
  }

  #register(leaf: Leaf<T>, method: string, entry: Entry<T>): void {
    const other = leaf.get(method);
    if (other !== undefined) {
      const [mine, theirs] = [this.#describe(entry.target), this.#describe(other.target)];
      throw new TypeError(`Cannot register ${mine}: ${method} ${other.pattern} belongs to ${theirs} already`);
    }
    leaf.set(method, entry);
  }

  /**
   * Finds what answers a method at the path that stands in `url` from `start` to before `end`, when that is as easy as
   * it mostly is: no parameters, or a GET whose last segment is the only one. `undefined` says nothing; {@link find}
   * knows.
   */
  quick(method: string, url: string, start: number, end: number): Quick<T> | undefined {
    let hash = 0;
    let slash = start;
    let hashBefore = 0;
    for (let at = start; at < end; at++) {
      const code = url.charCodeAt(at);
      if (code === PERCENT) return undefined;
      if (code === SLASH) {
        slash = at;
        hashBefore = hash;
      }
      hash = hashOn(hash, code);
    }
    const target = this.#fixed.find(url, start, end, hash)?.get(method)?.target;
    if (target !== undefined) return { target, params: NO_PARAMS };
    if (method !== "GET" || slash === end - 1) return undefined;
    const tail = this.#tails.find(url, start, slash, hashBefore);
    if (tail === undefined) return undefined;
    const params = createRecord<string>();
    params[tail.name] = url.slice(slash + 1, end);
    return { target: tail.target, params };
  }

  /** Finds what answers a method at a path, its escapes in upper case. HEAD is answered by GET. One trailing slash is ignored. */
  find(method: string, path: string): Lookup<T> {
    const base = this.#base;
    if (!path.startsWith(base) || (path.length > base.length && path.charCodeAt(base.length) !== SLASH)) return MISSING;
    const encoded = path.indexOf("%") >= 0;
    if (encoded && !isEncoded(path)) return { kind: "malformed" };
    const last = path.length - 1;
    const end = last > 0 && path.charCodeAt(last) === SLASH ? last : path.length;
    const state: Walk = {
      method,
      path,
      end,
      encoded,
      values: [],
      others: undefined,
    };
    const entry = walk(this.#root, base.length + 1, state);
    if (entry !== undefined) {
      return { kind: "found", target: entry.target, params: toParams(entry.names, state.values) };
    }
    return state.others === undefined ? MISSING : { kind: "wrong method", allow: toAllow(state.others) };
  }
}

const SLASH = 47;
const PERCENT = 37;
const MISSING: { readonly kind: "missing" } = { kind: "missing" };

function node<T>(): Node<T> {
  return { statics: new Map(), param: undefined, leaf: undefined, wildcard: undefined };
}

function walk<T>(at: Node<T>, start: number, state: Walk): Entry<T> | undefined {
  const { path, end } = state;
  // At the end itself stands one more segment, an empty one: `/a//` is not `/a`.
  if (start > end || path.length === 1) return at.leaf === undefined ? undefined : choose(at.leaf, state);
  const slash = path.indexOf("/", start);
  const stop = slash < 0 || slash > end ? end : slash;
  const text = path.slice(start, stop);
  // As it was sent: what a proxy or another middleware guards under one spelling must not be reached under another.
  const fixed = at.statics.get(text);
  if (fixed !== undefined) {
    const entry = walk(fixed, stop + 1, state);
    if (entry !== undefined) return entry;
  }
  if (at.param !== undefined && text !== "") {
    state.values.push(state.encoded ? decodeURIComponent(text) : text);
    const entry = walk(at.param, stop + 1, state);
    if (entry !== undefined) return entry;
    state.values.pop();
  }
  if (at.wildcard === undefined || start === end) return undefined;
  const entry = choose(at.wildcard, state);
  if (entry !== undefined) state.values.push(restOf(state, start));
  return entry;
}

/** What a wildcard stands for: the rest of the path, decoded segment by segment. */
function restOf({ path, end, encoded }: Walk, start: number): string {
  const rest = path.slice(start, end);
  return encoded ? rest.split("/").map(decodeURIComponent).join("/") : rest;
}

function choose<T>(leaf: Leaf<T>, state: Walk): Entry<T> | undefined {
  const { method } = state;
  const entry = leaf.get(method) ?? (method === "HEAD" ? leaf.get("GET") : undefined);
  if (entry !== undefined) return entry;
  state.others ??= new Set();
  for (const other of leaf.keys()) state.others.add(other);
  return undefined;
}

function toAllow(methods: ReadonlySet<string>): readonly string[] {
  return [...methods, ...(methods.has("GET") ? ["HEAD"] : []), "OPTIONS"];
}

function toParams(names: readonly string[], values: readonly string[]): RawParams {
  const params = createRecord<string>();
  for (let i = 0; i < names.length; i++) params[names[i] as string] = values[i] as string;
  return params;
}

function pathOf(segments: readonly Segment[]): string {
  return canonicalPath("/" + segments.map((segment) => segment.kind === "static" ? segment.text : "").join("/"));
}

/** Whether all of a path is valid percent-encoding. */
function isEncoded(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
