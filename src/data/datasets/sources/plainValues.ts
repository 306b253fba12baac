import {DEEPEST, unusableKey} from "./laxJson.js";

/** A value of a row that JSON has no place for. */
export interface UnplainValue {
  /** The column and the path within it. */
  at: string;
  what: string;
}

/**
 * The values of a row that would be stored as something else: numbers that are not finite, functions, Map, Set, bytes, invalid
 * dates, keys that are empty or have a NUL. At most `most` of them.
 * Throws an Error for a row that is nested deeper than JSON files may be, or holds itself.
 */
export function unplainValues(row: object, most: number): UnplainValue[] {
  const found: UnplainValue[] = [];
  const visit = (value: unknown, path: readonly string[]) => {
    if (found.length >= most) return;
    const what = (path.length > 0 ? unusableKey(path.at(-1)!) : undefined) ?? problemOf(value);
    if (what !== undefined) return void found.push({at: path.join(".").slice(0, 100), what});
    if (typeof value !== "object" || value === null || value instanceof Date) return;
    if (path.length > DEEPEST) throw new Error(`it is nested deeper than ${DEEPEST} levels, or holds itself`);
    const written =
      "toJSON" in value && typeof value.toJSON === "function" ? (value.toJSON() as unknown) : value;
    if (typeof written !== "object" || written === null) return;
    for (const [key, member] of Object.entries(written)) visit(member, [...path, key]);
  };
  visit(row, []);
  return found;
}

function problemOf(value: unknown): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : String(value);
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  if (typeof value !== "object" || value === null) return undefined;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid Date" : undefined;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
    return `bytes or numbers of a ${value.constructor.name}`;
  for (const type of [Map, Set, WeakMap, WeakSet, Promise, RegExp])
    if (value instanceof type) return `a ${type.name}`;
  return undefined;
}
