const UNITS = {ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000};

/** Milliseconds of a duration such as `20s`, `6m0s`, `120ms`, `1m2.5s`, or a number of seconds; undefined for anything else. */
export function durationMs(text: string): number | undefined {
  const value = text.trim();
  // A greater number is a moment, counted from 1970.
  if (/^\d{1,8}(\.\d+)?$/.test(value)) return Number(value) * 1000;
  if (!/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(value)) return undefined;
  const parts = value.matchAll(/([\d.]+)(ms|[smhd])/g);
  return Math.round(
    Array.from(parts, ([, number, unit]) => Number(number) * UNITS[unit as keyof typeof UNITS]).reduce(
      (sum, ms) => sum + ms
    )
  );
}
