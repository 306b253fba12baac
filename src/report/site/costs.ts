import {dayOf} from "../../base/costs/index.js";
import {projectPricesOr, type Store} from "../../base/store/index.js";
import type {PageCosts} from "./costTypes.js";
import {currentDecisions} from "./currentRuns.js";
import {runCascades} from "./runCascades.js";
import {runCosts} from "./runCosts.js";

/**
 * What the costs page shows of every run that the report is about, at the project's newest prices of today. Their age is told
 * when the page is read, so that the data of two days are the same unless another price holds.
 */
export async function costsData(store: Store): Promise<PageCosts[]> {
  const {prices, problem: priceProblem} = await projectPricesOr(store.workspace.project);
  const days = prices.map(({asOf}) => asOf).filter((day) => day <= dayOf(Date.now()));
  const newest = days.sort().at(-1);
  const found: PageCosts[] = [];
  for (const {run, race} of await currentDecisions(store.workspace))
    found.push({
      ...(await runCosts(store, run, {prices, at: newest ?? dayOf(Date.parse(run.sealedAt))}, race)),
      ...(await runCascades(store, run)),
      imported: run.imported ? true : undefined,
      priceProblem
    });
  return found;
}
