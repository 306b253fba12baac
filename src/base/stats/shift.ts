/** Population stability indices from which a shift is customarily called slight and strong. */
export const SLIGHT_SHIFT = 0.1;
export const STRONG_SHIFT = 0.25;

/** The chance of calling a shift shown where there is none. */
export const SHIFT_ALPHA = 0.01;

export interface MeasuredShift {
  /** Population stability index. */
  psi: number;
  /** Of the chi-square test that both sides have the same shares. */
  p?: number;
}

/**
 * Whether two sides differ: shown when the index reaches the limit and chance does not explain it; chance when the index
 * reaches the limit but chance might explain it; below otherwise.
 */
export function shiftOf(
  {psi, p}: MeasuredShift,
  limit: number,
  alpha = SHIFT_ALPHA
): "below" | "chance" | "shown" {
  if (psi < limit) return "below";
  return p !== undefined && p < alpha ? "shown" : "chance";
}

/** How class shares of two sides differ; undecided when the index is large but chance might explain it. */
export function classShift(measured: MeasuredShift): "alike" | "slight" | "strong" | "undecided" {
  const slight = shiftOf(measured, SLIGHT_SHIFT);
  if (slight !== "shown") return slight === "below" ? "alike" : "undecided";
  return measured.psi < STRONG_SHIFT ? "slight" : "strong";
}
