import {type ScoreTable, sharedValues, valuesOf} from "../decisions/index.js";
import {mean} from "../stats/index.js";

/** Candidates with a score on fewer than this share of the rows that any has are compared with nobody. */
const LEAST_SHARE = 0.5;

export interface ComparedScores {
  /** By candidate, on the rows that all compared candidates have; of one that is not compared none. */
  values: (readonly (number | undefined)[])[];
  /** Their means; undefined where every candidate has a score on the same rows. */
  means?: (number | undefined)[];
}

/** The scores of all candidates on the same rows, as the frontier of cost and quality compares them. */
export function comparedScores(table: ScoreTable): ComparedScores {
  const {candidates, rowIds} = table;
  const own = candidates.map((candidate) => valuesOf(table, candidate));
  const rows = rowIds.flatMap((_, row) => (own.some((values) => values[row] !== undefined) ? [row] : []));
  if (own.every((values) => rows.every((row) => values[row] !== undefined))) return {values: own};
  const isCompared = own.map(
    (values) => rows.filter((row) => values[row] !== undefined).length >= LEAST_SHARE * rows.length
  );
  const compared = candidates.filter((_, c) => isCompared[c]);
  const shared = sharedValues(table, compared);
  const common = new Set(rows.filter((row) => shared.every((values) => values[row] !== undefined)));
  let next = 0;
  const values = candidates.map((_, c) => {
    const found = isCompared[c] ? shared[next++]! : [];
    return rowIds.map((_, row) => (common.has(row) ? found[row] : undefined));
  });
  return {values, means: values.map((column) => mean(column))};
}
