import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {
  decimals,
  type ExactFigure,
  type Figure,
  type Path,
  type RecordsFigure,
  type RowsFigure,
  type ValueFigure
} from "./figure.js";
import {jsonOf, parseRecords} from "./item.js";

export interface Comparison {
  figure: string;
  published: string;
  ours: string;
  /** Undefined when there is nothing to decide: nothing is published under this name, or it is not reproduced. */
  within: boolean | undefined;
  /** Why a published figure is not reproduced. */
  notReproduced?: string;
}

/** The published values of one item: the one place that opens them. */
export class Published {
  readonly #folder: string;
  readonly #files = new Map<string, unknown>();
  /** Paths that a figure was compared with, by file. */
  readonly #used = new Map<string, Path[]>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** JSON as it is, other files as their records; undefined for a file that is not there. */
  load(file: string): unknown {
    if (!this.#files.has(file)) this.#files.set(file, this.#read(file));
    return this.#files.get(file);
  }

  #read(file: string): unknown {
    const path = join(this.#folder, file);
    if (!existsSync(path)) return undefined;
    const text = readFileSync(path, "utf8");
    if (!/\.json$/i.test(file)) return parseRecords(file, text);
    const content = jsonOf(text);
    if (content === undefined) throw new Error(`${file} is not JSON`);
    return content;
  }

  use(file: string, path: Path): void {
    this.#used.set(file, [...(this.#used.get(file) ?? []), path]);
  }

  used(file: string): readonly Path[] {
    return this.#used.get(file) ?? [];
  }
}

export function compare(published: Published, figures: readonly Figure[]): Comparison[] {
  return figures.map((figure) => {
    if ("rows" in figure) return compareRows(figure, published);
    if ("exact" in figure) return compareExact(figure, published);
    return "records" in figure ? compareRecords(figure, published) : compareValue(figure, published);
  });
}

function compareExact(
  {name, exact, published: {file, path}, except}: ExactFigure,
  published: Published
): Comparison {
  const place = resolve(published.load(file), path);
  const theirs = place && valueAt(published.load(file), place);
  const all = [...scalars(theirs, [])].filter(
    ([at, value]) => value !== undefined && !except?.test(at.join("/"))
  );
  if (all.length === 0) return {figure: name, published: "not published", ours: "", within: undefined};
  published.use(file, place!);
  const wrong = all.filter(([at, value]) => valueAt(exact, at) !== value);
  const first = wrong[0] && `, first ${wrong[0][0].join("/")}`;
  return {
    figure: name,
    published: `${all.length} values`,
    ours: `${all.length - wrong.length} of ${all.length} agree${first ?? ""}`,
    within: wrong.length === 0
  };
}

function compareRecords(
  {name, records, publishedRecords: {file, path}}: RecordsFigure,
  published: Published
): Comparison {
  const content = published.load(file);
  const list = Array.isArray(content) ? (content as unknown[]) : [];
  const stated = list.flatMap((record, i) => {
    const value = valueAt(record, path);
    return value === undefined ? [] : [{record, value, at: [i, ...path] as Path}];
  });
  if (stated.length === 0)
    return {figure: name, published: "not published", ours: `${records.length} records`, within: undefined};
  for (const {at} of stated) published.use(file, at);
  const agreeing = stated.filter(({record, value}) => {
    const own = records.find(({key}) =>
      Object.entries(key).every(([field, each]) => (record as Record<string, unknown>)[field] === each)
    );
    return own !== undefined && JSON.stringify(own.ours) === JSON.stringify(value);
  }).length;
  return {
    figure: name,
    published: `${stated.length} records`,
    ours: `${agreeing} of ${stated.length} agree`,
    within: agreeing === stated.length
  };
}

/** Every number, text and boolean, with its place. */
function* scalars(value: unknown, path: (string | number)[]): Generator<[(string | number)[], unknown]> {
  if (typeof value !== "object" || value === null) yield [path, value];
  else for (const [key, inner] of Object.entries(value)) yield* scalars(inner, [...path, key]);
}

function compareValue(figure: ValueFigure, published: Published): Comparison {
  const {file, path, or = [], scale = 1, words = {}, when} = figure.published;
  const content = published.load(file);
  const meant = !when || JSON.stringify(valueAt(content, when.path)) === JSON.stringify(when.is);
  const places = meant ? [path, ...or].map((place) => resolve(content, place)) : [];
  const numbersAt = (place: Path) => {
    const value = valueAt(content, place);
    return numbers(typeof value === "string" && Object.hasOwn(words, value) ? words[value] : value);
  };
  const at = places.find((place) => place && numbersAt(place) !== undefined);
  const found = at && numbersAt(at)!.map((value) => value * scale);
  if (!at || !found) return {figure: figure.name, published: "not published", ours: "", within: undefined};
  published.use(file, at);
  if (figure.cannot !== undefined)
    return {
      figure: figure.name,
      published: show(found),
      ours: "",
      within: undefined,
      notReproduced: figure.cannot
    };
  const ours = numbers(typeof figure.ours === "function" ? figure.ours() : figure.ours) ?? [];
  const order = (list: readonly number[]) => (figure.sorted ? list.toSorted((a, b) => a - b) : list);
  const printed = figure.printed === undefined ? 0 : lastDigit(content, at, figure.printed) * scale;
  const agree = (theirs: readonly number[]) =>
    figure.agrees
      ? ours.length > 0 && figure.agrees(ours, theirs)
      : sameNumbers(order(ours), order(theirs), Math.max(figure.tolerance ?? 0, printed));
  const row = {
    figure: figure.name,
    published: show(order(found)),
    ours: ours.length > 0 ? show(order(ours)) : "none",
    within: agree(found)
  };
  const other = figure.unless && resolve(content, figure.unless.path);
  if (!other) return row;
  published.use(file, other);
  const theirs = numbers(valueAt(content, other));
  return !row.within && theirs && agree(theirs)
    ? {...row, within: undefined, notReproduced: figure.unless!.why}
    : row;
}

function compareRows(figure: RowsFigure, published: Published): Comparison {
  const {file, path, list = [], key} = figure.publishedRows;
  const content = published.load(file);
  const place = resolve(content, list);
  const records = place && valueAt(content, place);
  const total = figure.rows.length;
  if (!Array.isArray(records))
    return {figure: figure.name, published: "not published", ours: `${total} rows`, within: undefined};
  published.use(file, place!);
  const keyOf = (value: unknown) => String(value);
  const byKey = new Map(
    records.map((record, i) => [
      key === undefined ? i : keyOf((record as Record<string, unknown>)[key]),
      record as unknown
    ])
  );
  const agreeing = figure.rows.filter((row, i) => {
    const theirs = numbers(valueAt(byKey.get(key === undefined ? i : keyOf(row.key)), path), "text");
    const ours = numbers(row.ours);
    return theirs && ours && sameNumbers(ours, theirs, figure.tolerance ?? 0);
  }).length;
  return {
    figure: figure.name,
    published: `${records.length} rows`,
    ours: `${agreeing} of ${total} rows agree`,
    within: total === records.length && total - agreeing <= (figure.mayDiffer ?? 0)
  };
}

/** The path with every pattern replaced by the key it fits; undefined when there is no such place. */
function resolve(value: unknown, path: Path): (string | number)[] | undefined {
  const resolved: (string | number)[] = [];
  let inner = value;
  for (const step of path) {
    if (typeof inner !== "object" || inner === null) return undefined;
    const key = step instanceof RegExp ? Object.keys(inner).find((each) => step.test(each)) : step;
    if (key === undefined || !Object.hasOwn(inner, key)) return undefined;
    resolved.push(key);
    inner = (inner as Record<string | number, unknown>)[key];
  }
  return resolved;
}

function valueAt(value: unknown, path: Path): unknown {
  return resolve(value, path)?.reduce<unknown>(
    (inner, key) => (inner as Record<string | number, unknown>)[key],
    value
  );
}

/** Numbers and booleans, one or a list; undefined when any of them is anything else. Tables hold both as text. */
export function numbers(value: unknown, kind: "json" | "text" = "json"): number[] | undefined {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const all = list.map((item) => {
    if (typeof item === "boolean") return Number(item);
    if (kind !== "text" || typeof item !== "string" || item.trim() === "") return item;
    return /^(true|false)$/i.test(item) ? Number(item.toLowerCase() === "true") : Number(item);
  });
  return all.every((item): item is number => typeof item === "number" && !Number.isNaN(item)) &&
    (all.length > 0 || Array.isArray(value))
    ? all
    : undefined;
}

function sameNumbers(ours: readonly number[], published: readonly number[], tolerance: number): boolean {
  // 1e-12 of slack: the tolerances are decimal fractions, and 0.05 away must pass a tolerance of 0.05.
  return (
    ours.length === published.length &&
    ours.every((value, i) => value === published[i] || Math.abs(value - published[i]!) <= tolerance + 1e-12)
  );
}

/** Half a unit of the last decimal place, that of the number beside it which has most; at most `most`. */
function lastDigit(content: unknown, path: Path, most: number): number {
  const own = numbers(valueAt(content, path)) ?? [];
  const object = valueAt(content, path.slice(0, -1));
  const beside = own.length > 1 || typeof object !== "object" || object === null ? [] : Object.values(object);
  const places = [...own, ...beside.filter((value) => typeof value === "number")].map(decimals);
  return Math.min(most, 0.5 * 10 ** -Math.max(0, ...places));
}

export function show(values: readonly number[]): string {
  const text = values.map((value) =>
    Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(7)))
  );
  return text.length > 4 ? `${text.slice(0, 3).join(" ")} … (${text.length})` : text.join(" ");
}
