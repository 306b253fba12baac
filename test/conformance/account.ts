import {type Comparison, numbers, type Published, show} from "./compare.js";
import type {NotReproduced, Path} from "./figure.js";

/** Shown for a published figure that no reader has a word on. */
export const nobodys = "no reader computes it";

/**
 * Published figures of a file that nothing was compared with, as one row for each reason and key. Figures are
 * numbers, booleans and lists of them; what `inputs` fits is none.
 */
export function account(
  published: Published,
  file: string,
  reasons: readonly NotReproduced[],
  inputs?: RegExp
): Comparison[] {
  const used = published.used(file);
  const groups = new Map<string, {why: string; key: string; values: number[][]}>();
  for (const [path, values] of leaves(published.load(file), [])) {
    const name = path.join("/");
    if (used.some((other) => overlap(other, path)) || inputs?.test(name)) continue;
    const why = reasons.find((reason) => reason.path.test(name))?.why ?? nobodys;
    const key = path.findLast((step) => typeof step === "string" && !/^\d+$/.test(step)) ?? name;
    const group = groups.get(`${why}\0${String(key)}`) ?? {why, key: String(key), values: []};
    group.values.push(values);
    groups.set(`${why}\0${String(key)}`, group);
  }
  return [...groups.values()].map(({why, key, values}) => ({
    figure: values.length === 1 ? key : `${key} (${values.length} of them)`,
    published: values.length === 1 ? show(values[0]!) : `${values.length} figures`,
    ours: "",
    within: undefined,
    notReproduced: why
  }));
}

/** One of the paths leads to the other. */
function overlap(a: Path, b: Path): boolean {
  return a.slice(0, b.length).every((step, i) => String(step) === String(b[i]));
}

/** Places of numbers, booleans and lists of them. */
function* leaves(value: unknown, path: (string | number)[]): Generator<[(string | number)[], number[]]> {
  const own = numbers(value);
  if (own) {
    if (own.length > 0) yield [path, own];
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) yield* leaves(inner, [...path, key]);
}
