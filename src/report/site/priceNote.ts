import {daysOld, isOldPrice} from "../../base/costs/index.js";
import {type AppliedPrice, type PriceChoice, type PricedModel, rowOfPrice} from "../../base/store/index.js";
import type {PriceNote} from "./costTypes.js";

/** The price that something is billed with, for readers; `candidate` is what that is called. */
export function priceNote(
  candidate: string,
  one: PricedModel,
  applied: AppliedPrice,
  choice: PriceChoice
): PriceNote {
  const {inputUsdPerMillion, outputUsdPerMillion, cachedInputUsdPerMillion, tiers, asOf, source} =
    applied.price;
  return {
    candidate,
    model: one.model,
    inputUsdPerMillion,
    outputUsdPerMillion,
    cachedInputUsdPerMillion,
    tiers,
    asOf,
    source,
    daysOld: daysOld(asOf, choice.at),
    old: isOldPrice(asOf, choice.at),
    shutdownDate: rowOfPrice(one, applied, choice)?.shutdownDate
  };
}
