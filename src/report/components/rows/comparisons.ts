import {tableOfRows} from "../../../evals/decisions/columns.js";
import {type Cut, cutOf, cutOptions} from "../../../evals/decisions/cut.js";
import {scaleOf} from "../../../evals/decisions/scoreScale.js";
import type {Verdict} from "../../../evals/decisions/types.js";
import {comparisonsFile} from "../../site/detailFiles.js";
import type {RunView, ScorerComparisons} from "../../site/types.js";
import {loadData} from "./loadData.js";
import {loadRunRows, rowsIn, scoreTableOf, type ScoreChoice} from "./runRows.js";

/** The comparisons by the chosen scorer, and those of the chosen rows. */
export interface ShownComparison {
  all: ScorerComparisons;
  shown: Cut;
  /** On the shown rows: the run's own where they are what it decided on. */
  verdict: Verdict;
}

const loading = new Map<string, Promise<ScorerComparisons>>();

/**
 * What was computed of the chosen scores when the site was built; null without a run. A slice that was too small for that is
 * compared here, from the run's rows, by the same code.
 */
export async function compared(
  run: RunView | null,
  choice: ScoreChoice | null
): Promise<ShownComparison | null> {
  if (!run || !choice) return null;
  const {scorer, slice} = choice;
  const all = await loadComparisons(run, scorer);
  const known = all.cuts.find((cut) => cut.slice?.name === slice?.name && cut.slice?.value === slice?.value);
  const shown = known ?? (await comparedHere(run, choice, all));
  const own = scorer === run.primaryScorer && !slice;
  return {all, shown, verdict: own ? run.verdict : shown.verdict};
}

function loadComparisons(run: RunView, scorer: string): Promise<ScorerComparisons> {
  const index = run.scorers.findIndex(({name}) => name === scorer);
  const path = `rows/${encodeURIComponent(run.id)}/${comparisonsFile(index)}`;
  let found = loading.get(path);
  if (!found) {
    found = loadData(
      path,
      `The comparisons of run ${run.id} are not part of this site. Build the site again.`
    ).then((response) => response.json() as Promise<ScorerComparisons>);
    loading.set(path, found);
    found.catch(() => loading.delete(path));
  }
  return found;
}

async function comparedHere(
  run: RunView,
  {scorer, slice}: ScoreChoice,
  {extent}: ScorerComparisons
): Promise<Cut> {
  const rows = await loadRunRows(run.id, {scorers: [scorer], counts: [scorer], clusters: true});
  return cutOf(
    tableOfRows(scoreTableOf(rows, scorer, rowsIn(rows)), rowsIn(rows, slice)),
    cutOptions(run.verdict, {
      decides: scorer === run.primaryScorer,
      scale: scaleOf([extent]),
      seed: run.seed
    }),
    slice
  );
}
