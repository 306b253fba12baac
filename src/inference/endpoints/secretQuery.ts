import {isSecretParameter} from "../../base/validation/index.js";

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
