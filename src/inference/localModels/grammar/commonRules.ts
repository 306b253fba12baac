import {memberOf} from "../../../base/validation/memberOf.js";
const CHARACTER = `[^"\\\\\\x7F\\x00-\\x1F] | "\\\\" (["\\\\/bfnrt] | "u" [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F])`;

/** Rules that schemas share. At most one space between parts: a model must not fill pages with space. */
const COMMON: Readonly<Record<string, string>> = {
  space: `" "?`,
  char: CHARACTER,
  string: `"\\"" char* "\\""`,
  integer: `"-"? ("0" | [1-9] [0-9]{0,15})`,
  number: `integer ("." [0-9]{1,16})? ([eE] [-+]? [0-9]{1,3})?`,
  boolean: `"true" | "false"`,
  null: `"null"`,
  array: `"[" space (value ("," space value)*)? space "]"`,
  object: `"{" space (string space ":" space value ("," space string space ":" space value)*)? space "}"`,
  value: `object | array | string | number | boolean | null`
};

/** Adds a shared rule, and those that it uses, to a grammar's rules; gives its name. */
export function addCommonRule(rules: Map<string, string>, name: string): string {
  if (rules.has(name)) return name;
  const body = memberOf(COMMON, name)!;
  rules.set(name, body);
  for (const [used] of body.replace(/"(\\.|[^"\\])*"|\[(\\.|[^\]\\])*\]/g, "").matchAll(/[a-z]+/g))
    if (used in COMMON) addCommonRule(rules, used);
  return name;
}
