import {samePrice} from "../../../base/costs/index.js";
import type {
  Completion,
  Endpoint,
  CallSpending,
  TokenPrice,
  Usage
} from "../../../inference/endpoints/types.js";
import type {AskedModel, SideCalls} from "../../../base/store/index.js";

type AskedModelKey = Pick<AskedModel, "endpoint" | "host" | "model" | "price" | "hosting" | "endpointKind">;

/** At what price a model is asked, and what an answer cost; undefined where it is not known. */
export interface AskedPrices {
  of(endpoint: Endpoint, model: string): {price: TokenPrice} | undefined;
  costOf(
    endpoint: Endpoint,
    model: string,
    answer: Pick<Completion, "usage" | "costUsd">
  ): number | undefined;
}

/** What is noted of who answers. */
export function askedOf(endpoint: Endpoint, model: string, prices: AskedPrices): AskedModelKey {
  const {name, host, hosting, kind} = endpoint;
  return {endpoint: name, host, model, price: prices.of(endpoint, model)?.price, hosting, endpointKind: kind};
}

/** What calls beside those of a run's rows came to. */
export interface SideTally {
  /** Calls that ended since the start; what an earlier answer stood for is none. */
  readonly made: number;
  readonly models: readonly AskedModel[];
  answered(endpoint: Endpoint, model: string, answer: Pick<Completion, "usage" | "costUsd">): void;
  failed(kind: string): void;
  /** What a call that has not been answered took, as far as its replies told it. */
  spent(endpoint: Endpoint, model: string, spent: CallSpending): void;
  /** So many attempts failed that may have been billed, and whose usage nobody told. */
  uncounted(attempts: number): void;
  readonly uncountedAttempts: number;
}

export function createSideTally(prices: AskedPrices): SideTally {
  const models: AskedModel[] = [];
  let made = 0;
  let uncountedAttempts = 0;
  return {
    answered(endpoint, model, answer) {
      made++;
      const costUsd = prices.costOf(endpoint, model, answer);
      addAnswer(models, askedOf(endpoint, model, prices), {usage: answer.usage, costUsd});
    },
    failed(kind) {
      if (kind !== "aborted") made++;
    },
    uncounted(attempts) {
      uncountedAttempts += attempts;
    },
    get uncountedAttempts() {
      return uncountedAttempts;
    },
    spent(endpoint, model, spent) {
      const costUsd = prices.costOf(endpoint, model, spent);
      addReply(models, askedOf(endpoint, model, prices), {usage: spent.usage, costUsd, answers: 0});
    },
    get made() {
      return made;
    },
    models
  };
}

/**
 * Of all starts of a run; undefined when nobody was asked. A sealed start's record counts failed calls too; of starts that were killed
 * since, the answers that were kept are all that is known.
 */
export function ofAllStarts(
  now: Pick<SideTally, "made" | "models">,
  kept: {calls: number; models: readonly AskedModel[]},
  sealed: SideCalls | undefined
): SideCalls | undefined {
  const calls = (sealed?.calls ?? 0) + kept.calls + now.made;
  if (calls === 0) return undefined;
  const costs = [sealed?.costUsd, ...[...kept.models, ...now.models].map(({costUsd}) => costUsd)];
  const known = costs.filter((usd) => usd !== undefined);
  return {
    calls,
    costUsd: known.length > 0 ? known.reduce((sum, usd) => sum + usd, 0) : undefined,
    models: combinedModels(sealed?.models ?? [], kept.models, now.models)
  };
}

/** What is known of a reply: `costUsd` is undefined where its cost is not. */
interface ReplyUsage {
  usage: Usage | undefined;
  costUsd: number | undefined;
}

/** Counts an answer to `asked` among `models`; tokens that the server did not tell are in the sums of estimates. */
export function addAnswer(models: AskedModel[], asked: AskedModelKey, reply: ReplyUsage): void {
  addReply(models, asked, {...reply, answers: 1});
}

function addReply(
  models: AskedModel[],
  asked: AskedModelKey,
  {usage, costUsd, answers}: ReplyUsage & {answers: number}
): void {
  const told = usage && usage.estimatedBy === undefined ? usage : undefined;
  const by = usage?.estimatedBy;
  addModel(models, {
    ...asked,
    answers,
    counted: told ? 1 : 0,
    promptTokens: told?.promptTokens ?? 0,
    cachedTokens: Math.min(told?.cachedTokens ?? 0, told?.promptTokens ?? 0),
    completionTokens: told?.completionTokens ?? 0,
    estimated:
      usage && by !== undefined
        ? {answers, promptTokens: usage.promptTokens, completionTokens: usage.completionTokens, by}
        : undefined,
    costUsd,
    priced: costUsd === undefined ? undefined : 1
  });
}

/** The models of several starts together. */
function combinedModels(...starts: readonly (readonly AskedModel[])[]): AskedModel[] {
  const models: AskedModel[] = [];
  for (const one of starts.flat()) addModel(models, one);
  return models;
}

function addModel(models: AskedModel[], one: AskedModel): void {
  const known = models.find(
    ({endpoint, model, price}) =>
      endpoint === one.endpoint && model === one.model && samePrice(price, one.price)
  );
  if (!known) return void models.push({...one, estimated: one.estimated && {...one.estimated}});
  known.answers += one.answers;
  known.counted += one.counted;
  known.promptTokens += one.promptTokens;
  known.cachedTokens += one.cachedTokens;
  known.completionTokens += one.completionTokens;
  known.estimated = estimatesOf(known.estimated, one.estimated);
  known.costUsd = sumOfKnown(known.costUsd, one.costUsd);
  known.priced = sumOfKnown(known.priced, one.priced);
  known.host ??= one.host;
  known.hosting = one.hosting ?? known.hosting;
  known.endpointKind = one.endpointKind ?? known.endpointKind;
}

function estimatesOf(a: AskedModel["estimated"], b: AskedModel["estimated"]): AskedModel["estimated"] {
  if (!a || !b) return a ?? (b && {...b});
  return {
    answers: a.answers + b.answers,
    promptTokens: a.promptTokens + b.promptTokens,
    completionTokens: a.completionTokens + b.completionTokens,
    by: b.by
  };
}

function sumOfKnown(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : a + (b ?? 0);
}
