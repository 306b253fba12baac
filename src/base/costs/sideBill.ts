import {amountText} from "./billText.js";
import {completionsCost, type TokenPrice} from "./completionCost.js";
import {type Billed, isBilledByApi} from "./prices/billedPrice.js";

/** What a run's record tells of the answers that one model gave beside those to its rows. */
export interface SideModel extends Billed {
  /** Answers. */
  answers: number;
  /** Answers whose tokens the server told: those of the sums. */
  counted: number;
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
  /** Answers whose tokens the server did not tell, with what was counted here: in none of the sums above. */
  estimated?: {answers: number; promptTokens: number; completionTokens: number; by: string};
  /** US dollars of those of known cost, and how many these are; absent where there are none, and in runs made before it was noted. */
  costUsd?: number;
  priced?: number;
}

/** The same of all of them, such as of the calls that scorers made. */
export interface SideRecord {
  calls: number;
  costUsd?: number;
  models?: readonly SideModel[];
}

/** What calls beside a run's rows cost, as far as that is known. */
export interface SideBill {
  usd?: number;
  /** Of calls that an API bills: those that told no tokens, failed ones among them, and those of which no price is known. */
  untold: number;
  unpriced: number;
}

/** Of a whole record; nothing is known to be missing in one that does not tell its models, or has none that an API bills. */
export function sideBill({calls, costUsd: usd, models}: SideRecord): SideBill {
  if (!models?.some(isBilledByApi)) return {usd, untold: 0, unpriced: 0};
  const sum = (of: (model: SideModel) => number) => models.reduce((all, model) => all + of(model), 0);
  const untold = calls - sum((model) => (isBilledByApi(model) ? model.counted : answered(model)));
  // Records made before it was noted how many were priced.
  const isNoted = usd === undefined || models.some(({priced}) => priced !== undefined);
  const unpriced = isNoted ? sum(unpricedOf) : 0;
  return {usd, untold: Math.max(0, untold), unpriced};
}

export interface SideModelBill extends SideBill {
  /** What the answers that told no tokens come to by those that were counted here. */
  estimated?: {answers: number; by: string; usd?: number};
}

/**
 * Of one model: what its calls were billed, or else what their tokens cost at a price; the other way round where they are priced
 * again.
 */
export function sideModelBill(
  model: SideModel,
  price: TokenPrice | undefined,
  {repriced = false}: {repriced?: boolean} = {}
): SideModelBill {
  const {answers, counted, estimated, costUsd} = model;
  const byTokens = counted > 0 ? completionsCost(counted, model, price) : undefined;
  const isByTokens = byTokens !== undefined && (repriced || costUsd === undefined);
  return {
    usd: isByTokens ? byTokens : costUsd,
    untold: isBilledByApi(model) ? (estimated?.answers ?? Math.max(0, answers - counted)) : 0,
    unpriced: isByTokens ? 0 : unpricedOf(model),
    estimated: estimated && {
      answers: estimated.answers,
      by: estimated.by,
      usd: completionsCost(estimated.answers, estimated, price)
    }
  };
}

/** A sentence on failed calls that no model's bill has, since they told nothing; undefined where there are none. */
export function failedSideText(record: SideRecord, what: string): string | undefined {
  const told = (record.models ?? []).reduce((sum, one) => sum + sideModelBill(one, undefined).untold, 0);
  const left = sideBill(record).untold - told;
  if (left <= 0) return undefined;
  return `${left} ${what}${left === 1 ? "" : "s"} failed and told no tokens: what ${left === 1 ? "it" : "they"} cost is in no amount`;
}

/** "at least $3.89 for its 37 scorer calls, not counting 7 that told no tokens"; undefined where no API bills any. */
export function sideBillText(
  record: SideRecord,
  what: string,
  usd: (amount: number) => string
): string | undefined {
  const bill = sideBill(record);
  const calls = `its ${record.calls} ${record.calls === 1 ? what : `${what}s`}`;
  const left = leftOut(bill);
  if (bill.usd === undefined) return left && `cost of ${calls} not known: ${left}`;
  return `${amountText(bill.usd, !left, usd)} for ${calls}${left ? `, not counting ${left}` : ""}`;
}

/** The same of one model, with what its estimated tokens come to. */
export function sideModelText(bill: SideModelBill, usd: (amount: number) => string): string {
  const left = leftOut(bill);
  const {estimated} = bill;
  const about =
    estimated?.usd === undefined ? "" : ` (about ${usd(estimated.usd)} by ${estimated.by}, an estimate)`;
  if (bill.usd === undefined) return left ? `cost not known: ${left}${about}` : "cost not known";
  return `${amountText(bill.usd, !left, usd)} for the run${left ? `, not counting ${left}${about}` : ""}`;
}

function leftOut({untold, unpriced}: SideBill): string | undefined {
  const left = [
    ...(untold > 0 ? [`${untold} that told no tokens`] : []),
    ...(unpriced > 0 ? [`${unpriced} without a known price`] : [])
  ];
  return left.length > 0 ? left.join(" and ") : undefined;
}

const answered = ({answers, counted}: SideModel) => Math.max(answers, counted);

const unpricedOf = (model: SideModel) =>
  isBilledByApi(model) ? Math.max(0, model.counted - (model.priced ?? 0)) : 0;
