/**
 * From the patterns of a router to the paths of a document.
 *
 * OpenAPI knows parameters of one segment, and takes two paths that differ in nothing but the names of their parameters
 * for one. So an optional parameter is two paths, what shares a shape shares its names, and a wildcard is a parameter
 * that says what it stands for.
 *
 * @module
 */
import { canonicalPath, parsePath, type Segment } from "../contract/path.ts";
import type { OpenAPIOperation, OpenAPIPath } from "./types.ts";

/** A parameter of a path. */
export interface PathParameter {
  /** Its name in the document. */
  readonly name: string;
  /** Its name in the action; `"*"` for a wildcard. */
  readonly key: string;
}

/** Where an operation stands. */
export interface Address {
  readonly parameters: readonly PathParameter[];
  /** The optional parameter that is left out here. */
  readonly without: string | undefined;
  /** Puts the operation there. */
  readonly put: (operation: OpenAPIOperation) => void;
}

type Verb = keyof OpenAPIPath;
type Item = { [V in Verb]?: OpenAPIOperation };

interface Place {
  readonly path: string;
  readonly names: readonly string[];
  readonly item: Item;
  readonly taken: Set<Verb>;
}

/** The paths of a document. */
export class Addresses {
  readonly #places = new Map<string, Place>();

  /** The paths, in the order in which they were added. */
  get paths(): Readonly<Record<string, OpenAPIPath>> {
    const used = [...this.#places.values()].filter(({ item }) => Object.keys(item).length > 0);
    return Object.fromEntries(used.map(({ path, item }) => [path, item]));
  }

  /** Finds the places of a pattern: two when its last parameter is optional. */
  add(method: string, pattern: string): readonly Address[] {
    const segments = parsePath(pattern);
    const last = segments.at(-1);
    if (last?.kind !== "optional") return [this.#place(method, segments)];
    const without = { ...this.#place(method, segments.slice(0, -1)), without: last.name };
    return [without, this.#place(method, segments)];
  }

  #place(method: string, segments: readonly Segment[]): Address {
    const verb = method.toLowerCase() as Verb;
    let keys: readonly Segment[] = segments;
    let place = this.#placeOf(keys);
    // `/files/:id` and `/files/*`, of one method: the wildcard gets what has more segments.
    while (place.taken.has(verb)) {
      keys = [...keys, { kind: "wildcard", name: "*" }];
      place = this.#placeOf(keys);
    }
    const { names, item } = place;
    place.taken.add(verb);
    const parameters = keys.flatMap((segment) => segment.kind === "static" ? [] : [segment.name])
      .map((key, index) => ({ key, name: names[index] as string }));
    return { parameters, without: undefined, put: (operation) => void (item[verb] = operation) };
  }

  #placeOf(segments: readonly Segment[]): Place {
    const shape = segments.map((segment) => segment.kind === "static" ? canonicalPath(`/${segment.text}`) : "/{}").join(
      "",
    );
    const known = this.#places.get(shape);
    if (known !== undefined) return known;
    const names = namesOf(segments);
    let next = 0;
    const path = shape.replace(/\{\}/g, () => `{${names[next++]}}`) || "/";
    const place: Place = { path, names, item: {}, taken: new Set() };
    this.#places.set(shape, place);
    return place;
  }
}

/** The names of a path's parameters. A wildcard has none: it is the rest, or a segment of it. */
function namesOf(segments: readonly Segment[]): readonly string[] {
  const names: string[] = [];
  for (const segment of segments) {
    if (segment.kind === "static") continue;
    const isRest = segment === segments.at(-1);
    let name: string = segment.kind !== "wildcard" ? segment.name : isRest ? "rest" : "segment";
    while (names.includes(name)) name += "_";
    names.push(name);
  }
  return names;
}
