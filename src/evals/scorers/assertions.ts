import {bleuScore} from "../../base/stats/corpus/bleu.js";
import {AssertionValueError, schemaOf, splitAtCommas} from "./assertionValues.js";
import {bleuCounts} from "./bleuCounts.js";
import {boundedMatches, failWhenSlow} from "./boundedMatch.js";
import {objectsWithin, parseExactOutput, parseJsonOutput} from "./parseJsonOutput.js";
import {rougeScore} from "./rougeScore.js";
import {checkOptions, numberOption, text} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import {sameJson} from "./sameJson.js";
import type {Json, Scorer} from "./types.js";

export {splitAtCommas};

/** What must hold of an output, as promptfoo and OpenAI's graders state it for a test. */
export interface Assertion {
  /** A name of `assertionTypes`, or one with `not-` before it. */
  type: string;
  value?: Json;
  threshold?: number;
  /** Its share of the mean; default 1. */
  weight?: number;
  /** The name it is reported under. */
  metric?: string;
}

export interface AssertionsOptions {
  /** The column that holds a row's assertions, as a list or as JSON. Default "assert". */
  column?: string;
  /** The least weighted mean that passes; all must hold when absent. */
  threshold?: number;
}

type Check = (output: string, assertion: Assertion) => boolean;

const texts = (value: Json | undefined) => [value ?? ""].flat().map(String);
const commaList = (value: Json | undefined) =>
  typeof value === "string" ? splitAtCommas(value) : texts(value);
const lower = (text: string) => text.toLowerCase();

const CHECKS: Readonly<Record<string, Check>> = {
  equals: (output, {value}) =>
    typeof value === "object" && value !== null
      ? sameJson(parseExactOutput(output)?.value ?? null, value)
      : output === String(value),
  contains: (output, {value}) => output.includes(String(value)),
  icontains: (output, {value}) => lower(output).includes(lower(String(value))),
  "contains-all": (output, {value}) => commaList(value).every((text) => output.includes(text)),
  "contains-any": (output, {value}) => commaList(value).some((text) => output.includes(text)),
  "icontains-all": (output, {value}) => commaList(value).every((text) => lower(output).includes(lower(text))),
  "icontains-any": (output, {value}) => commaList(value).some((text) => lower(output).includes(lower(text))),
  "starts-with": (output, {value}) => output.startsWith(String(value)),
  regex: (output, {value}) => boundedMatches(new RegExp(String(value)), output).length > 0,
  "is-json": (output, {value}) => {
    const accepts = schemaOf(value);
    if (!accepts || !isJson(output)) return isJson(output);
    const parsed = parseJsonOutput(output);
    return parsed !== undefined && accepts(parsed.value);
  },
  "contains-json": (output, {value}) => {
    const accepts = schemaOf(value);
    const first = parseJsonOutput(output, true);
    const found = [...(first ? [first.value] : []), ...objectsWithin(output)];
    return accepts ? found.some(accepts) : found.length > 0;
  },
  levenshtein: (output, {value, threshold = 5}) =>
    // The distance is at least the difference in length: a long output costs nothing.
    Math.abs(output.length - String(value).length) <= threshold &&
    editDistance(output, String(value)) <= threshold,
  bleu: (output, {value, threshold = 0.5}) =>
    bleuScore(bleuCounts(output, texts(value), {}), {effectiveOrder: true}) / 100 >= threshold,
  "rouge-n": (output, {value, threshold = 0.75}) =>
    Math.max(...texts(value).map((text) => rougeScore(output, text, "rouge1").f)) >= threshold
};

/** The assertions that can be checked without a model. */
export const assertionTypes: readonly string[] = Object.keys(CHECKS);

function isJson(output: string): boolean {
  try {
    JSON.parse(output);
    return true;
  } catch {
    return false;
  }
}

/** Edits of single characters that turn one text into the other. */
function editDistance(a: string, b: string): number {
  let before = Array.from({length: b.length + 1}, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++)
      row.push(Math.min(before[j]! + 1, row[j - 1]! + 1, before[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    before = row;
  }
  return before[b.length]!;
}

/**
 * 1 when all assertions of the row hold (or, with `threshold`, when their weighted mean reaches it), else 0; details
 * {failed: the names of those that do not}. A row without assertions, and an assertion of a type that is none, is a
 * failure, not a zero. The types and their defaults are promptfoo's: `contains-any` and its like take a list, or a text that is
 * split at commas outside of double quotes, and the value of `is-json` and `contains-json`, if there is one, is the JSON schema
 * (or its YAML) that the output, or an object within it, must fit; it is read as `jsonSchema` reads it.
 *
 * @example `await assertions()({output: "It is Paris.", row: {id: "1", assert: [{type: "contains", value: "Paris"}, {type: "not-contains", value: "Lyon"}]}})` gives `{value: 1, details: {failed: []}}`
 */
export function assertions(options: AssertionsOptions = {}): Scorer {
  checkOptions<AssertionsOptions>("assertions", options, {column: text, threshold: numberOption()});
  const {column = "assert", threshold} = options;
  const score: Scorer = ({output, row}) => {
    const stated = parsedAssertions(row[column]);
    if (!stated || stated.length === 0) return {failed: `the row states no assertions in ${column}`};
    const unknown = stated.filter(({type}) => !Object.hasOwn(CHECKS, String(type).replace(/^not-/, "")));
    if (unknown.length > 0)
      return {failed: `there is no assertion ${unknown.map(({type}) => type).join(", ")}`};
    try {
      const held = stated.map((one) => ({one, holds: holds(output, one)}));
      const weights = held.reduce((sum, {one}) => sum + (one.weight ?? 1), 0);
      const mean = held.reduce((sum, {one, holds}) => sum + (holds ? (one.weight ?? 1) : 0), 0) / weights;
      const failed = held.filter(({holds}) => !holds).map(({one}) => one.metric ?? one.type);
      const pass = threshold === undefined ? failed.length === 0 : mean >= threshold;
      return {value: pass ? 1 : 0, details: {failed}};
    } catch (error) {
      if (error instanceof AssertionValueError) return {failed: `an assertion's value ${error.message}`};
      if (!(error instanceof SyntaxError)) throw error;
      return {failed: "an assertion's value is no valid regular expression"};
    }
  };
  return withSettings(failWhenSlow(score), {column, threshold: threshold ?? null}, {module: import.meta.url});
}

function holds(output: string, assertion: Assertion): boolean {
  const negated = assertion.type.startsWith("not-");
  return CHECKS[assertion.type.replace(/^not-/, "")]!(output, assertion) !== negated;
}

function parsedAssertions(value: unknown): Assertion[] | undefined {
  const list: unknown = typeof value === "string" ? parseExactOutput(value)?.value : value;
  return Array.isArray(list) ? (list as Assertion[]) : undefined;
}
