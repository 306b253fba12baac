import {parseExactOutput} from "./parseJsonOutput.js";
import {sameJson} from "./sameJson.js";
import {checkOptions, flag, textList} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {Json, Scorer} from "./types.js";
import {isObject} from "../../base/validation/isObject.js";

export interface JsonFieldsOptions {
  /** Which fields to compare, nested ones as "a.b" or "items.0.name". Default: every top-level field expected. */
  fields?: readonly string[];
  /** Compare texts without regard to case and surrounding white space. Default false. */
  ignoreCase?: boolean;
  /** Accept JSON within other text. Default false. */
  search?: boolean;
}

/**
 * The share of expected fields that the output's JSON gives with the same value, 0 to 1; which ones is in the
 * details. Fields the output has beyond those do not matter (see `jsonSchema`). Output that is no JSON object is 0. Whole numbers
 * beyond 2^53 are compared by their digits.
 * Expected is an object or JSON text of one; anything else, and an object without a field to compare, is a failure.
 *
 * @example `await jsonFields()({output: '{"city": "Paris", "year": 2024}', expected: {city: "Paris", year: 2025}})` gives `{value: 0.5, details: {fields: {city: true, year: false}}}`
 */
export function jsonFields(options: JsonFieldsOptions = {}): Scorer {
  checkOptions<JsonFieldsOptions>("jsonFields", options, {fields: textList, ignoreCase: flag, search: flag});
  const {fields, ignoreCase = false, search = false} = options;
  const score: Scorer = ({output, expected}) => {
    const wanted = typeof expected === "string" ? parseExactOutput(expected)?.value : expected;
    const names = fields ?? (isObject(wanted) ? Object.keys(wanted) : []);
    const missing = names.filter((name) => valueAt(wanted, name, !fields) === undefined);
    if (!isObject(wanted) || names.length === 0 || missing.length > 0) {
      return {
        failed: `the row's expected value ${missing.length > 0 ? `has no ${missing.join(", ")}` : "is no JSON object with fields"}`
      };
    }
    const given = parseExactOutput(output, search)?.value;
    const matched = names.map((name): [string, boolean] => {
      const [a, b] = [valueAt(given, name, !fields), valueAt(wanted, name, !fields)];
      return [name, ignoreCase ? sameJson(lower(a), lower(b)) : sameJson(a, b)];
    });
    return {
      value: matched.filter(([, same]) => same).length / names.length,
      details: {fields: Object.fromEntries(matched) as {[key: string]: Json}}
    };
  };
  return withSettings(
    score,
    {fields: fields ? [...fields] : null, ignoreCase, search},
    {module: import.meta.url, binary: false}
  );
}

/** The value at a dotted path; undefined when the path ends early. A plain name may itself hold dots. */
function valueAt(value: unknown, path: string, plain: boolean): unknown {
  return (plain ? [path] : path.split(".")).reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Record<string, unknown>)[key]
        : undefined,
    value
  );
}

function lower(value: unknown): unknown {
  if (typeof value === "string") return value.trim().toLowerCase();
  if (Array.isArray(value)) return value.map(lower);
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, lower(inner)]))
    : value;
}
