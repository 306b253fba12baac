import {completionCost, type PriceRow, type TokenPrice, undecidedPrice} from "../../costs/index.js";
import {
  type Completion,
  type CompletionRequest,
  type Endpoint,
  type EndpointStage,
  isRemote
} from "../../endpoints/types.js";
import {appliedPrice, type AppliedPrice} from "../../store/index.js";
import {answerTokens} from "./answerTokens.js";
import {worstCaseUsd} from "./budget.js";

/** What calls cost: at the price that the endpoint states, else at the project's list of that day, else unknown. */
export interface CallPrices {
  /** The price of one model, and the row of the list it comes from. A cascade has none: its models have. */
  of(endpoint: Endpoint, model: string): AppliedPrice | undefined;
  /** What an answer cost; undefined where it is not known, as with tokens that were only estimated. */
  costOf(endpoint: Endpoint, model: string, answer: Answer): number | undefined;
  /** The most that a call can cost, a cascade's with all its models asked; undefined when nothing bounds it. */
  worstCaseUsd(endpoint: Endpoint, request: CompletionRequest): number | undefined;
  /**
   * The models of an endpoint that an API bills at a price nobody states, as words; `hosting` is what the candidate says of
   * itself.
   */
  unpriced(endpoint: Endpoint, model: string, hosting?: string): string[];
}

type Answer = Pick<Completion, "costUsd" | "usage" | "stageTokens">;

/** The list serves models behind a server or an API: what runs in this process bills nobody. */
export function callPrices(prices: readonly PriceRow[], at: string): CallPrices {
  const looked = new Map<Endpoint, Map<string, AppliedPrice | undefined>>();
  const look: CallPrices["of"] = (endpoint, model) => {
    if (endpoint.stages) return undefined;
    const price = endpoint.price?.(model);
    const {name, host} = endpoint;
    return appliedPrice(
      {model, price, endpoint: name, host},
      {prices: mayBeListed(endpoint) ? prices : [], at}
    );
  };
  // Asked of every answer: a list is not searched for each.
  const of: CallPrices["of"] = (endpoint, model) => {
    let models = looked.get(endpoint);
    if (!models) looked.set(endpoint, (models = new Map()));
    if (!models.has(model)) models.set(model, look(endpoint, model));
    return models.get(model);
  };
  const priceOf = (endpoint: Endpoint, model: string) => of(endpoint, model)?.price;

  const tokensCost = (usage: Completion["usage"], price: TokenPrice | undefined): number | undefined =>
    usage?.estimatedBy === undefined ? completionCost(usage, price) : undefined;

  const costOf: CallPrices["costOf"] = (endpoint, model, {costUsd, usage, stageTokens}) => {
    if (costUsd !== undefined) return costUsd;
    const stages = endpoint.stages?.();
    if (!stages) return tokensCost(usage, priceOf(endpoint, model));
    return stageTokens && total(stageTokens.map((tokens, s) => stageCost(stages[s], tokens)));
  };
  const stageCost = (stage: EndpointStage | undefined, tokens: Completion["usage"]) =>
    stage && (tokensCost(tokens, priceOf(stage.endpoint, stage.model)) ?? unbilled(stage.endpoint));

  const worst: CallPrices["worstCaseUsd"] = (endpoint, {model, messages, params, tools}) => {
    const stages = endpoint.stages?.();
    if (!stages) {
      const bytes = bytesOf(messages) + (tools?.length ? bytesOf(tools) : 0);
      return worstCaseUsd(priceOf(endpoint, model), bytes, answerTokens(params));
    }
    return total(
      stages.map(({endpoint: own, model: of, params: stated, times}) => {
        const usd = worst(own, {model: of, messages, params: {...stated, ...params}, tools});
        return usd === undefined ? undefined : times * usd;
      })
    );
  };

  const unpriced: CallPrices["unpriced"] = (endpoint, model, hosting = endpoint.hosting) => {
    const stages = endpoint.stages?.();
    if (stages) return stages.flatMap((stage) => unpriced(stage.endpoint, stage.model));
    const known = unbilled({kind: endpoint.kind, hosting}) !== undefined || of(endpoint, model) !== undefined;
    if (known) return [];
    const asked = {endpoint: endpoint.name, host: endpoint.host};
    const reason = mayBeListed(endpoint) ? undecidedPrice(prices, model, at, asked) : undefined;
    return [`${model} at ${endpoint.name}${reason === undefined ? "" : `; ${reason}`}`];
  };
  return {of, costOf, worstCaseUsd: worst, unpriced};
}

function mayBeListed({kind, hosting}: Endpoint): boolean {
  return isRemote({kind}) || (hosting === "api" && kind !== "recorded");
}

/** 0 for an endpoint that bills nobody by the call. */
export function unbilled({hosting, kind}: {hosting: string; kind: string}): 0 | undefined {
  return hosting !== "api" || kind === "recorded" ? 0 : undefined;
}

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

/** A sum that is undefined as soon as one part is unknown; 0 of no parts. */
export function total(parts: readonly (number | undefined)[]): number | undefined {
  return parts.includes(undefined) ? undefined : parts.reduce<number>((sum, part) => sum + part!, 0);
}
