import {failedSideText, sideModelBill} from "../../base/costs/index.js";
import {appliedPrice, type PriceChoice, type RunManifest} from "../../base/store/index.js";
import type {PriceNote, SideCost} from "./costTypes.js";
import {priceNote} from "./priceNote.js";

/** What the models cost that scorers and preflights asked: as billed, or from their tokens. With the prices of those of scorers. */
export function sideCosts(
  {scorerCalls, preflightCalls}: RunManifest,
  choice: PriceChoice
): {beside: SideCost[]; besideFailed: string[]; notes: PriceNote[]} {
  const notes: PriceNote[] = [];
  const asked = [
    ["scorers", scorerCalls],
    ["preflight", preflightCalls]
  ] as const;
  const beside = asked.flatMap(([by, calls]) =>
    (calls?.models ?? []).map((one): SideCost => {
      const {endpoint, model, answers, counted} = one;
      const applied = appliedPrice(one, choice);
      if (applied && by === "scorers")
        notes.push(priceNote(`${model}, asked by scorers`, one, applied, choice));
      return {by, endpoint, model, answers, counted, ...sideModelBill(one, applied?.price, choice)};
    })
  );
  const besideFailed = [
    scorerCalls && failedSideText(scorerCalls, "scorer call"),
    preflightCalls && failedSideText(preflightCalls, "preflight call")
  ].filter((one) => one !== undefined);
  return {beside, besideFailed, notes};
}
