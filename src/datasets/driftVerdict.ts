import {SHIFT_ALPHA, shiftOf, STRONG_SHIFT} from "../stats/shift.js";
import type {ColumnDrift} from "./columnDrift.js";
import type {VersionDiff} from "./diff.js";

export type DriftState = "steady" | "drifted" | "undecided";

export interface DriftVerdict {
  state: DriftState;
  columns: {column: string; state: DriftState; reason: string}[];
}

export interface DriftLimits {
  /** Population stability index from which a column has drifted; default 0.25, the customary "strong" shift. */
  psi?: number;
  /** The chance of calling a steady dataset drifted, shared among its columns; default 0.01. */
  alpha?: number;
}

/**
 * Has a dataset drifted? A column has when its index reaches the limit and a chi-square test, Bonferroni-corrected over
 * the columns, says that chance does not explain it; a column that vanished or changed its type has. It is undecided
 * when the index reaches the limit but chance might explain it, or when there are so few rows that chance alone is
 * expected to take the index half-way to the limit.
 */
export function driftVerdict(
  diff: VersionDiff,
  {psi = STRONG_SHIFT, alpha = SHIFT_ALPHA}: DriftLimits = {}
): DriftVerdict {
  const measured = diff.drift.filter((column) => column.psi !== undefined);
  const columns = [
    ...diff.columns.removed.map(({name}) => drifted(name, "the column is gone")),
    ...diff.columns.retyped.map(({name, before, after}) =>
      drifted(name, `its type was ${before}, now ${after}`)
    ),
    ...measured.map((column) => judge(column, psi, alpha / measured.length))
  ];
  const has = (state: DriftState) => columns.some((column) => column.state === state);
  const empty = diff.before.rows === 0 || diff.after.rows === 0;
  return {
    state: has("drifted") ? "drifted" : has("undecided") || empty ? "undecided" : "steady",
    columns
  };
}

const drifted = (column: string, reason: string) => ({column, state: "drifted" as const, reason});

function judge(
  {column, psi = 0, p, psiByChance = 0}: ColumnDrift,
  limit: number,
  alpha: number
): DriftVerdict["columns"][number] {
  const found = `PSI ${psi.toFixed(3)}`;
  const shift = shiftOf({psi, p}, limit, alpha);
  if (shift === "shown") return drifted(column, found);
  if (shift === "chance") return {column, state: "undecided", reason: `${found}, which chance may explain`};
  return psiByChance >= limit / 2
    ? {
        column,
        state: "undecided",
        reason: `${found}; too few rows to tell it from ${psiByChance.toFixed(3)} by chance`
      }
    : {column, state: "steady", reason: found};
}
