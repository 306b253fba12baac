import {
  type Completion,
  type CompletionOptions,
  type CompletionRequest,
  type Endpoint,
  EndpointError,
  type Message,
  type TokenPrice,
  withParams
} from "../../inference/endpoints/index.js";
import type {HostedStage} from "../../inference/endpoints/stageHosting.js";
import {
  type AroundAsk,
  isEndpointError,
  type ScoredAnswers,
  type CallSpending
} from "../../inference/endpoints/types.js";
import {hostingKind, type StageTokens, type TokenCounts} from "../../base/costs/index.js";
import {readTrust, trustLevels} from "../../data/privacy/trust.js";
import type {Candidate, PrepareContext, PreparedCandidate} from "../runner/define.js";
import {messageOf} from "../../base/validation/index.js";
import {canonicalJson} from "../../base/system/index.js";

/** One of several models that answer a request together. */
export interface AnsweringStage extends PreparedCandidate {
  candidate: Candidate;
}

/** Prepares all or, when one fails, closes those before it and throws. */
export async function prepareStages(stages: readonly Candidate[], context: PrepareContext) {
  const prepared: AnsweringStage[] = [];
  const close = async () => {
    for (const one of prepared) {
      await one.close?.();
      await one.endpoint.close?.();
    }
  };
  try {
    for (const candidate of stages) prepared.push({candidate, ...(await candidate.prepare(context))});
  } catch (error) {
    await close();
    throw error;
  }
  return {prepared, close};
}

/**
 * What an endpoint of several models is as a whole: where the last runs, trusted as the least trusted. Limits are those of
 * each stage. `timesOf` is the most answers that a request takes of a stage.
 */
export function stagedEndpoint(
  stages: readonly AnsweringStage[],
  timesOf: (stage: number) => number
): Pick<Endpoint, "kind" | "hosting" | "trust" | "price" | "stages" | "preflight"> {
  const last = stages.at(-1)!;
  return {
    kind: last.endpoint.kind,
    hosting: last.endpoint.hosting,
    trust:
      trustLevels[Math.max(...stages.map(({endpoint}) => trustLevels.indexOf(readTrust(endpoint.trust))))]!,
    price: () => highestPrice(stages, timesOf),
    stages: () =>
      stages.map(({candidate, endpoint, model, modelId}, s): HostedStage => ({
        name: candidate.name,
        endpoint,
        model,
        modelId,
        hosting: candidate.hosting === undefined ? undefined : hostingKind(candidate.hosting),
        params: candidate.params,
        times: timesOf(s)
      })),
    async preflight(_model, needs, signal, around) {
      const found = await Promise.all(
        stages.map(({endpoint, model}) => {
          const own: AroundAsk | undefined =
            around && ((request, ask, how) => around(request, ask, {endpoint, ...how}));
          return endpoint.preflight?.(model, needs, signal, own) ?? [];
        })
      );
      return found.flat();
    }
  };
}

export async function identityOfStages(stages: readonly AnsweringStage[]): Promise<string> {
  const each = await Promise.all(
    stages.map(async ({endpoint, model, candidate: {params, tools}}) => ({
      identity: await endpoint.identity(model),
      model,
      params: params ?? null,
      tools: tools ?? null
    }))
  );
  return canonicalJson(each);
}

/** What a stage is asked: the request, whose parameters go before the candidate's own; of tools the candidate's go first. */
export function stageRequest(
  {candidate, model}: AnsweringStage,
  request: CompletionRequest
): CompletionRequest {
  return {
    ...request,
    model,
    messages: stageMessages(candidate, request.messages),
    params: withParams(candidate.params, request.params),
    tools: candidate.tools ?? request.tools
  };
}

/** The column that a classifier reads, or the prompt: with the columns for a stage that has stages of its own. */
function stageMessages({reads, stageReads}: Candidate, messages: Message[]): Message[] {
  const last = messages.at(-1);
  if (!last?.columns || stageReads) return messages;
  const {columns, ...sent} = last;
  const own = columns.find(({name}) => name === reads);
  return own ? [{role: "user", content: own.text}] : messages.with(-1, sent);
}

/** The columns that some of the stages read, at any depth; undefined when none does. */
export function columnsOfStages(stages: readonly Candidate[]): string[] | undefined {
  const names = stages.flatMap(({reads, stageReads}) => reads ?? stageReads ?? []);
  return names.length > 0 ? [...new Set(names)].sort() : undefined;
}

/** One answer of a stage, by whoever makes the calls of stages. */
export function completeAt(
  {endpoint}: AnsweringStage,
  request: CompletionRequest,
  options: CompletionOptions
): Promise<Completion> {
  const {stageCalls} = options;
  return stageCalls ? stageCalls.complete(endpoint, request, options) : endpoint.complete(request, options);
}

/** How likely a stage is to give each of some answers, as `completeAt`. */
export function scoreAt(
  {endpoint}: AnsweringStage,
  request: CompletionRequest,
  answers: readonly string[],
  options: CompletionOptions
): Promise<ScoredAnswers> {
  const {stageCalls} = options;
  return stageCalls
    ? stageCalls.score(endpoint, request, answers, options)
    : endpoint.score!(request, answers, options);
}

/** What was paid within a stage that failed: it may have stages of its own. */
export function spentWithin(error: unknown): CallSpending[] {
  return isEndpointError(error) ? [error.detail.spent ?? []].flat() : [];
}

/** The error of a request, with what the models took that had answered before. */
export function withSpent(error: unknown, byStage: readonly (readonly CallSpending[])[]): unknown {
  if (byStage.flat().length === 0) return error;
  const spent = spentBy(byStage);
  return isEndpointError(error)
    ? new EndpointError(error.kind, error.message, {...error.detail, spent})
    : new EndpointError("bad-request", messageOf(error), {cause: error, spent});
}

/** What the answers of all stages took together; what is unknown of one is unknown of the sum. */
export function spentBy(byStage: readonly (readonly CallSpending[])[]) {
  const asked = byStage.flat();
  return {
    usage: tokensOf(asked),
    stageTokens: stageTokensOf(byStage),
    latencyMs: sumOfAll(asked, ({latencyMs = 0}) => latencyMs)!,
    costUsd: sumOfAll(asked, ({costUsd}) => costUsd),
    attempts: sumOfAll(asked, ({attempts = 0}) => attempts)!
  };
}

/** Undefined for stages within a stage: a stage's tokens are of several models then. */
function stageTokensOf(byStage: readonly (readonly CallSpending[])[]): StageTokens[] | undefined {
  const known = byStage.flatMap((asked) => {
    const tokens = asked.some(({stageTokens}) => stageTokens) ? undefined : tokensOf(asked);
    const cachedTokens = asked.reduce((sum, {usage}) => sum + (usage?.cachedTokens ?? 0), 0);
    return tokens ? [{...tokens, cachedTokens, calls: asked.length}] : [];
  });
  return known.length === byStage.length ? known : undefined;
}

function tokensOf(asked: readonly CallSpending[]): TokenCounts | undefined {
  const promptTokens = sumOfAll(asked, ({usage}) => usage?.promptTokens);
  const completionTokens = sumOfAll(asked, ({usage}) => usage?.completionTokens);
  if (promptTokens === undefined || completionTokens === undefined) return undefined;
  return {promptTokens, completionTokens, cachedTokens: sumOfAll(asked, ({usage}) => usage?.cachedTokens)};
}

/** Undefined when one of them is. */
export function sumOfAll<T>(asked: readonly T[], of: (one: T) => number | undefined): number | undefined {
  return asked.reduce<number | undefined>((total, one) => {
    const value = of(one);
    return total === undefined || value === undefined ? undefined : total + value;
  }, 0);
}

/** What a request costs when every stage is asked: what a budget has to set aside. */
function highestPrice(
  stages: readonly AnsweringStage[],
  timesOf: (stage: number) => number
): TokenPrice | undefined {
  const prices = stages.map(({endpoint, model}, s) => {
    const price = endpoint.price?.(model);
    return price && {times: timesOf(s), price};
  });
  if (prices.some((one) => one === undefined)) return undefined;
  const known = prices as {times: number; price: TokenPrice}[];
  const most = (of: (amounts: Partial<TokenPrice>) => number | undefined) =>
    known.reduce(
      (sum, {times, price}) =>
        sum + times * Math.max(...[price, ...(price.tiers ?? [])].flatMap((one) => of(one) ?? [])),
      0
    );
  return {
    inputUsdPerMillion: most(({inputUsdPerMillion}) => inputUsdPerMillion),
    outputUsdPerMillion: most(({outputUsdPerMillion}) => outputUsdPerMillion),
    asOf: known.map(({price}) => price.asOf).sort()[0]!,
    source: "all stages together: the most a request can cost"
  };
}
