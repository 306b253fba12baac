import {SHIFT_ALPHA, shiftOf, STRONG_SHIFT} from "../../base/stats/shift.js";
import type {VersionWatch} from "../../base/store/index.js";
import {alarms, eValueText} from "./driftWatch.js";
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

/** Of the rows that both versions have, the share whose other values are told where bins cannot. */
const MANY_CHANGED = 0.1;

/**
 * Has a dataset drifted? A column has when its index reaches the limit and a chi-square test, Bonferroni-corrected over
 * the columns, says that chance does not explain it; a column that vanished or changed its type has. It is undecided
 * when the index reaches the limit but chance might explain it, or when there are so few rows that chance alone is
 * expected to take the index half-way to the limit. Times that move on, as those of new rows do, and the dataset's own are
 * steady, unless rows that were there have other times; others that moved are undecided, and so are lists and structures of
 * which many rows changed and their lengths did not. Nothing measured is undecided.
 * @param watch of the newer version: a column that it reports against the older one has drifted
 */
export function driftVerdict(
  diff: VersionDiff,
  {psi = STRONG_SHIFT, alpha = SHIFT_ALPHA}: DriftLimits = {},
  watch?: VersionWatch
): DriftVerdict {
  const changed = new Map(diff.changedColumns.map(({column, rows}) => [column, rows]));
  const measured = diff.drift.filter((column) => column.psi !== undefined);
  const reported = watch?.reference === diff.before.id ? alarms(watch) : [];
  const columns = [
    ...diff.columns.removed.map(({name}) => drifted(name, "the column is gone")),
    ...diff.columns.retyped.map(({name, before, after}) =>
      drifted(name, `its type was ${before}, now ${after}`)
    ),
    ...diff.drift.map((column) => {
      if (column.psi === undefined) return undecided(column.column, "not measured: a version has no rows");
      const judged = judge(column, psi, alpha / measured.length);
      return beyondBins(column, judged, {rows: changed.get(column.column) ?? 0, of: diff.common});
    })
  ].map((column) => {
    const alarm = reported.find((one) => one.column === column.column);
    return alarm
      ? drifted(column.column, `${column.reason}; new rows differ, e-value ${eValueText(alarm.eValue)}`)
      : column;
  });
  const has = (state: DriftState) => columns.some((column) => column.state === state);
  const empty = columns.length === 0 || diff.before.rows === 0 || diff.after.rows === 0;
  return {
    state: has("drifted") ? "drifted" : has("undecided") || empty ? "undecided" : "steady",
    columns
  };
}

type Judged = DriftVerdict["columns"][number];

const drifted = (column: string, reason: string): Judged => ({column, state: "drifted", reason});
const undecided = (column: string, reason: string): Judged => ({column, state: "undecided", reason});

function judge({column, psi = 0, p, psiByChance = 0}: ColumnDrift, limit: number, alpha: number): Judged {
  const found = `PSI ${psi.toFixed(3)}`;
  const shift = shiftOf({psi, p}, limit, alpha);
  if (shift === "shown") return drifted(column, found);
  if (shift === "chance") return undecided(column, `${found}, which chance may explain`);
  return psiByChance >= limit / 2
    ? undecided(column, `${found}; too few rows to tell it from ${psiByChance.toFixed(3)} by chance`)
    : {column, state: "steady", reason: found};
}

/** What is made of a column whose bins do not say all: times, and lists and structures measured by their lengths. */
function beyondBins(
  {column, kind, role, by, before, after}: ColumnDrift,
  judged: Judged,
  {rows, of}: {rows: number; of: number}
): Judged {
  const areMany = rows > MANY_CHANGED * of;
  const others = `${rows} of ${of} rows that both versions have hold another value`;
  if (kind === "other" && by === "length" && judged.state === "steady" && areMany)
    return undecided(column, `${judged.reason} of its lengths as JSON; ${others}`);
  if (kind !== "time") return judged;
  const ranges = `${rangeOf(before)} before, ${rangeOf(after)} now`;
  if (areMany) return undecided(column, `${judged.reason}: ${ranges}; ${others}`);
  // Times of rows that came: a second one, beside the dataset's own, must not stop a monitor.
  const movesOn = before.most !== undefined && after.most !== undefined && after.most > before.most;
  if (role === "time" || movesOn)
    return {column, state: "steady", reason: `${ranges}; new rows have new times`};
  return judged.state === "drifted"
    ? undecided(column, `${judged.reason}: ${ranges}. If new rows have new times, name it as \`time\``)
    : {...judged, reason: `${judged.reason}: ${ranges}`};
}

function rangeOf({least, most}: ColumnDrift["before"]): string {
  return least === undefined ? "no time" : `${least} to ${most}`;
}
