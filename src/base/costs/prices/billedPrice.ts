import type {TokenPrice} from "../completionCost.js";

/** Whether two prices are one: the same amounts of the same day and source. What is undefined in one may be absent in the other. */
export function samePrice(a: TokenPrice | undefined, b: TokenPrice | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && priceText(a) === priceText(b));
}

function priceText({asOf, source, tiers, ...amounts}: TokenPrice): string {
  return JSON.stringify([
    asOf,
    source,
    amountsOf(amounts),
    tiers?.map(({abovePromptTokens, ...tier}) => [abovePromptTokens, amountsOf(tier)])
  ]);
}

function amountsOf(of: Partial<TokenPrice>): (number | undefined)[] {
  return [of.inputUsdPerMillion, of.cachedInputUsdPerMillion, of.outputUsdPerMillion];
}

/** What tells whether an API bills the tokens of a model. */
export interface Billed {
  /** "api", "on-prem", "cloud", "edge", or "unknown" of most of another tool's results; absent in records made before it was noted. */
  hosting?: string;
  /** "openai", "hosted", "embedded", "recorded", or "imported" of another tool's results. */
  endpointKind?: string;
  /** What the endpoint states. */
  price?: TokenPrice;
}

/**
 * Whether rows of a price list hold for a model: an API bills its tokens. They never hold for machines of the team and models
 * of this process, whatever others take for a model of that name; for a recording where it states a price itself. Where
 * results of another tool, or an older record, do not say where it runs, they hold.
 */
export function listServes({hosting, endpointKind, price}: Billed): boolean {
  if (hosting === undefined || hosting === "unknown") return true;
  if (hosting !== "api") return false;
  return price !== undefined || (endpointKind !== "recorded" && endpointKind !== "embedded");
}

/** Whether calls of a model are billed by somebody else: its own machines and recordings bill nobody. */
export function isBilledByApi({hosting, endpointKind}: Billed): boolean {
  return (hosting === undefined || hosting === "unknown" || hosting === "api") && endpointKind !== "recorded";
}
