import type * as YamlLibrary from "yaml";
import {onFirstUse} from "../../base/system/index.js";
import {schemaValidator} from "./schemaValidator.js";
import type {Json} from "./types.js";

const yaml = onFirstUse<typeof YamlLibrary>("yaml");

/** An assertion's value is none that can be checked. */
export class AssertionValueError extends Error {}

/** The texts that a list at commas names, as promptfoo splits it: trimmed, empty ones left out, commas within double quotes kept. */
export function splitAtCommas(value: string): string[] {
  const found: string[] = [];
  const part = /\s*(?:"((?:\\["\\]|\\(?!["\\])|""|[^"\\])*)"\s*(?=,|$)|([^",\s][^,]*)|(?=,|$))(?:,|$)/uy;
  while (part.lastIndex < value.length) {
    const match = part.exec(value);
    if (!match) throw new AssertionValueError("has a quotation mark that is not closed, or text behind one");
    const [, quoted, plain] = match;
    if (quoted !== undefined)
      found.push(quoted.replace(/\\(["\\])|""/g, (_, escaped?: string) => escaped ?? '"'));
    else if (plain !== undefined) found.push(plain.trim());
  }
  return found;
}

type Accepts = (value: Json) => boolean;
const MOST_KEPT = 100;
const kept = new Map<string, Accepts>();

/** Whether a value is as an assertion's schema, given as JSON or YAML, asks. Undefined when the assertion has none. */
export function schemaOf(stated: Json | undefined): Accepts | undefined {
  if (stated === undefined || stated === null || stated === "") return undefined;
  const key = JSON.stringify(stated);
  const known = kept.get(key);
  if (known) return known;
  const accepts = compiled(stated);
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(key, accepts);
  return accepts;
}

function compiled(stated: Json): Accepts {
  try {
    const schema = typeof stated === "string" ? (yaml().parse(stated) as Json) : stated;
    if (
      typeof schema === "boolean" ||
      (typeof schema === "object" && schema !== null && !Array.isArray(schema))
    ) {
      const problemsOf = schemaValidator(schema);
      return (value) => problemsOf(value).length === 0;
    }
  } catch (cause) {
    throw new AssertionValueError("is no valid JSON schema", {cause});
  }
  throw new AssertionValueError("is no JSON schema");
}
