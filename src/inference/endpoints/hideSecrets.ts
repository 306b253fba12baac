import {isSecretParameter} from "../../base/validation/index.js";

export const hidden = "[hidden]";

/** The text with every secret hidden, as it is and as addresses and JSON write it: percent-encoded, or with backslashes. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((left, secret) => (secret ? left.replace(patternOf(secret), hidden) : left), text);
}

const patterns = new Map<string, RegExp>();

function patternOf(secret: string): RegExp {
  let pattern = patterns.get(secret);
  if (!pattern) patterns.set(secret, (pattern = new RegExp(Array.from(secret, formsOf).join(""), "gi")));
  return pattern;
}

/** What is left as it is depends on who writes: `encodeURIComponent` escapes a slash, others do not. */
function formsOf(character: string): string {
  if (/[a-z0-9]/i.test(character)) return character;
  // A gateway may encode an address again: %252F.
  const percent = Array.from(
    Buffer.from(character),
    (byte) => `%(?:25)*${byte.toString(16).padStart(2, "0")}`
  );
  const plus = character === " " ? "|\\+" : "";
  return `(?:\\\\*${character.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}|${percent.join("")}${plus})`;
}

/** An endpoint's query as it may be stored: what is secret in it is "hidden". */
export function withoutSecretValues(query: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, isSecretParameter(name, value) ? "hidden" : value])
  );
}

/** Values of a query that no message and no answer may show. */
export function secretQueryValues(query: Record<string, string> = {}): string[] {
  return Object.entries(query).flatMap(([name, value]) =>
    value !== "" && isSecretParameter(name, value) ? [value] : []
  );
}
