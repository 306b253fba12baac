import {NEWEST, projectPricesOr, type Store} from "../store/index.js";
import type {PageCosts} from "./costTypes.js";
import {currentDecisions} from "./currentRuns.js";
import {runCascades} from "./runCascades.js";
import {runCosts} from "./runCosts.js";

/**
 * What the costs page shows of every run that the report is about. The project's newest prices are taken: a page is not of a
 * day, and tells their age when it is read.
 */
export async function costs(store: Store): Promise<PageCosts[]> {
  const {prices, problem: priceProblem} = await projectPricesOr(store.workspace.project);
  const found: PageCosts[] = [];
  for (const {run, race} of await currentDecisions(store.workspace))
    found.push({
      ...(await runCosts(store, run, {prices, at: NEWEST}, race)),
      cascades: await runCascades(store, run),
      priceProblem
    });
  return found;
}
