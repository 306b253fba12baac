import {stageHosting} from "../../endpoints/stageHosting.js";
import {projectPricesOr, type RunCandidate} from "../../store/index.js";
import type {PlannedRun} from "../makeRun.js";
import {plainPrice, type ReadyCandidate} from "../plan/readyCandidates.js";
import {callPrices, type CallPrices} from "./callPrices.js";
import {unpricedNames} from "./checkBudget.js";

/** What the run is billed at: the project's list serves what no endpoint states a price for. */
export async function runPrices({
  inputs,
  effects,
  resolved,
  ready
}: Pick<PlannedRun, "inputs" | "effects" | "resolved" | "ready">) {
  const at = new Date(effects.now()).toISOString();
  const stated = unpricedNames(ready, resolved.scorers, callPrices([], at)).length === 0;
  // A public list is long: it is read where a price is missing.
  const listed = stated ? {prices: []} : await projectPricesOr(inputs.store.workspace.project);
  const prices = callPrices(listed.prices, at);
  const priced = ready.map((one) => ({...one, record: pricedRecord(one, prices)}));
  return {prices, priced, problem: listed.problem};
}

/** A candidate's record with the prices that its calls had: what its endpoint states or else the project's list, of a cascade for each model. */
function pricedRecord({record, prepared}: ReadyCandidate, prices: CallPrices): RunCandidate {
  const {endpoint, model} = prepared;
  const asked = endpoint.stages?.();
  if (!asked) {
    const price = prices.of(endpoint, model, record.hosting)?.price;
    return {...record, price: price && plainPrice(price)};
  }
  const stages = record.stages?.map((stage, s) => {
    const one = asked[s]!;
    const price = prices.of(one.endpoint, one.model, stageHosting(one))?.price;
    return {...stage, price: price && plainPrice(price)};
  });
  return {...record, stages};
}
