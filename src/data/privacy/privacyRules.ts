import {emptyRecord, memberOf} from "../../base/validation/memberOf.js";
import type {Privacy} from "../datasets/index.js";
import {messageOf, UserError} from "../../base/validation/index.js";
import type {Layer} from "./finding.js";
import {allTypes, typesOfKind} from "./kinds.js";
import {PSEUDONYM_KEY_VARIABLE, pseudonymKey} from "./pseudonymKey.js";
import {type Action, actions, type RedactionPolicy} from "./redact.js";
import {defaultMinScore} from "./scanText.js";
import {isObject} from "../../base/validation/isObject.js";

/** A dataset's `privacy` made ready: types instead of kinds, and the key at hand. */
export interface PrivacyRules {
  /** Undefined: every column with text or long numbers. */
  columns?: readonly string[];
  policy: RedactionPolicy & {default: Action; types: Record<string, Action>};
  layers: readonly Layer[];
  minScore: number;
}

const MEMBERS = ["columns", "actions", "minScore", "keyVariable"];
const KEY_VARIABLE = /^[A-Z][A-Z0-9_]*_KEY$/;

/**
 * Reads and checks a dataset's rules. Throws UserError that names every problem at once; it repeats neither a key nor
 * what might be one.
 */
export function privacyRules(
  dataset: string,
  privacy: Privacy,
  env: Record<string, string | undefined>
): PrivacyRules {
  const problems: string[] = [];
  const given: Record<string, unknown> = isObject(privacy) ? privacy : {};
  if (!isObject(privacy)) problems.push("it is not an object");
  const unknown = Object.keys(given).filter((name) => !MEMBERS.includes(name));
  if (unknown.length > 0)
    problems.push(`there is no member ${unknown.map(quoted).join(", ")}; there are ${MEMBERS.join(", ")}`);
  const {columns, minScore = defaultMinScore, keyVariable = PSEUDONYM_KEY_VARIABLE} = given;
  if (columns !== undefined && !isNames(columns)) problems.push("`columns` is not a list of column names");
  if (typeof minScore !== "number" || !(minScore >= 0 && minScore <= 1))
    problems.push("`minScore` is not a number from 0 to 1");
  const policy = policyOf(given.actions, problems);
  if (typeof keyVariable !== "string" || !KEY_VARIABLE.test(keyVariable))
    problems.push(
      "`keyVariable` is not the name of an environment variable that ends in _KEY; the key itself stands in no file"
    );
  else if ([policy.default, ...Object.values(policy.types)].includes("pseudonym"))
    try {
      const key = pseudonymKey(env, keyVariable);
      // A copy of its own: a small Buffer shares its memory with others, and threads are handed all of it.
      if (key) policy.key = new Uint8Array(key);
      else
        problems.push(
          `pseudonyms need a key: set ${keyVariable} to 16 bytes or more, for example the output of "openssl rand -hex 32", or choose mask or replace`
        );
    } catch (error) {
      problems.push(messageOf(error));
    }
  if (problems.length > 0)
    throw new UserError(`dataset ${dataset}: privacy: ${problems.join("; ")}. Nothing was pulled.`);
  const named = ["PERSON", "LOCATION"].some((type) => type in policy.types);
  return {
    columns: columns === undefined ? undefined : (columns as string[]),
    policy,
    layers: ["patterns", "secrets", ...(named ? (["names"] as const) : [])],
    minScore: minScore as number
  };
}

/** Types in capitals go before kinds, whatever order they are written in. */
function policyOf(given: unknown, problems: string[]): PrivacyRules["policy"] {
  const policy: PrivacyRules["policy"] = {default: "keep", types: {}};
  if (!isObject(given)) {
    problems.push('`actions` is missing: say what is done, such as {email: "mask", default: "keep"}');
    return policy;
  }
  const kinds = Object.keys(typesOfKind);
  const exact: Record<string, Action> = emptyRecord();
  for (const [name, action] of Object.entries(given)) {
    const types = memberOf(typesOfKind as Record<string, readonly string[]>, name);
    if (name !== "default" && !types && !allTypes.has(name))
      problems.push(
        `\`actions\` has no kind ${quoted(name)}; there are ${kinds.join(", ")}, default, and types such as US_SSN`
      );
    else if (!actions.includes(action as Action))
      problems.push(`\`actions.${name}\` is none of ${actions.join(", ")}`);
    else if (name === "default") policy.default = action as Action;
    else if (types) for (const type of types) policy.types[type] = action as Action;
    else exact[name] = action as Action;
  }
  Object.assign(policy.types, exact);
  return policy;
}

const isNames = (value: unknown) =>
  Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === "string" && name !== "");
const quoted = (name: string) => JSON.stringify(name);
