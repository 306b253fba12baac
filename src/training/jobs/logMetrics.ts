import {emptyRecord} from "../../base/validation/memberOf.js";
/** 'loss': 1.25 of a Python dictionary, "loss": "1.25" of JSON. */
const PAIR =
  /['"]([A-Za-z_][\w/.-]*)['"]\s*:\s*['"]?(-?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|nan|inf))['"]?\s*(?=[,}])/g;

/**
 * The figures of a line as training tools print them: a Python dictionary or a JSON object with a loss. What is no number
 * there (nan) is null. Undefined for every other line.
 */
export function metricsIn(line: string): Record<string, number | null> | undefined {
  if (!line.includes("loss") || line.length > 20_000) return undefined;
  const found = emptyRecord<number | null>();
  for (const [, name, value] of line.matchAll(PAIR)) {
    const number = Number(value);
    found[name!] = Number.isFinite(number) ? number : null;
  }
  return Object.keys(found).some((name) => name.includes("loss")) ? found : undefined;
}
