import {exactDecimal} from "../../base/validation/decimals.js";

/**
 * Equal as JSON: key order does not matter, array order does; 1 and 1.0 are the same, 1 and "1" are not. A whole number beyond
 * 2^53 is the same as the text of its digits, which is what rows and `exactJson` have in its place, and so is the double next to a
 * decimal that no double holds, of which rows have the text.
 */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a === "number" && typeof b === "string") return isWritten(a, b) || isNextTo(a, b);
  if (typeof a === "string" && typeof b === "number") return isWritten(b, a) || isNextTo(b, a);
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [keys, others] = [Object.keys(a), Object.keys(b)];
  return (
    keys.length === others.length &&
    keys.every((key) => Object.hasOwn(b, key) && sameJson((a as never)[key], (b as never)[key]))
  );
}

/** A double beyond 2^53 is written with zeros at its end by JavaScript, and with all its digits by others. */
function isWritten(whole: number, digits: string): boolean {
  if (!Number.isInteger(whole) || Number.isSafeInteger(whole)) return false;
  return digits === String(whole) || digits === String(BigInt(whole));
}

function isNextTo(number: number, text: string): boolean {
  return /^-?\d+\.\d+$/.test(text) && Number(text) === number && exactDecimal(text) === text;
}
