import {
  noWorse,
  type NoWorse,
  replacement,
  type Replacement,
  type ScoreScale,
  type ScoreTable
} from "../decisions/index.js";
import type {ReplacementInputs} from "../decisions/replacement.js";

/** The error rate of the tests against the reference, over all candidates together. */
const ALPHA = 0.05;

/** What candidates of a run are judged on. */
export interface JudgedRows {
  table: ScoreTable;
  /** The rows that no candidate is known to have learned from. */
  clean: ScoreTable;
  scale: ScoreScale;
  /** The largest loss that counts as no worse, in score units. */
  margin: number;
}

const termsOf = ({margin, scale}: JudgedRows) => ({margin, alpha: ALPHA, scale});

/** How candidates do against a reference on clean rows, Holm-adjusted over them, and on all where some are not clean. */
export function judgedAgainst(
  rows: JudgedRows,
  names: readonly string[],
  reference: string
): {judged: NoWorse[]; onAll?: NoWorse[]} {
  const {table, clean} = rows;
  const terms = termsOf(rows);
  return {
    judged: noWorse(clean, names, reference, terms),
    onAll: clean.rowIds.length < table.rowIds.length ? noWorse(table, names, reference, terms) : undefined
  };
}

/** Who answers from now on, by the clean rows. */
export function replacedBy(rows: JudgedRows, inputs: ReplacementInputs): Replacement {
  return replacement(rows.clean, inputs, termsOf(rows));
}
