/** A month of hosting bills: 365.25 · 24 / 12 rounded as cloud price lists do. */
export const HOURS_PER_MONTH = 730;
export const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600;
export const MONTHS_PER_YEAR = 12;

/** US dollars of `hours` on something that is paid by the hour; undefined when either is unknown. Never negative. */
export function hourlyCostUsd(hours: number | undefined, usdPerHour: number | undefined): number | undefined {
  return hours === undefined || usdPerHour === undefined ? undefined : hours * usdPerHour;
}
