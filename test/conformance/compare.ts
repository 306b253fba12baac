import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {type Figure} from "./figure.js";

export interface Comparison {
  figure: string;
  published: string;
  ours: string;
  /** Undefined when nothing is published under this name, which is no failure of its own. */
  within: boolean | undefined;
}

/** The one place that reads published values. */
export function compare(folder: string, figures: readonly Figure[]): Comparison[] {
  const files = new Map<string, unknown>();
  const load = (file: string): unknown => {
    const path = join(folder, file);
    if (!files.has(file)) {
      const text = existsSync(path) ? readFileSync(path, "utf8") : "null";
      const lines = () => text.split("\n").filter((line) => line.trim() !== "");
      files.set(
        file,
        file.endsWith(".jsonl") ? lines().map((line) => JSON.parse(line) as unknown) : JSON.parse(text)
      );
    }
    return files.get(file);
  };
  return figures.map((figure) => ("rows" in figure ? compareRows(figure, load) : compareValue(figure, load)));
}

type Load = (file: string) => unknown;

function compareValue(figure: Extract<Figure, {ours: unknown}>, load: Load): Comparison {
  const {file, path, scale = 1, when} = figure.published;
  const content = load(file);
  const meant = !when || valueAt(content, when.path) === when.is;
  const published = meant ? numbers(valueAt(content, path))?.map((value) => value * scale) : undefined;
  if (!published) return {figure: figure.name, published: "not published", ours: "", within: undefined};
  const ours = numbers(typeof figure.ours === "function" ? figure.ours() : figure.ours) ?? [];
  const order = (list: readonly number[]) => (figure.sorted ? list.toSorted((a, b) => a - b) : list);
  return {
    figure: figure.name,
    published: show(order(published)),
    ours: ours.length > 0 ? show(order(ours)) : "none",
    within: sameNumbers(order(ours), order(published), figure.tolerance ?? 0)
  };
}

function compareRows(figure: Extract<Figure, {rows: unknown}>, load: Load): Comparison {
  const {file, path, key} = figure.publishedRows;
  const objects = load(file);
  if (!Array.isArray(objects))
    return {
      figure: figure.name,
      published: "not published",
      ours: `${figure.rows.length} rows`,
      within: undefined
    };
  const byKey = new Map(
    objects.map((object, i) => [key === undefined ? i : (object as Record<string, unknown>)[key], object])
  );
  let agreeing = 0;
  for (const [i, row] of figure.rows.entries()) {
    const published = numbers(valueAt(byKey.get(key === undefined ? i : row.key), path));
    const ours = numbers(row.ours);
    if (published && ours && sameNumbers(ours, published, figure.tolerance ?? 0)) agreeing++;
  }
  const total = figure.rows.length;
  const within = total > 0 && total === objects.length && total - agreeing <= (figure.mayDiffer ?? 0);
  return {
    figure: figure.name,
    published: `${objects.length} rows`,
    ours: `${agreeing} of ${total} rows agree`,
    within
  };
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null
        ? (inner as Record<string | number, unknown>)[key]
        : undefined,
    value
  );
}

/** Numbers and booleans, one or a list; undefined when any of them is anything else. */
function numbers(value: unknown): number[] | undefined {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const all = list.map((item) => (typeof item === "boolean" ? Number(item) : item));
  return all.length > 0 &&
    all.every((item): item is number => typeof item === "number" && !Number.isNaN(item))
    ? all
    : undefined;
}

function sameNumbers(ours: readonly number[], published: readonly number[], tolerance: number): boolean {
  // 1e-12 of slack: the tolerances are decimal fractions, and 0.05 away must pass a tolerance of 0.05.
  return (
    ours.length === published.length &&
    ours.every((value, i) => Math.abs(value - published[i]!) <= tolerance + 1e-12)
  );
}

function show(values: readonly number[]): string {
  const text = values.map((value) =>
    Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(7)))
  );
  return text.length > 4 ? `${text.slice(0, 3).join(" ")} … (${text.length})` : text.join(" ");
}
