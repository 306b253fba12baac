import type {Store} from "../store/index.js";
import type {CostsData} from "./costTypes.js";
import {currentRuns} from "./currentRuns.js";
import {projectPrices} from "./prices.js";
import {runCosts} from "./runCosts.js";

/**
 * What the costs page shows of every run that the report is about. The project's newest prices are taken: a page is not of a
 * day, and tells their age when it is read.
 */
export async function costs(store: Store): Promise<CostsData[]> {
  const prices = await projectPrices(store.workspace.project);
  const found: CostsData[] = [];
  for (const run of await currentRuns(store.workspace))
    found.push(await runCosts(store, run, {prices, at: "9999-12-31"}));
  return found;
}
