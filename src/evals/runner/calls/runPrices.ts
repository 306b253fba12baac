import {stageHosting} from "../../../inference/endpoints/stageHosting.js";
import type {PriceRow} from "../../../base/costs/index.js";
import {
  type AppliedPrice,
  batchPriceOf,
  type PricedModel,
  projectPricesOr,
  type RunCandidate
} from "../../../base/store/index.js";
import type {PlannedRun} from "../run.js";
import {plainPrice, type ReadyCandidate} from "../plan/readyCandidates.js";
import {callPrices, type CallPrices} from "./callPrices.js";
import {unpricedNames} from "./pricesForBudget.js";

/** What the run is billed at: the project's list serves what no endpoint states a price for. */
export async function runPrices({task, requests: {ready}}: PlannedRun) {
  const {inputs, effects, resolved} = task;
  const at = new Date(effects.now()).toISOString();
  const stated =
    unpricedNames(ready, resolved.scorers, callPrices([], at)).length === 0 && !ready.some(needsBatch);
  // A public list is long: it is read where a price is missing.
  const listed = stated ? {prices: []} : await projectPricesOr(inputs.store.workspace.project);
  const prices = callPrices(listed.prices, at);
  const priced = ready.map((one) => ({
    ...one,
    record: pricedRecord(one, {
      prices,
      listed: stated || listed.problem !== undefined ? undefined : listed.prices,
      at
    })
  }));
  return {prices, priced, problem: listed.problem};
}

/** Whether some of its requests go as a batch, at a price that it does not state. */
function needsBatch({record: {hostings = []}}: ReadyCandidate): boolean {
  return hostings.some(
    (hosting) => hosting.kind === "api" && hosting.batchShare && hosting.batchPriceShare === undefined
  );
}

interface PriceListed {
  prices: CallPrices;
  /** The rows of the list; undefined where it was not read. */
  listed: readonly PriceRow[] | undefined;
  at: string;
}

/** A candidate's record with the prices that its calls had: what its endpoint states or else the project's list, of a cascade for each model. */
function pricedRecord({record, prepared}: ReadyCandidate, {prices, listed, at}: PriceListed): RunCandidate {
  const {endpoint, model} = prepared;
  const asked = endpoint.stages?.();
  const recorded = (one: PricedModel, applied: AppliedPrice | undefined) =>
    applied && {
      ...plainPrice(applied.price),
      batch: listed && (batchPriceOf(one, applied, {prices: listed, at}) ?? null)
    };
  if (!asked) return {...record, price: recorded(record, prices.of(endpoint, model, record.hosting))};
  const stages = record.stages?.map((stage, s) => {
    const one = asked[s]!;
    const {kind, host} = one.endpoint;
    const hosting = stageHosting(one);
    const of = {...stage, host, endpointKind: kind, hosting};
    return {...stage, price: recorded(of, prices.of(one.endpoint, one.model, hosting))};
  });
  return {...record, stages};
}
