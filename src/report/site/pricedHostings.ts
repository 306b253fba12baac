import {isDeepStrictEqual} from "node:util";
import {
  type BatchPrice,
  batchShareOf,
  type CostHosting,
  type HostingModel,
  type RequestTokens,
  rowsOf,
  spells
} from "../../base/costs/index.js";
import {
  type AppliedPrice,
  appliedPrice,
  askedAt,
  batchPriceOf,
  type PriceChoice,
  type RunCandidate
} from "../../base/store/index.js";

/** A hosting of a candidate with the price that holds there. */
export interface PricedHosting {
  hosting: CostHosting;
  /** What a batch costs there, as far as that is known. */
  batch?: BatchPrice;
  /** The price there where it is another than the endpoint's. */
  other?: AppliedPrice;
  /** An API whose prices are not those of the endpoint that the run asked. */
  elsewhere: boolean;
}

const HOSTING_KINDS: readonly HostingModel["kind"][] = ["api", "edge", "on-prem", "cloud"];
const isHostingKind = (hosting: string): hosting is HostingModel["kind"] =>
  (HOSTING_KINDS as readonly string[]).includes(hosting);

/**
 * As stated, each API with the price of its own provider; a candidate of which only the word is known lacks every assumption. The
 * endpoint's price is for the hosting that the candidate runs on now, and no other provider's; the list's is for APIs alone.
 */
export function pricedHostings(
  candidate: RunCandidate,
  choice: PriceChoice,
  billed: boolean
): PricedHosting[] {
  const stated = candidate.hostings ?? [];
  const applied = billed ? undefined : appliedPrice(candidate, choice);
  const batch = applied && batchPriceOf(candidate, applied, choice);
  const only = (hosting: CostHosting) => [{hosting, batch, elsewhere: false}];
  if (stated.length === 0) {
    // A machine of one's own stays one where a price of its tokens is stated, and what it costs is unknown.
    if (isHostingKind(candidate.hosting) && candidate.hosting !== "api")
      return only({kind: candidate.hosting});
    if (applied || candidate.hosting === "api")
      return only({kind: "api", provider: providerOf(candidate), price: applied?.price});
    // Where another tool's candidate runs is not known, though its files say what it cost.
    return billed ? only({kind: "unknown"}) : [];
  }
  return stated.map((hosting, i): PricedHosting => {
    if (hosting.kind !== "api") return {hosting, elsewhere: false};
    const {provider = candidate.endpoint, price} = hosting;
    const elsewhere = i > 0 && hosting.provider !== undefined && !isAskedAt(candidate, provider);
    const there = elsewhere ? priceElsewhere(candidate.model, provider, choice) : applied;
    const isListFirst = choice.repriced && there?.row !== undefined;
    const own: AppliedPrice | undefined = price && !isListFirst ? {price} : there;
    const asked = elsewhere ? {model: candidate.model, endpoint: provider} : candidate;
    return {
      hosting: {...hosting, provider, price: own?.price},
      batch: own && batchPriceOf(asked, own, choice),
      other: elsewhere || !isDeepStrictEqual(own?.price, applied?.price) ? own : undefined,
      elsewhere
    };
  });
}

/** The tool that results come from is nobody's provider. */
const providerOf = ({endpoint, endpointKind}: RunCandidate) =>
  endpointKind === "imported" ? undefined : endpoint;

/** With what a batch costs, where that is not stated. */
export function withBatchShare({hosting, batch}: PricedHosting, tokens: RequestTokens): CostHosting {
  const {promptTokens, completionTokens} = tokens;
  if (hosting.kind !== "api" || !batch || !hosting.price) return hosting;
  if (promptTokens === undefined || completionTokens === undefined) return hosting;
  const share = batchShareOf(batch, hosting.price, {promptTokens, completionTokens});
  return {...hosting, batchPriceShare: hosting.batchPriceShare ?? share};
}

/** Providers whose bill it is what the calls of the run cost; "" is one that is not known. */
export function billersOf(hostings: readonly PricedHosting[]): string[] {
  return hostings.flatMap(({hosting, elsewhere}) =>
    hosting.kind === "api" && !elsewhere ? [hosting.provider ?? ""] : []
  );
}

function isAskedAt(candidate: RunCandidate, provider: string): boolean {
  const {endpoint = "", host = ""} = askedAt(candidate);
  return spells(provider, endpoint) || spells(provider, host);
}

function priceElsewhere(model: string, provider: string, choice: PriceChoice) {
  const prices = rowsOf(choice.prices ?? [], provider);
  return appliedPrice({model, endpoint: provider}, {...choice, prices});
}
