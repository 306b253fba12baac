import {costTable, dayOf, DEFAULT_VOLUME, hostingName} from "../../base/costs/index.js";
import {projectPricesOr, type RunManifest, type Store} from "../../base/store/index.js";
import {runCosts} from "./runCosts.js";
import type {CandidateView} from "./types.js";

/** Gives candidates whose cost depends on the volume what they cost at the default one, on the cheapest of their hostings. */
export async function hostedCosts(
  store: Store,
  run: RunManifest,
  views: CandidateView[]
): Promise<CandidateView[]> {
  const asks = ({costByHosting, costPerThousand}: CandidateView) =>
    costByHosting && costPerThousand === undefined;
  if (!views.some(asks)) return views;
  const {prices} = await projectPricesOr(store.workspace.project);
  const {samples} = await runCosts(store, run, {prices, at: dayOf(Date.parse(run.sealedAt))});
  const table = costTable(samples, {requestsPerMonth: DEFAULT_VOLUME});
  return views.map((view) => {
    const [cheapest] = table
      .flatMap(({sample, hosting, usdPerThousand, low, high, unknown}) =>
        sample.name === view.name && hosting && usdPerThousand !== undefined && unknown.length === 0
          ? [{usdPerThousand, low, high, hosting: hostingName(hosting)}]
          : []
      )
      .sort((a, b) => a.usdPerThousand - b.usdPerThousand);
    return asks(view) && cheapest ? {...view, hosted: cheapest} : view;
  });
}
