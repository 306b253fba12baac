import {type ScoreTable, sharedValues, decidingValues} from "../../evals/decisions/index.js";

/** Candidates with a score on fewer than this share of the rows that any has are compared with nobody. */
const LEAST_SHARE = 0.5;

export interface ComparedScores {
  /** By candidate, on the rows that all compared candidates have; of one that is not compared none. */
  values: (readonly (number | undefined)[])[];
  /** How many rows these are; undefined where every candidate has a score on the same rows. */
  rows?: number;
}

/**
 * The scores of candidates on the same rows, as the frontier of cost and quality compares them.
 * @param known by candidate whether its cost is known: no other is compared, nor takes rows away
 */
export function comparedScores(table: ScoreTable, known: readonly boolean[]): ComparedScores {
  const {candidates: candidates, rowIds} = table;
  const own = candidates.map((candidate) => decidingValues(table, candidate));
  const of = own.filter((_, c) => known[c]);
  const rows = rowIds.flatMap((_, row) => (of.some((values) => values[row] !== undefined) ? [row] : []));
  if (of.every((values) => rows.every((row) => values[row] !== undefined))) return {values: own};
  const isCompared = own.map(
    (values, c) =>
      known[c] && rows.filter((row) => values[row] !== undefined).length >= LEAST_SHARE * rows.length
  );
  const compared = candidates.filter((_, c) => isCompared[c]);
  const shared = sharedValues(table, compared);
  const common = new Set(rows.filter((row) => shared.every((values) => values[row] !== undefined)));
  let next = 0;
  const values = candidates.map((_, c) => {
    const found = isCompared[c] ? shared[next++]! : [];
    return rowIds.map((_, row) => (common.has(row) ? found[row] : undefined));
  });
  return {values, rows: common.size};
}
