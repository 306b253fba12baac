import {memberOf} from "../../base/validation/memberOf.js";
import {chooseThresholds} from "../../base/costs/index.js";
import type {ScoreTable} from "../../evals/decisions/types.js";
import {
  bestFirst,
  comparedCosts,
  costsOf,
  DEFAULT_MARGIN,
  corpusFigureName,
  pairedCosts,
  scoreTable,
  shownNames
} from "../../evals/decisions/index.js";
import {mean} from "../../base/stats/index.js";
import type {RunManifest, Store} from "../../base/store/index.js";
import {cascadeStages} from "./cascadeStages.js";
import type {CascadeView} from "./costTypes.js";

const CONFIDENCE = 0.95;
/** Cheaper candidates that are tried before the best one: those with the best scores. */
const MOST_CHEAP = 3;
/** With more answers the store is asked by `assay cascade`, not when a site is built. */
const MOST_ROWS = 20_000;

/**
 * "The cheaper model first, the best one when it is not sure", simulated from a run's recorded answers: each of the best of the
 * cheaper candidates before the candidate with the best mean, allowed to lose the run's margin; or why there is none.
 */
export async function runCascades(
  store: Store,
  run: RunManifest
): Promise<{cascades: CascadeView[]; noCascades?: string}> {
  const none = (noCascades: string) => ({cascades: [], noCascades});
  const loss = run.margin ?? DEFAULT_MARGIN;
  const table = await scoreTable(store, run.id, run.primaryScorer);
  if (!(loss > 0)) return none("The margin is 0, so that a cheaper model may lose nothing.");
  if (table.corpus) return none(`${corpusFigureName(table)} decides, which is no mean of rows.`);
  if (!withinUnit(table)) return none("The scores are not between 0 and 1.");
  if (table.rowIds.length > MOST_ROWS)
    return none("There are more than 20,000 rows, which are too many for a page.");
  const costs = await pairedCosts(store, run, await costsOf(store, run));
  const ranked = rankedOf(table, run).filter((name) => memberOf(costs, name));
  const [strong] = ranked;
  if (strong === undefined)
    return none(
      "What the candidates' calls cost is not known: this goes by prices by the token, not by hostings."
    );
  const isCheaper = (name: string) => {
    const found = comparedCosts(costs, name, strong);
    return found !== undefined && found.usd < found.other;
  };
  const cheap = ranked.filter(isCheaper).slice(0, MOST_CHEAP);
  if (cheap.length === 0)
    return none(`No candidate of known cost is cheaper than ${strong}, the best of them.`);
  const found: CascadeView[] = [];
  for (const name of cheap) {
    const {stages, signal, repeats, clusters} = await cascadeStages(store, run, [name, strong]);
    const {path, thresholds, report, calibrationRows, missing} = chooseThresholds(stages, {
      loss,
      confidence: CONFIDENCE,
      seed: run.seed,
      clusters
    });
    found.push({
      cheap: name,
      strong,
      signal,
      repeats,
      loss,
      confidence: CONFIDENCE,
      // JSON has no infinity.
      threshold: Number.isFinite(thresholds[0]) ? thresholds[0] : undefined,
      calibrationRows,
      missing,
      steps: path.map(({shares, quality, usd: cost}) => ({
        escalated: shares[1] ?? 0,
        quality,
        usdPerThousand: cost === undefined ? undefined : 1000 * cost
      })),
      report
    });
  }
  return {cascades: found};
}

function withinUnit({values}: ScoreTable): boolean {
  return values.every((row) => row.every((value) => value === undefined || (value >= 0 && value <= 1)));
}

/** The best first. What is a cascade itself is left out: its answers are other candidates'. */
function rankedOf({candidates: candidates, values}: ScoreTable, run: RunManifest): string[] {
  const cascades = new Set(
    run.candidates.flatMap(({name, identity}) =>
      identity.cascade === undefined ? [] : shownNames(run, name)
    )
  );
  return candidates
    .map((candidate, i) => ({candidate, mean: mean(values[i]!)}))
    .filter((one) => one.mean !== undefined && !cascades.has(one.candidate))
    .sort(bestFirst)
    .map(({candidate}) => candidate);
}
