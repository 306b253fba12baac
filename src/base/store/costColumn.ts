import {
  cascadeCostSql,
  dayOf,
  isOldPrice,
  sideModelBill,
  toldCostSql,
  type TokenPrice
} from "../costs/index.js";
import {
  appliedPrice,
  billedModels,
  type PriceChoice,
  type PricedModel,
  pricedStages,
  undecidedPrices
} from "./appliedPrice.js";
import {sqlString} from "./duckdb.js";
import {projectPricesOr} from "./projectPrices.js";
import {type RunCandidate, type RunManifest, isStaged} from "./records/run.js";

/**
 * SQL for the US dollars of a completion of a run, over the columns of `completions`: as sealed, at the prices of the run's
 * record, and from its tokens where the record states none and the list does (both the other way round when `repriced`). Null where
 * it is not known.
 */
export function costColumn({candidates}: Pick<RunManifest, "candidates">, choice: PriceChoice): string {
  const cases = candidates.flatMap((candidate) => {
    const own = costOf(candidate, choice);
    if (own === undefined) return [];
    const both = choice.repriced ? [own, "cost_usd"] : ["cost_usd", own];
    return [`when candidate = ${sqlString(candidate.name)} then coalesce(${both.join(", ")})`];
  });
  return cases.length === 0 ? "cost_usd" : `(case ${cases.join(" ")} else cost_usd end)`;
}

/** How the calls of a run are priced. */
export interface Pricing {
  /** SQL for the US dollars of a completion, over the columns of `completions`; null where it is not known. */
  usd: string;
  priceOf(candidate: RunCandidate): TokenPrice | undefined;
  /** The day on which the oldest price of a candidate was read, of a cascade those of all its models, where that is old by now. */
  oldPriceOf(candidate: RunCandidate): string | undefined;
  /** US dollars of the run's calls beside those to its rows, such as a judge's; absent where none is known. */
  besideUsd?: number;
  /** What is wrong with the project's price list, which was left out then. */
  problem?: string;
  /** Models whose price is not known because the list has several for them, a sentence each. */
  undecided: string[];
}

/** What a run's record tells of its prices and of calls beside its rows. */
export type PriceableRun = Pick<RunManifest, "candidates" | "scorerCalls" | "preflightCalls">;

/**
 * At the prices of the run's record and, where it leaves one open, the project's newest of today: what verdicts, gates, races
 * and pages count by.
 */
export async function pricingOf(project: string, run: PriceableRun): Promise<Pricing> {
  const asked = [run.scorerCalls, run.preflightCalls].flatMap((calls) => calls?.models ?? []);
  const stated = [...run.candidates.flatMap(({price, stages}) => [{price}, ...(stages ?? [])]), ...asked];
  const {prices, problem} = stated.some(({price}) => !price) ? await projectPricesOr(project) : {prices: []};
  const choice = {prices, at: dayOf(Date.now())};
  const beside = asked.flatMap((one) => sideModelBill(one, appliedPrice(one, choice)?.price).usd ?? []);
  return {
    usd: costColumn(run, choice),
    priceOf: (candidate) => appliedPrice(candidate, choice)?.price,
    oldPriceOf(candidate) {
      const models: readonly PricedModel[] = pricedStages(candidate) ?? [candidate];
      const oldest = models.flatMap((one) => appliedPrice(one, choice)?.price.asOf ?? []).sort()[0];
      return oldest !== undefined && isOldPrice(oldest, choice.at) ? oldest : undefined;
    },
    besideUsd: beside.length > 0 ? beside.reduce((sum, usd) => sum + usd, 0) : undefined,
    problem,
    undecided: undecidedPrices(billedModels(run.candidates), choice)
  };
}

/** From the tokens alone; undefined where no price but that of the record tells it, or none does. */
function costOf(candidate: RunCandidate, choice: PriceChoice): string | undefined {
  const stages = pricedStages(candidate);
  if (stages) {
    const applied = stages.map((stage) => appliedPrice(stage, choice));
    return applied.some((one) => one?.row) ? cascadeCostSql(applied.map((one) => one?.price)) : undefined;
  }
  // Of stages within a stage the prices are not recorded.
  if (isStaged(candidate)) return undefined;
  const applied = appliedPrice(candidate, choice);
  return applied?.row && toldCostSql(applied.price);
}
