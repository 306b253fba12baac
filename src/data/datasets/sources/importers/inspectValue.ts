import {isObject} from "./json.js";

const LETTERS = new Map([
  ["C", 1],
  ["P", 0.5],
  ["I", 0],
  ["N", 0]
]);

const WORDS = new Map([
  ["yes", 1],
  ["true", 1],
  ["no", 0],
  ["false", 0]
]);

const FLOAT = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/;

/**
 * The number of an Inspect score, as Inspect's `value_to_float` has it: "C" correct, "P" partially, "I" incorrect, "N" no
 * answer, a number or its text, true or false or a word for it. Undefined for what Inspect can only count as 0, and for NaN.
 */
export function inspectValue(value: unknown): number | undefined {
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "string") return undefined;
  const word = value.toLowerCase();
  const known = LETTERS.get(value) ?? WORDS.get(word);
  if (known !== undefined || !FLOAT.test(word)) return known;
  return Number.isFinite(Number(word)) ? Number(word) : undefined;
}

/** The number of each part of an Inspect score: a value of several parts by name is `SCORER/PART` for each. */
export function inspectParts(scorer: string, value: unknown): {scorer: string; value: number | undefined}[] {
  if (!isObject(value)) return [{scorer, value: inspectValue(value)}];
  return Object.entries(value).map(([part, one]) => ({
    scorer: `${scorer}/${part}`,
    value: inspectValue(one)
  }));
}
