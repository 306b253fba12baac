import type {CallPrices} from "../calls/callPrices.js";
import {stageHosting} from "../../endpoints/stageHosting.js";
import {plainPrice, type ReadyCandidate} from "../plan/readyCandidates.js";
import type {RunCandidate} from "../../store/index.js";

/** A candidate's record with the prices that its calls had: what its endpoint states or else the project's list, of a cascade for each model. */
export function pricedRecord({record, prepared}: ReadyCandidate, prices: CallPrices): RunCandidate {
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
