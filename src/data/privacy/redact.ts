import {UserError} from "../../base/validation/index.js";
import type {Finding} from "./finding.js";
import {pseudonym} from "./pseudonymKey.js";

const SECRETS = new Set([
  "PASSWORD",
  "SECRET",
  "API_KEY",
  "ACCESS_TOKEN",
  "PRIVATE_KEY",
  "URL_WITH_CREDENTIALS"
]);

const LONGEST = 40;

/**
 * The value with every letter and digit as `*`; its punctuation stays, so `***-**-****` still shows what it was.
 * Secrets become eight stars whatever their length, and anything is cut after 40.
 */
export function mask(type: string, value: string): string {
  if (SECRETS.has(type)) return "********";
  // A character has two code units at most.
  const masked = value.slice(0, 2 * LONGEST + 2).replace(/[^\s.,:;/@+()-]/gu, "*");
  return masked.length > LONGEST ? masked.slice(0, LONGEST) + "\u2026" : masked;
}

/**
 * `keep` leaves the words, `mask` stars them out, `replace` puts `<TYPE>` there, `pseudonym` a keyed name that is
 * the same for the same value.
 */
export type Action = "keep" | "mask" | "replace" | "pseudonym";

export const actions: readonly Action[] = ["keep", "mask", "replace", "pseudonym"];

export interface RedactionPolicy {
  /** For every type that `types` does not name; replace unless told. */
  default?: Action;
  types?: Readonly<Record<string, Action>>;
  /** Needed for pseudonyms: see `pseudonymKey`. */
  key?: Uint8Array;
}

/** What a policy does with a type. */
export function actionFor(policy: RedactionPolicy, type: string): Action {
  return policy.types?.[type] ?? policy.default ?? "replace";
}

/**
 * The text with its findings dealt with. Where findings overlap, the later one covers what the earlier left.
 * Without findings the text comes back unchanged. Throws RangeError for a span outside the text and UserError
 * for a pseudonym without a key.
 */
export function redact(text: string, findings: readonly Finding[], policy: RedactionPolicy = {}): string {
  let redacted = "";
  let done = 0;
  for (const finding of [...findings].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const {type, start, end} = finding;
    if (!(start >= 0 && start < end && end <= text.length))
      throw new RangeError(`span ${start} to ${end} of ${type} is outside a text of ${text.length}`);
    const action = actionFor(policy, type);
    if (action === "keep" || end <= done) continue;
    redacted +=
      text.slice(done, Math.max(done, start)) + stand(text.slice(start, end), type, action, policy.key);
    done = end;
  }
  return redacted + text.slice(done);
}

function stand(
  value: string,
  type: string,
  action: Exclude<Action, "keep">,
  key: Uint8Array | undefined
): string {
  if (action === "mask") return mask(type, value);
  if (action === "replace") return `<${type}>`;
  if (!key)
    throw new UserError(
      `A pseudonym for ${type} needs a key. Set ASSAY_PSEUDONYM_KEY, or choose mask or replace for this type.`
    );
  return `<${type}:${pseudonym(type, value, key)}>`;
}
