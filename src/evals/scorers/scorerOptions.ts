import {UserError} from "../../base/validation/errors.js";
import {nearest} from "../../base/validation/nearest.js";

/** What an option must be. */
export interface OptionRule {
  what: string;
  fits(value: unknown): boolean;
  /** The values there are, to name the nearest of. */
  values?: readonly string[];
  required?: boolean;
}

export const flag: OptionRule = {what: "true or false", fits: (value) => typeof value === "boolean"};
export const text: OptionRule = {
  what: "a text",
  fits: (value) => typeof value === "string" && value !== ""
};
export const textList: OptionRule = {
  what: "a list of texts",
  fits: (value) => Array.isArray(value) && value.every((one) => typeof one === "string")
};
export const func: OptionRule = {what: "a function", fits: (value) => typeof value === "function"};
export const anyObject: OptionRule = {
  what: "an object",
  fits: (value) => typeof value === "object" && value !== null && !Array.isArray(value)
};

/** A finite number, of at least `least`; whole when told so. */
export function numberOption({
  least = -Infinity,
  whole = false
}: {least?: number; whole?: boolean} = {}): OptionRule {
  return {
    what: `a ${whole ? "whole " : ""}number${least === -Infinity ? "" : ` (at least ${least})`}`,
    fits: (value) =>
      typeof value === "number" &&
      Number.isFinite(value) &&
      value >= least &&
      (!whole || Number.isInteger(value))
  };
}

export function oneOfOption(...values: string[]): OptionRule {
  const what = `one of ${values.map((value) => JSON.stringify(value)).join(", ")}`;
  return {what, values, fits: (value) => values.includes(value as string)};
}

export function eitherOption(...rules: OptionRule[]): OptionRule {
  return {
    what: rules.map(({what}) => what).join(" or "),
    fits: (value) => rules.some((rule) => rule.fits(value))
  };
}

export const required = (rule: OptionRule): OptionRule => ({...rule, required: true});

/**
 * Throws UserError that names every option that a scorer does not have, with the nearest that it has, and every value that is
 * none of those allowed. An option that is undefined counts as left out. (No zod here: a scorer's version is that of all
 * it imports, and an upgrade of a package must not move it.)
 */
export function checkOptions<T extends object>(
  scorer: string,
  options: T,
  rules: {[name in keyof Required<T>]: OptionRule}
): void {
  if (!anyObject.fits(options))
    throw new UserError(`${scorer}: its options must be an object, not ${optionText(options)}.`);
  const names = Object.keys(rules);
  const known = new Map(Object.entries<OptionRule>(rules));
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const problems = given.flatMap(([name, value]) => {
    const rule = known.get(name);
    if (!rule) return [unknown(name, names)];
    if (rule.fits(value)) return [];
    const near = typeof value === "string" ? nearest(value, rule.values ?? []) : undefined;
    return [
      `\`${name}\` must be ${rule.what}, not ${optionText(value)}${near === undefined ? "" : ` (did you mean ${JSON.stringify(near)}?)`}`
    ];
  });
  for (const [name, rule] of known)
    if (rule.required && !given.some(([own]) => own === name))
      problems.push(`\`${name}\` must be ${rule.what}, and is missing`);
  if (problems.length > 0) throw new UserError(`${scorer}: ${problems.join("; ")}.`.replace(/\?\.$/, "?"));
}

function unknown(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  const known = names.length === 0 ? "it has none" : `there are ${names.join(", ")}`;
  return `no option ${JSON.stringify(name.slice(0, 60))}: ${near ? `did you mean \`${near}\`?` : known}`;
}

function optionText(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
