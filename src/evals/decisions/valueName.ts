/** Rows that have no value, as pages and the terminal name them. */
export const NO_VALUE = "(none)";

/** In what order values stand: "2" before "10"; the letters of other scripts after the Latin ones. */
export const byNumbers = new Intl.Collator("en", {numeric: true}).compare;

/** A slice's value or a label as pages and the terminal name it: one that cannot be seen has a word or quotes. */
export function valueName(value: string | null | undefined): string {
  if (value === null || value === undefined) return NO_VALUE;
  if (value === "") return "(empty)";
  return value.trim() === "" ? JSON.stringify(value) : value;
}
