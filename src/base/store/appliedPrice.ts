import {
  type AskedAt,
  batchPrice,
  type BatchPrice,
  type Billed,
  listServes,
  priceAt,
  type PriceRow,
  type RecordedPrice,
  samePrice,
  tokenPrice,
  undecidedPrice
} from "../costs/index.js";
import type {RunCandidate} from "./records/run.js";

/** By which prices the calls of a run are priced. */
export interface PriceChoice {
  /** Dated prices; those of the run's own record go first unless `repriced`. */
  prices?: readonly PriceRow[];
  /** Prices of `prices` go before those in the run's record. */
  repriced?: boolean;
  /** The day to price for, as YYYY-MM-DD. */
  at: string;
}

/** The price that holds for a model, and the row of the list that it comes from. */
export interface AppliedPrice {
  price: RecordedPrice;
  row?: PriceRow;
}

/** A model that was or will be asked, with what its endpoint states. */
export interface PricedModel extends AskedAt, Billed {
  price?: RecordedPrice;
  model: string;
  /** What price lists call it, where that is another name. */
  pricedAs?: string;
  /** Of the endpoint, which has its address or provider. */
  identity?: Record<string, string>;
}

/**
 * The price of a candidate of a run, or of a stage of a cascade: what its record states, or the list's, whichever goes first.
 * Undefined when neither knows one; the list knows none for what no API bills.
 */
export function appliedPrice(
  one: PricedModel,
  {prices = [], repriced = false, at}: PriceChoice
): AppliedPrice | undefined {
  const {model, pricedAs = model, price: stated} = one;
  // Of a model's rows some may state other prices alone, such as for training.
  const stating = listServes(one) ? prices.filter((row) => tokenPrice(row) !== undefined) : [];
  const row = priceAt(stating, pricedAs, at, askedAt(one));
  const price = row && tokenPrice(row);
  const listed = price && {price, row};
  const own = stated && {price: stated};
  return repriced ? (listed ?? own) : (own ?? listed);
}

/** The row of the list that a price comes from, also where a run's record has the price; undefined where it comes from none. */
export function rowOfPrice(
  one: PricedModel,
  {price, row}: AppliedPrice,
  {prices = []}: PriceChoice
): PriceRow | undefined {
  if (row || !listServes(one)) return row;
  const same = prices.filter((other) => samePrice(tokenPrice(other), price));
  return priceAt(same, one.pricedAs ?? one.model, price.asOf, askedAt(one));
}

/**
 * What a batch costs by the row that a price comes from, as the run's record keeps it; of an older record by a row of the list that
 * is the same. Undefined where it is not known.
 */
export function batchPriceOf(
  one: PricedModel,
  applied: AppliedPrice,
  choice: PriceChoice
): BatchPrice | undefined {
  const {row, price} = applied;
  if (!row && price.batch !== undefined) return price.batch ?? undefined;
  const same = rowOfPrice(one, applied, choice);
  return same && batchPrice(same);
}

/** Where a model is asked, by the record of it. */
export function askedAt({endpoint, host, identity}: Omit<PricedModel, "model">): AskedAt {
  const {baseUrl = "", provider} = identity ?? {};
  return {endpoint, host: host ?? (URL.canParse(baseUrl) ? new URL(baseUrl).hostname : provider)};
}

/** Why models that an API bills have no price though the list names them, a line each. */
export function undecidedPrices(models: readonly PricedModel[], choice: PriceChoice): string[] {
  const told = models.flatMap((one) =>
    appliedPrice(one, choice)
      ? []
      : (undecidedPrice(choice.prices ?? [], one.model, choice.at, askedAt(one)) ?? [])
  );
  return [...new Set(told)];
}

/** Of which models the run's record has the price though the list was asked for, and why, a line each. */
export function keptPrices(models: readonly PricedModel[], choice: PriceChoice): string[] {
  const {prices = [], repriced = false, at} = choice;
  const told = models.flatMap((one) => {
    const applied = repriced ? appliedPrice(one, choice) : undefined;
    if (!applied || applied.row) return [];
    const {model, pricedAs = model} = one;
    const why =
      undecidedPrice(prices, pricedAs, at, askedAt(one)) ??
      `the price list has no price of ${model} for ${at}.`;
    return `${why} The price of the run's record stands (${applied.price.asOf}).`;
  });
  return [...new Set(told)];
}

/** The models of candidates that an API bills, of a cascade each of its own. */
export function billedModels(
  candidates: readonly (PricedModel & Pick<RunCandidate, "stages" | "answerers">)[]
): PricedModel[] {
  return candidates
    .filter(({endpointKind}) => endpointKind !== "imported")
    .flatMap((one) => pricedStages(one) ?? [one])
    .filter((one) => one.hosting === "api" && listServes(one));
}

/**
 * The models of a cascade with where each of them runs, in their order; undefined for another candidate. Runs made before that was
 * noted are taken to have them where the cascade is.
 */
export function pricedStages({
  stages,
  answerers,
  hosting,
  endpointKind
}: Pick<PricedModel, "hosting" | "endpointKind"> & Pick<RunCandidate, "stages" | "answerers">):
  PricedModel[] | undefined {
  return stages?.map((stage, s) => {
    const runs = answerers?.[s] ?? {hosting, endpointKind};
    return {...stage, hosting: runs.hosting, endpointKind: runs.endpointKind};
  });
}
