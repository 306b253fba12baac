import {
  type DuckDBTimestampNanosecondsValue,
  type DuckDBTimestampValue,
  DuckDBTypeId,
  type DuckDBValueConverter,
  type JS,
  JSDuckDBValueConverter
} from "@duckdb/node-api";
import {exactDecimal} from "../validation/decimals.js";

const WRITTEN = new Set([DuckDBTypeId.DATE, DuckDBTypeId.TIME, DuckDBTypeId.TIME_NS, DuckDBTypeId.TIME_TZ]);

const IN_MICROSECONDS = new Set([DuckDBTypeId.TIMESTAMP, DuckDBTypeId.TIMESTAMP_TZ]);
const MOMENTS = new Set([
  ...IN_MICROSECONDS,
  DuckDBTypeId.TIMESTAMP_S,
  DuckDBTypeId.TIMESTAMP_MS,
  DuckDBTypeId.TIMESTAMP_NS
]);

/**
 * Dates and times of day as DuckDB writes them; left alone they were midnights and microseconds. So are moments that no Date
 * holds, such as infinity. Left alone, decimals were rounded and moments cut to milliseconds.
 */
export const converted: DuckDBValueConverter<JS> = (value, type, nested) => {
  if (value === null) return null;
  const {typeId} = type;
  if (WRITTEN.has(typeId)) return String(value);
  if (typeId === DuckDBTypeId.DECIMAL) return exactDecimal(String(value));
  if (!MOMENTS.has(typeId)) return JSDuckDBValueConverter(value, type, nested);
  try {
    if (IN_MICROSECONDS.has(typeId)) return exactMoment((value as DuckDBTimestampValue).micros, 6);
    if (typeId === DuckDBTypeId.TIMESTAMP_NS)
      return exactNanoseconds(value as DuckDBTimestampNanosecondsValue);
    return JSDuckDBValueConverter(value, type, nested);
  } catch {
    return String(value);
  }
};

/** Infinity is a count of nanoseconds that a Date holds. */
function exactNanoseconds({isFinite, nanos}: DuckDBTimestampNanosecondsValue): string {
  if (isFinite) return exactMoment(nanos, 9);
  return nanos > 0n ? "infinity" : "-infinity";
}

/** Fraction digits of a second that a Date holds. */
const HELD = 3;

/**
 * A moment as ISO 8601 in UTC: with milliseconds, and with all digits of its unit where these do not hold it.
 * @param units since 1970
 * @param digits of a second's fraction that the unit is: 6 for microseconds, 9 for nanoseconds
 * @throws RangeError for a moment that no Date holds
 */
function exactMoment(units: bigint, digits: number): string {
  const perMillisecond = 10n ** BigInt(digits - HELD);
  const below = ((units % perMillisecond) + perMillisecond) % perMillisecond;
  const held = new Date(Number((units - below) / perMillisecond)).toISOString();
  if (below === 0n) return held;
  return `${held.slice(0, -1)}${String(below).padStart(digits - HELD, "0")}Z`;
}
