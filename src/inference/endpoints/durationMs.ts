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

/** Milliseconds until the limits that are used up are reset, as `x-ratelimit-…` headers tell it; undefined where none is. */
export function rateLimitResetMs(header: (name: string) => string | undefined): number | undefined {
  const waits = ["requests", "tokens"].flatMap((what) => {
    const remaining = header(`x-ratelimit-remaining-${what}`)?.trim();
    const reset = header(`x-ratelimit-reset-${what}`);
    const wait = remaining && Number(remaining) === 0 && reset ? durationMs(reset) : undefined;
    return wait === undefined ? [] : [wait];
  });
  return waits.length ? Math.max(...waits) : undefined;
}
