import type {Completion, Endpoint, Spent, TokenPrice, Usage} from "../../endpoints/types.js";
import type {AskedModel, SideCalls} from "../../store/index.js";

type Asked = Pick<AskedModel, "endpoint" | "host" | "model" | "price" | "hosting" | "endpointKind">;

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
export function askedOf(endpoint: Endpoint, model: string, prices: AskedPrices): Asked {
  const {name, host, hosting, kind} = endpoint;
  return {endpoint: name, host, model, price: prices.of(endpoint, model)?.price, hosting, endpointKind: kind};
}

/** What calls beside those of a run's rows came to. */
export interface SideTally {
  /** Calls that ended since the start; what an earlier answer stood for is none. */
  readonly made: number;
  /** US dollars; undefined while no call's cost is known. */
  readonly costUsd: number | undefined;
  readonly models: readonly AskedModel[];
  answered(endpoint: Endpoint, model: string, answer: Pick<Completion, "usage" | "costUsd">): void;
  failed(kind: string): void;
  /** What a call that has not been answered took, as far as its replies told it. */
  spent(endpoint: Endpoint, model: string, spent: Spent): void;
  /** So many attempts failed that may have been billed, and whose usage nobody told. */
  uncounted(attempts: number): void;
  readonly uncountedAttempts: number;
}

export function createSideTally(prices: AskedPrices): SideTally {
  const models: AskedModel[] = [];
  let made = 0;
  let uncountedAttempts = 0;
  let costUsd: number | undefined;
  const paid = (...asked: Parameters<AskedPrices["costOf"]>) => {
    const cost = prices.costOf(...asked);
    if (cost !== undefined) costUsd = (costUsd ?? 0) + cost;
  };
  return {
    answered(endpoint, model, answer) {
      made++;
      addAnswer(models, askedOf(endpoint, model, prices), answer.usage);
      paid(endpoint, model, answer);
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
      addUsage(models, askedOf(endpoint, model, prices), {usage: spent.usage, answers: 0});
      paid(endpoint, model, spent);
    },
    get made() {
      return made;
    },
    get costUsd() {
      return costUsd;
    },
    models
  };
}

/**
 * Of all starts of a run; undefined when nobody was asked. A sealed start's record counts failed calls too, a killed one's answers
 * are all that is known of it.
 */
export function ofAllStarts(
  now: Pick<SideTally, "made" | "costUsd" | "models">,
  kept: {calls: number; costUsd?: number; models: readonly AskedModel[]},
  sealed: SideCalls | undefined
): SideCalls | undefined {
  const calls = now.made + Math.max(kept.calls, sealed?.calls ?? 0);
  if (calls === 0) return undefined;
  const costs = [kept.costUsd, sealed?.costUsd].flatMap((usd) => usd ?? []);
  const earlier = costs.length > 0 ? Math.max(...costs) : undefined;
  const before = countedOf(kept.models) >= countedOf(sealed?.models) ? kept.models : (sealed?.models ?? []);
  return {
    calls,
    costUsd: now.costUsd === undefined ? earlier : now.costUsd + (earlier ?? 0),
    models: together(before, now.models)
  };
}

/** Replies that told their tokens; a failed call's among them, which no kept answer has. */
const countedOf = (models: readonly AskedModel[] = []) =>
  models.reduce((sum, {answers, counted}) => sum + Math.max(answers, counted), 0);

/** Counts an answer to `asked` among `models`; tokens that the server did not tell are left out of the sums. */
export function addAnswer(models: AskedModel[], asked: Asked, usage: Usage | undefined): void {
  addUsage(models, asked, {usage, answers: 1});
}

function addUsage(
  models: AskedModel[],
  asked: Asked,
  {usage, answers}: {usage: Usage | undefined; answers: number}
): void {
  const told = usage && usage.estimatedBy === undefined ? usage : undefined;
  addModel(models, {
    ...asked,
    answers,
    counted: told ? 1 : 0,
    promptTokens: told?.promptTokens ?? 0,
    cachedTokens: Math.min(told?.cachedTokens ?? 0, told?.promptTokens ?? 0),
    completionTokens: told?.completionTokens ?? 0
  });
}

/** The models of several starts together; of a model that several asked, the last price stated. */
function together(...starts: readonly (readonly AskedModel[])[]): AskedModel[] {
  const models: AskedModel[] = [];
  for (const one of starts.flat()) addModel(models, one);
  return models;
}

function addModel(models: AskedModel[], one: AskedModel): void {
  const known = models.find(({endpoint, model}) => endpoint === one.endpoint && model === one.model);
  if (!known) return void models.push({...one});
  known.answers += one.answers;
  known.counted += one.counted;
  known.promptTokens += one.promptTokens;
  known.cachedTokens += one.cachedTokens;
  known.completionTokens += one.completionTokens;
  known.host ??= one.host;
  known.hosting = one.hosting ?? known.hosting;
  known.endpointKind = one.endpointKind ?? known.endpointKind;
  known.price = one.price ?? known.price;
}
