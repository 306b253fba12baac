/**
 * The day of a service's `shutdown_date`, such as 2027-01-06. Services give it as text, or the moment in seconds since 1970.
 * Undefined when it is neither.
 */
export function shutdownDay(date: unknown): string | undefined {
  const ms = typeof date === "number" ? date * 1000 : typeof date === "string" ? Date.parse(date) : NaN;
  return Number.isFinite(ms) && Math.abs(ms) < 8e15 ? new Date(ms).toISOString().slice(0, 10) : undefined;
}
