import {hosting, wayThere} from "../../inference/endpoints/hostingSchema.js";
import {
  type Completion,
  type CompletionOptions,
  type CompletionRequest,
  type Endpoint,
  EndpointError,
  type ModelParameters,
  type TokenLogprob
} from "../../inference/endpoints/index.js";
import type {CallSpending} from "../../inference/endpoints/types.js";
import type {Candidate, CandidateCosts} from "../runner/define.js";
import {assertChecked, exactly, flag, listOf, number} from "../../base/validation/checked.js";
import {UserError} from "../../base/validation/index.js";
import {
  columnsOfStages,
  completeAt,
  identityOfStages,
  prepareStages,
  stageRequest,
  scoreAt,
  spentBy,
  spentWithin,
  type AnsweringStage,
  stagedEndpoint,
  sumOfAll,
  withSpent
} from "./stages.js";

export interface RerankedSettings extends CandidateCosts {
  /** The most answers that the proposer is asked for; 10 when absent. */
  answers?: number;
  /** What the log probabilities of the proposer and of each ranker are multiplied by, in their order; all 1 when absent. */
  weights?: readonly number[];
  baseline?: boolean;
}

const settingsSchema = exactly<RerankedSettings>("settings such as {answers, weights}", {
  answers: number({least: 1, whole: true}).optional(),
  weights: listOf(number({least: 0}), "a list of numbers from 0 on").optional(),
  baseline: flag().optional(),
  hosting: hosting.optional(),
  wayThere: wayThere.optional()
});

interface Proposal {
  text: string;
  /** Natural logarithm of its probability by the proposer; undefined when it does not tell. */
  logprob: number | undefined;
}

/**
 * A candidate that takes several answers of `proposer` and gives the one whose log probabilities, by the proposer and by all
 * `rankers`, have the highest weighted sum (n-best rescoring, a log-linear combination of models). A classifier or a joint n-gram
 * model proposes its likeliest answers; any other model is asked that many times, so give it a temperature. Rankers are language
 * models on this machine. An answer that a ranker has no room for is passed over, unless that holds for all. Of equals the first
 * proposed is given. Throws when the weights do not fit the models.
 */
export function reranked(
  name: string,
  proposer: Candidate,
  rankers: readonly Candidate[],
  settings: RerankedSettings = {}
): Candidate {
  const where = `reranked ${name}`;
  assertChecked(where, settingsSchema, settings);
  const models = [proposer, ...rankers];
  const {weights = models.map(() => 1), answers = 10, baseline, hosting, wayThere} = settings;
  if (rankers.length === 0) throw new UserError(`${where} has no ranker: name at least one model.`);
  if (weights.length !== models.length)
    throw new UserError(
      `${where} has ${models.length} models and ${weights.length} weights: it needs one for the proposer and one for each ranker.`
    );
  return {
    name,
    hosting,
    wayThere,
    baseline,
    stageReads: columnsOfStages(models),
    apart: models.every(({apart}) => apart),
    async prepare(context) {
      const {prepared, close} = await prepareStages(models, context);
      const cannot = prepared.slice(1).find(({endpoint}) => !endpoint.score);
      if (cannot) {
        await close();
        throw new UserError(
          `${where}: ${cannot.candidate.name} cannot tell how likely a given answer is. Rankers are language models on this machine: localCandidate, finetuned, mergedModel or quantised.`
        );
      }
      return {endpoint: rerankedEndpoint(where, prepared, {weights, answers}), model: name, close};
    }
  };
}

function rerankedEndpoint(
  name: string,
  stages: readonly AnsweringStage[],
  {weights, answers}: {weights: readonly number[]; answers: number}
): Endpoint {
  return {
    ...stagedEndpoint(stages, (s) => (s === 0 && !stages[0]!.endpoint.wholeAnswers ? answers : 1)),
    name,
    wholeAnswers: true,
    identity: async () => ({
      reranked: await identityOfStages(stages),
      weights: weights.join(", "),
      answers: String(answers)
    }),
    async complete(request, options = {}) {
      const asked: CallSpending[][] = [[]];
      try {
        const chosen = await choose(name, stages, {weights, answers, asked}, request, options);
        return {...chosen, ...spentBy(asked), toolCalls: undefined, firstTokenMs: undefined};
      } catch (error) {
        asked.at(-1)!.push(...spentWithin(error));
        throw withSpent(error, asked);
      }
    }
  };
}

interface WeightedChoice {
  weights: readonly number[];
  answers: number;
  /** Takes in what the stages were asked, by stage. */
  asked: CallSpending[][];
}

async function choose(
  name: string,
  [proposer, ...rankers]: readonly AnsweringStage[],
  {weights, answers, asked}: WeightedChoice,
  request: CompletionRequest,
  options: CompletionOptions
): Promise<Completion> {
  const {proposals, completions} = await propose(proposer!, request, answers, options, asked[0]!);
  if (weights[0]! > 0 && proposals.every(({logprob}) => logprob === undefined))
    throw new EndpointError(
      "bad-request",
      `${name}: ${proposer!.candidate.name} tells no log probabilities of its answers. Give it the weight 0: then the rankers alone choose.`
    );
  const texts = proposals.map(({text}) => text);
  let sums = proposals.map(({logprob}) => weighted(weights[0]!, logprob));
  for (const [r, ranker] of rankers.entries()) {
    const own: CallSpending[] = [];
    asked.push(own);
    if (weights[r + 1] === 0) continue;
    const scored = await scoreAt(ranker, stageRequest(ranker, request), texts, options);
    own.push(scored);
    sums = sums.map((sum, i) => sum + weighted(weights[r + 1]!, scored.logprobs[i]));
  }
  const chosen = best(texts, sums, request.params);
  return {...(completions.find(({text}) => text === chosen.text) ?? completions[0]!), ...chosen};
}

/** What is not known is never given, but where it has no weight. */
function weighted(weight: number, logprob: number | undefined): number {
  return weight === 0 ? 0 : weight * (logprob ?? -Infinity);
}

interface Proposed {
  proposals: Proposal[];
  completions: Completion[];
}

/** Different answers of a model, as it gave them; all that was asked for them is added to `spent`. */
async function propose(
  stage: AnsweringStage,
  request: CompletionRequest,
  answers: number,
  options: CompletionOptions,
  spent: CallSpending[]
): Promise<Proposed> {
  const {endpoint} = stage;
  const own = stageRequest(stage, request);
  const told = {...options, onText: undefined};
  if (endpoint.wholeAnswers) {
    const params = {...own.params, logprobs: true, top_logprobs: answers};
    const completion = await completeAt(stage, {...own, params}, told);
    spent.push(completion);
    const [answer] = completion.logprobs ?? [];
    const known = answer?.top ?? [answer ?? {token: completion.text, logprob: undefined}];
    const proposals = known.map(({token, logprob}) => ({text: token, logprob}));
    return {proposals, completions: [completion]};
  }
  const completions: Completion[] = [];
  const found = new Map<string, Proposal>();
  for (let i = 0; i < answers; i++) {
    const params = {...own.params, logprobs: true};
    const repeat = (options.repeat ?? 0) * answers + i;
    const completion = await completeAt(stage, {...own, params}, {...told, repeat});
    completions.push(completion);
    spent.push(completion);
    const logprob = completion.logprobs && sumOfAll(completion.logprobs, (one) => one.logprob);
    if (!found.has(completion.text)) found.set(completion.text, {text: completion.text, logprob});
  }
  const proposals = [...found.values()];
  if (!endpoint.score) return {proposals, completions};
  // The tokens' own log probabilities lack that of the answer's end.
  const scored = await scoreAt(stage, own, [...found.keys()], options);
  spent.push(scored);
  return {proposals: proposals.map(({text}, i) => ({text, logprob: scored.logprobs[i]})), completions};
}

/** The text with the highest sum, and the probabilities of all, or of the `top_logprobs` likeliest, among them. */
function best(texts: readonly string[], sums: readonly number[], params: ModelParameters = {}) {
  const top = Math.max(...sums);
  const at = Math.max(0, sums.indexOf(top));
  const text = texts[at]!;
  if (params.logprobs === false || !Number.isFinite(top)) return {text, logprobs: undefined};
  const total = top + Math.log(sums.reduce((sum, one) => sum + Math.exp(one - top), 0));
  const alternatives: TokenLogprob[] = texts
    .map((token, i) => ({token, logprob: sums[i]! - total}))
    .filter(({logprob}) => Number.isFinite(logprob))
    .sort((a, b) => b.logprob - a.logprob)
    .slice(0, params.top_logprobs);
  return {
    text,
    logprobs: [{token: text, logprob: top - total, top: alternatives.length > 0 ? alternatives : undefined}]
  };
}
