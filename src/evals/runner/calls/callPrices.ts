import {
  completionCost,
  completionsCost,
  listServes,
  type PriceRow,
  type StageTokens,
  undecidedPrice
} from "../../../base/costs/index.js";
import {stageHosting} from "../../../inference/endpoints/stageHosting.js";
import type {
  Completion,
  CompletionRequest,
  Endpoint,
  EndpointStage
} from "../../../inference/endpoints/types.js";
import {appliedPrice, type AppliedPrice} from "../../../base/store/index.js";
import {answerTokens} from "./answerTokens.js";
import {worstCaseUsd} from "./budget.js";

/**
 * What calls cost: at the price that the endpoint states, else of an API at the project's list of that day, else unknown. `hosting`
 * is what a candidate says of itself, the endpoint's word when absent.
 */
export interface CallPrices {
  /** The price of one model, and the row of the list it comes from. A cascade has none: its models have. */
  of(endpoint: Endpoint, model: string, hosting?: string): AppliedPrice | undefined;
  /** What an answer cost; undefined where it is not known, as with tokens that were only estimated. */
  costOf(endpoint: Endpoint, model: string, answer: BilledAnswer, hosting?: string): number | undefined;
  /** The most that a call can cost, a cascade's with all its models asked. */
  bounds(endpoint: Endpoint, request: CompletionRequest, hosting?: string): CallBounds;
  /** The models of an endpoint that an API bills at a price nobody states, as words. */
  unpriced(endpoint: Endpoint, model: string, hosting?: string): string[];
}

/** In US dollars. */
export interface CallBounds {
  /** The most that it can cost; undefined when nothing bounds its answers. */
  worstCaseUsd?: number;
  /** The most that its prompts can cost. */
  promptUsd: number;
}

type BilledAnswer = Pick<Completion, "costUsd" | "usage" | "stageTokens">;

/** @param at the time of the calls, in ISO 8601 */
export function callPrices(prices: readonly PriceRow[], at: string): CallPrices {
  const looked = new Map<Endpoint, Map<string, AppliedPrice | undefined>>();
  const asked = (endpoint: Endpoint, model: string, hosting: string) => {
    const {name, host, kind} = endpoint;
    return {model, endpoint: name, host, endpointKind: kind, hosting, price: endpoint.price?.(model)};
  };
  // Asked of every answer: a list is not searched for each.
  const of: CallPrices["of"] = (endpoint, model, hosting = endpoint.hosting) => {
    if (endpoint.stages) return undefined;
    let models = looked.get(endpoint);
    if (!models) looked.set(endpoint, (models = new Map()));
    const key = `${hosting} ${model}`;
    if (!models.has(key)) models.set(key, appliedPrice(asked(endpoint, model, hosting), {prices, at}));
    return models.get(key);
  };

  const costOf: CallPrices["costOf"] = (endpoint, model, {costUsd, usage, stageTokens}, hosting) => {
    if (costUsd !== undefined) return costUsd;
    const stages = endpoint.stages?.();
    if (stages) return stageTokens && total(stageTokens.map((tokens, s) => stageCost(stages[s], tokens)));
    const price = of(endpoint, model, hosting)?.price;
    return usage?.estimatedBy === undefined ? completionCost(usage, price) : undefined;
  };
  const stageCost = (stage: EndpointStage | undefined, {calls = 1, ...tokens}: StageTokens) => {
    if (!stage) return undefined;
    const {endpoint, model} = stage;
    const hosting = stageHosting(stage);
    const usd = completionsCost(calls, tokens, of(endpoint, model, hosting)?.price);
    return usd ?? unbilled({kind: endpoint.kind, hosting});
  };

  const bounds: CallPrices["bounds"] = (endpoint, {model, messages, params, tools}, hosting) => {
    const stages = endpoint.stages?.();
    if (!stages) {
      const bytes = jsonBytes(messages) + (tools?.length ? jsonBytes(tools) : 0) + schemaBytes(params);
      const price = of(endpoint, model, hosting)?.price;
      return {
        worstCaseUsd: worstCaseUsd(price, bytes, answerTokens(params)),
        promptUsd: worstCaseUsd(price, bytes, 0)!
      };
    }
    const each = stages.map((stage) => {
      const {endpoint: own, model: of, params: stated, times} = stage;
      const request = {model: of, messages, params: {...stated, ...params}, tools};
      const {worstCaseUsd: usd, promptUsd} = bounds(own, request, stageHosting(stage));
      return {usd: usd === undefined ? undefined : times * usd, promptUsd: times * promptUsd};
    });
    return {
      worstCaseUsd: total(each.map(({usd}) => usd)),
      promptUsd: total(each.map(({promptUsd}) => promptUsd))!
    };
  };

  const unpriced: CallPrices["unpriced"] = (endpoint, model, hosting = endpoint.hosting) => {
    const stages = endpoint.stages?.();
    if (stages) return stages.flatMap((stage) => unpriced(stage.endpoint, stage.model, stageHosting(stage)));
    const {kind} = endpoint;
    if (unbilled({kind, hosting}) !== undefined || of(endpoint, model, hosting) !== undefined) return [];
    const own = asked(endpoint, model, hosting);
    const reason = listServes(own) ? undecidedPrice(prices, model, at, own) : undefined;
    return [`${model} at ${endpoint.name}${reason === undefined ? "" : `; ${reason}`}`];
  };
  return {of, costOf, bounds, unpriced};
}

/** 0 for an endpoint that bills nobody by the call. */
export function unbilled({hosting, kind}: {hosting: string; kind: string}): 0 | undefined {
  return hosting !== "api" || kind === "recorded" ? 0 : undefined;
}

const measured = new WeakMap<object, number>();

/** Of parameters that a provider may put into the prompt, such as the schema of the answer: all that are objects. */
function schemaBytes(params: CompletionRequest["params"]): number {
  if (!params) return 0;
  // A candidate's calls share them.
  let bytes = measured.get(params);
  if (bytes === undefined) {
    const objects = Object.values(params).filter((value) => typeof value === "object" && value !== null);
    measured.set(params, (bytes = objects.reduce<number>((sum, value) => sum + jsonBytes(value), 0)));
  }
  return bytes;
}

const jsonBytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

/** A sum that is undefined as soon as one part is unknown; 0 of no parts. */
export function total(parts: readonly (number | undefined)[]): number | undefined {
  return parts.includes(undefined) ? undefined : parts.reduce<number>((sum, part) => sum + part!, 0);
}
