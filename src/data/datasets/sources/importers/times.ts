import {UserError} from "../../../../base/validation/index.js";

/** The year 5138: seconds that were written where milliseconds belong, or the other way round, lie beyond it or near 1970. */
const LATEST_MS = 1e14;

/** Where a time was found, for the message when it is none. */
export interface TimeValue {
  file: string;
  member: string;
  value: unknown;
}

/** ISO 8601 of milliseconds since 1970. Throws a UserError where these are no time of a log. */
export function isoTime(milliseconds: number, found: TimeValue, unit: string): string {
  if (!(milliseconds >= 0 && milliseconds <= LATEST_MS)) throw noTime(found, unit);
  return new Date(milliseconds).toISOString();
}

/** Nanoseconds since 1970 as OTLP writes them, a text or a number; undefined where none are told, which OTLP writes as 0. */
export function nanoseconds(found: TimeValue): bigint | undefined {
  const {value} = found;
  if (value === undefined || value === null || value === "" || Number(value) === 0) return undefined;
  const whole = typeof value === "number" ? Number.isInteger(value) : /^\d+$/.test(String(value));
  if (!whole || Number(value) < 0) throw noTime(found, "nanoseconds");
  return BigInt(value as string | number);
}

function noTime({file, member, value}: TimeValue, unit: string): UserError {
  return new UserError(
    `${file}: \`${member}\` is ${JSON.stringify(value)?.slice(0, 60)}, which is no time in ${unit} since 1970. Correct it, or leave the member out.`
  );
}
