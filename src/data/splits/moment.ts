import {sqlString} from "../../base/store/index.js";

const MOMENT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,6})?)?(Z|[+-]\d{2}(?::\d{2})?)?)?$/;

/** Milliseconds since 1970 of a date or time in ISO 8601, in UTC where it names no zone; undefined for any other text. */
export function momentOf(text: string): number | undefined {
  const [, date, minutes = "00:00", seconds = ":00", zone = "Z"] = MOMENT.exec(text) ?? [];
  if (date === undefined || !isDay(date)) return undefined;
  const at = Date.parse(`${date}T${minutes}${seconds}${zone.length === 3 ? `${zone}:00` : zone}`);
  return Number.isNaN(at) ? undefined : at;
}

/** A moment in SQL. DuckDB reads a zone only behind seconds. */
export function momentSql(text: string): string {
  return `${sqlString(text.replace(/([T ]\d{2}:\d{2})(?=Z|[+-]|$)/, "$1:00"))}::timestamptz`;
}

/** February has no 30th, which Date takes for a day of March. */
function isDay(date: string): boolean {
  const at = Date.parse(`${date}T00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(date);
}
