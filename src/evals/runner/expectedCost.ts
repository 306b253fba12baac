import {completionsCost, daysOld, isOldPrice, type TokenPriceTier} from "../../base/costs/index.js";
import {stageHosting} from "../../inference/endpoints/stageHosting.js";
import type {Endpoint, ModelParameters} from "../../inference/endpoints/types.js";
import {askedModel} from "./answerLengths.js";
import {answerTokens} from "./calls/answerTokens.js";
import {type CallPrices, total, unbilled} from "./calls/callPrices.js";

/** A price that calls are counted at, and where it comes from. */
export interface StatedPrice {
  model: string;
  inputUsdPerMillion: number;
  cachedInputUsdPerMillion?: number;
  outputUsdPerMillion: number;
  /** Other amounts for requests with long prompts. */
  tiers?: readonly TokenPriceTier[];
  /** What the endpoint states, or the project's price list. */
  from: "endpoint" | "price list";
  asOf: string;
  source: string;
  daysOld: number;
  /** Read so long ago that it is marked. */
  old: boolean;
}

/** What calls are expected to take; of a cascade at most, with all its models asked. */
export interface ExpectedCost {
  promptTokens: number;
  /** Where `promptTokens` comes from: tokens that the server counted for earlier prompts of the eval, or four characters a token. */
  promptBasis: "observed" | "characters";
  /** Undefined when nothing tells how long the answers are. */
  completionTokens?: number;
  /** Where `completionTokens` comes from: earlier answers of this model at this endpoint, or `max_tokens` and its like. */
  basis?: "observed" | "max_tokens";
  /** US dollars; undefined when a price or the length of answers is unknown. */
  costUsd?: number;
  prices: StatedPrice[];
}

export interface ExpectedInputs {
  prices: CallPrices;
  /** Mean completion tokens of earlier answers, by `askedModel`. */
  observed: ReadonlyMap<string, number>;
  /** Prompt tokens of earlier answers for each that their characters give, by `askedModel`. */
  observedPrompts: ReadonlyMap<string, number>;
  /** Today, as an ISO time. */
  at: string;
}

/**
 * Forecasts `calls` calls whose prompts have `promptTokens` together, going by their characters; `hosting` is what the candidate
 * says of itself.
 */
export function expectedCost(
  {
    endpoint,
    model,
    hosting = endpoint.hosting,
    params
  }: {endpoint: Endpoint; model: string; hosting?: string; params?: ModelParameters},
  {calls, promptTokens: byCharacters}: {calls: number; promptTokens: number},
  inputs: ExpectedInputs
): ExpectedCost {
  const stages = endpoint.stages?.();
  if (stages) {
    const each = stages.map((stage) => {
      const hosting = stageHosting(stage);
      const own = expectedCost(
        {...stage, hosting, params: {...stage.params, ...params}},
        {calls: stage.times * calls, promptTokens: stage.times * byCharacters},
        inputs
      );
      return {
        ...own,
        costUsd:
          own.costUsd ??
          (own.prices.length === 0 ? unbilled({kind: stage.endpoint.kind, hosting}) : undefined)
      };
    });
    return {
      promptTokens: each.reduce((sum, one) => sum + one.promptTokens, 0),
      promptBasis: each.every(({promptBasis}) => promptBasis === "observed") ? "observed" : "characters",
      completionTokens: total(each.map((one) => one.completionTokens)),
      basis: each.some(({basis}) => basis === "max_tokens") ? "max_tokens" : each[0]?.basis,
      costUsd: total(each.map((one) => one.costUsd)),
      prices: each.flatMap((one) => one.prices)
    };
  }
  const ratio = inputs.observedPrompts.get(askedModel(endpoint, model));
  const promptTokens = ratio === undefined ? byCharacters : Math.round(ratio * byCharacters);
  const seen = inputs.observed.get(askedModel(endpoint, model));
  const most = answerTokens(params);
  const length = seen === undefined ? most : Math.min(seen, most ?? Infinity);
  const completionTokens = length === undefined ? undefined : Math.round(length * calls);
  const applied = inputs.prices.of(endpoint, model, hosting);
  return {
    promptTokens,
    promptBasis: ratio === undefined ? "characters" : "observed",
    completionTokens,
    basis: completionTokens === undefined ? undefined : seen === undefined ? "max_tokens" : "observed",
    costUsd:
      completionTokens === undefined
        ? undefined
        : completionsCost(calls, {promptTokens, completionTokens}, applied?.price),
    prices: statedPrices({endpoint, model, hosting}, inputs)
  };
}

/** The prices that calls to an endpoint are counted at: of a cascade those of its models. */
export function statedPrices(
  {endpoint, model, hosting}: {endpoint: Endpoint; model: string; hosting?: string},
  {prices, at}: Pick<ExpectedInputs, "prices" | "at">
): StatedPrice[] {
  const stages = endpoint.stages?.();
  if (stages)
    return stages.flatMap((stage) => statedPrices({...stage, hosting: stageHosting(stage)}, {prices, at}));
  const applied = prices.of(endpoint, model, hosting);
  if (!applied) return [];
  const {asOf, source} = applied.price;
  return [
    {
      model,
      inputUsdPerMillion: applied.price.inputUsdPerMillion,
      cachedInputUsdPerMillion: applied.price.cachedInputUsdPerMillion,
      outputUsdPerMillion: applied.price.outputUsdPerMillion,
      tiers: applied.price.tiers,
      from: applied.row ? "price list" : "endpoint",
      asOf,
      source,
      daysOld: daysOld(asOf, at),
      old: isOldPrice(asOf, at)
    }
  ];
}
