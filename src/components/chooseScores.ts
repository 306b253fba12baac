import {decide} from "../decisions/decide.js";
import type {Verdict} from "../decisions/types.js";
import type {RunView} from "../site/types.js";
import {form, type Input, select} from "./inputs.js";
import {loadRows, rowsIn, scoresOf, type Slice} from "./runRows.js";

/** Which scores of a run a reader looks at. */
export interface ScoreChoice {
  scorer: string;
  /** Undefined for all rows. */
  slice: Slice | undefined;
}

/** Lets a reader choose a scorer and a slice of the rows; null without a run. */
export function chooseScores(run: RunView | null): Input<ScoreChoice | null> {
  if (!run) return Object.assign(document.createElement("div"), {value: null});
  const scorers = run.scorers.map(({name}) => ({
    label: name === run.primaryScorer ? `${name} (decides)` : name,
    id: name,
    value: name
  }));
  const slices = run.slices.flatMap(({name, values}) =>
    values.map((value) => ({
      label: value,
      id: `${name}=${value}`,
      value: {name, value} as Slice | undefined,
      group: name
    }))
  );
  return form<ScoreChoice>(
    {
      scorer: select(scorers, {
        label: "Scorer",
        key: "scorer",
        selected: (name) => name === run.primaryScorer
      }),
      slice: select([{label: "All rows", id: "", value: undefined as Slice | undefined}, ...slices], {
        label: "Rows",
        key: "slice"
      })
    },
    "Scores shown"
  );
}

/**
 * The verdict on the chosen scores: the stored one for the run's own scorer over all rows, otherwise decided here from
 * the run's rows by the engine's own code.
 */
export async function verdictOf(
  run: RunView | null,
  choice: ScoreChoice | null
): Promise<Verdict | undefined> {
  if (!run || !choice) return undefined;
  if (choice.scorer === run.primaryScorer && !choice.slice) return run.verdict;
  const rows = await loadRows(run.id);
  const {margin, seed} = run;
  return decide(scoresOf(rows, choice.scorer, rowsIn(rows, choice.slice)), {
    margin,
    alpha: run.verdict.alpha,
    seed,
    costs: run.verdict.costs,
    tieBreakers: run.verdict.tieBreakers,
    sameWeights: run.verdict.sameWeights
  });
}
