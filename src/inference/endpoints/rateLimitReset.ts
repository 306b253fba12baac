import {durationMs} from "./durationMs.js";

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
