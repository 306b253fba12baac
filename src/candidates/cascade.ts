import {type AnswerSigns, confidenceOf, type Signal, SIGNALS, type TokenCounts} from "../costs/index.js";
import {hosting, wayThere} from "../endpoints/hostingSchema.js";
import type {AroundAsk} from "../endpoints/types.js";
import {
  type Completion,
  type CompletionOptions,
  type CompletionRequest,
  type Endpoint,
  EndpointError,
  type Limits,
  type TokenPrice
} from "../endpoints/index.js";
import {readTrust, trustLevels} from "../privacy/trust.js";
import type {Candidate, CandidateCosts, PreparedCandidate} from "../runner/define.js";
import {assertChecked, either, exactly, flag, func, listOf, number, oneOf} from "../store/checked.js";
import {canonicalJson, sha256, UserError} from "../store/index.js";

export interface CascadeSettings extends CandidateCosts {
  /**
   * What tells how sure an answer is, or a function of the answer before it is graded: higher is surer, undefined goes on to
   * the next stage. A function's own text identifies it: what it calls must not change without it.
   */
  signal: Signal | ((answer: AnswerSigns) => number | undefined);
  /** For each stage but the last the confidence from which its answer is taken; `assay cascade` chooses them. */
  thresholds: readonly number[];
  /** Answers asked of a stage when `signal` is "agreement"; 3 when absent. */
  repeats?: number;
  baseline?: boolean;
}

const settingsSchema = exactly<CascadeSettings>("settings such as {signal, thresholds}", {
  signal: either(`one of ${SIGNALS.join(", ")}, or a function of the answer`, oneOf(SIGNALS), func()),
  thresholds: listOf(number(), "a list of numbers"),
  repeats: number({least: 1, whole: true}).optional(),
  baseline: flag().optional(),
  hosting: hosting.optional(),
  wayThere: wayThere.optional()
});

interface Stage extends PreparedCandidate {
  candidate: Candidate;
}

/**
 * A candidate that asks the first of `stages` and goes on to the next while the answer is not sure enough or fails. It costs
 * what all stages that were asked cost. Throws when the thresholds do not fit the stages.
 */
export function cascade(name: string, stages: readonly Candidate[], settings: CascadeSettings): Candidate {
  assertChecked(`cascade ${name}`, settingsSchema, settings);
  if (stages.length < 2 || settings.thresholds.length !== stages.length - 1)
    throw new UserError(
      `cascade ${name} has ${stages.length} stages and ${settings.thresholds.length} thresholds: it needs at least two stages, and a threshold for each but the last.`
    );
  return {
    name,
    hosting: settings.hosting,
    wayThere: settings.wayThere,
    baseline: settings.baseline,
    async prepare(context) {
      const prepared: Stage[] = [];
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
      return {endpoint: cascadeEndpoint(name, prepared, settings), model: name, close};
    }
  };
}

function cascadeEndpoint(name: string, stages: readonly Stage[], settings: CascadeSettings): Endpoint {
  const last = stages.at(-1)!;
  return {
    name: `cascade ${name}`,
    kind: last.endpoint.kind,
    hosting: last.endpoint.hosting,
    // Rows may go to any of the stages.
    trust:
      trustLevels[Math.max(...stages.map(({endpoint}) => trustLevels.indexOf(readTrust(endpoint.trust))))]!,
    limits: strictestLimits(stages),
    price: () => highestPrice(stages, settings),
    stages: () =>
      stages.map(({candidate, endpoint, model, modelId}, s) => ({
        name: candidate.name,
        endpoint,
        model,
        modelId,
        params: candidate.params,
        times: timesOf(stages, s, settings)
      })),
    async identity() {
      const each = await Promise.all(
        stages.map(async ({endpoint, model, candidate: {params, tools}}) => ({
          identity: await endpoint.identity(model),
          model,
          params: params ?? null,
          tools: tools ?? null
        }))
      );
      const signs: Record<string, string> =
        settings.signal === "agreement" ? {repeats: String(settings.repeats ?? 3)} : {};
      return {
        ...signs,
        cascade: canonicalJson(each),
        thresholds: settings.thresholds.join(", "),
        signal:
          typeof settings.signal === "function"
            ? `function ${sha256(settings.signal.toString()).slice(0, 16)}`
            : settings.signal
      };
    },
    complete: (request, options) => answer(stages, settings, request, options),
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

async function answer(
  stages: readonly Stage[],
  {signal, thresholds, repeats}: CascadeSettings,
  request: CompletionRequest,
  options: CompletionOptions = {}
): Promise<Completion> {
  const asked: Completion[][] = [];
  for (const [s, stage] of stages.entries()) {
    const isLast = s === stages.length - 1;
    // What may still be passed over must not be told as it comes.
    const once = isLast ? options : {...options, onText: undefined};
    try {
      const times = timesOf(stages, s, {signal, repeats});
      const own: Completion[] = [];
      asked.push(own);
      for (let i = 0; i < times; i++)
        own.push(await ask(stage, request, {...once, repeat: (options.repeat ?? 0) * times + i}, signal));
      if (isLast || sureOf(signal, own) >= thresholds[s]!) return together(own[0]!, asked);
    } catch (thrown) {
      const error = asked.flat().length > 0 ? billed(thrown) : thrown;
      const goesOn = error instanceof EndpointError && error.kind !== "aborted";
      if (isLast || !goesOn) throw error;
      // The next stage is one more attempt: a budget counts this one as spent when it may have been billed.
      await options.attempts?.beforeRetry?.(options.signal);
    }
  }
  throw new Error("a cascade has stages");
}

/** The error of a cascade that has had answers: they cost something. */
function billed(error: unknown): unknown {
  if (!(error instanceof EndpointError)) return error;
  return new EndpointError(error.kind, error.message, {...error.detail, mayBeBilled: true});
}

/** How many answers a stage is asked for. */
function timesOf(
  stages: readonly Stage[],
  s: number,
  {signal, repeats = 3}: Pick<CascadeSettings, "signal" | "repeats">
): number {
  return signal === "agreement" && s < stages.length - 1 ? repeats : 1;
}

function ask(
  {candidate, endpoint, model}: Stage,
  request: CompletionRequest,
  options: CompletionOptions,
  signal: CascadeSettings["signal"]
): Promise<Completion> {
  const logprobs = signal === "logprobs" ? {logprobs: true} : undefined;
  return endpoint.complete(
    {
      ...request,
      model,
      // Whoever asks may have said that they need none.
      params: {...candidate.params, ...request.params, ...logprobs},
      tools: candidate.tools ?? request.tools
    },
    options
  );
}

/** −Infinity when it is not known: then the next stage is asked. */
function sureOf(signal: CascadeSettings["signal"], [first, ...others]: readonly Completion[]): number {
  const signs: AnswerSigns = {
    text: first!.text,
    logprobs: first!.logprobs?.map(({logprob}) => logprob),
    repeats: others.map(({text}) => text)
  };
  return (typeof signal === "function" ? signal(signs) : confidenceOf(signal, signs)) ?? -Infinity;
}

/** The answer taken, with the tokens, time and cost of everything that was asked, by stage; an unknown cost makes the sum unknown. */
function together(taken: Completion, byStage: readonly (readonly Completion[])[]): Completion {
  const asked = byStage.flat();
  return {
    ...taken,
    usage: tokensOf(asked),
    stageTokens: stageTokensOf(byStage),
    latencyMs: sumOf(asked, ({latencyMs}) => latencyMs)!,
    firstTokenMs: undefined,
    attempts: sumOf(asked, ({attempts}) => attempts)!,
    costUsd: sumOf(asked, ({costUsd}) => costUsd)
  };
}

/** Undefined for a cascade in a cascade: a stage's tokens are of several models then. */
function stageTokensOf(byStage: readonly (readonly Completion[])[]): TokenCounts[] | undefined {
  const known = byStage.flatMap((asked) => {
    const tokens = asked.some(({stageTokens}) => stageTokens) ? undefined : tokensOf(asked);
    const cachedTokens = asked.reduce((sum, {usage}) => sum + (usage?.cachedTokens ?? 0), 0);
    return tokens ? [{...tokens, cachedTokens}] : [];
  });
  return known.length === byStage.length ? known : undefined;
}

function tokensOf(asked: readonly Completion[]): TokenCounts | undefined {
  const promptTokens = sumOf(asked, ({usage}) => usage?.promptTokens);
  const completionTokens = sumOf(asked, ({usage}) => usage?.completionTokens);
  if (promptTokens === undefined || completionTokens === undefined) return undefined;
  return {promptTokens, completionTokens, cachedTokens: sumOf(asked, ({usage}) => usage?.cachedTokens)};
}

/** Undefined when one of them is. */
function sumOf(
  asked: readonly Completion[],
  of: (one: Completion) => number | undefined
): number | undefined {
  return asked.reduce<number | undefined>((total, one) => {
    const value = of(one);
    return total === undefined || value === undefined ? undefined : total + value;
  }, 0);
}

/** What a request costs when every stage is asked: what a budget has to set aside. */
function highestPrice(stages: readonly Stage[], settings: CascadeSettings): TokenPrice | undefined {
  const prices = stages.map(({endpoint, model}, s) => {
    const price = endpoint.price?.(model);
    return price && {times: timesOf(stages, s, settings), price};
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
    source: "all stages of the cascade together: the most a request can cost"
  };
}

function strictestLimits(stages: readonly Stage[]): Limits | undefined {
  const least = (of: keyof Limits) => {
    const known = stages.flatMap(({endpoint}) => endpoint.limits?.[of] ?? []);
    return known.length > 0 ? Math.min(...known) : undefined;
  };
  const limits = {
    requestsPerMinute: least("requestsPerMinute"),
    tokensPerMinute: least("tokensPerMinute"),
    concurrency: least("concurrency")
  };
  return Object.values(limits).some((one) => one !== undefined) ? limits : undefined;
}
