import {functionVersion} from "../../base/fingerprint/index.js";
import {type AnswerSigns, confidenceOf, type Signal, SIGNALS} from "../../base/costs/index.js";
import {hosting, wayThere} from "../../inference/endpoints/hostingSchema.js";
import {
  type Completion,
  type CompletionOptions,
  type CompletionRequest,
  type Endpoint,
  isEndpointError
} from "../../inference/endpoints/index.js";
import type {CallSpending} from "../../inference/endpoints/types.js";
import type {Candidate, CandidateCosts} from "../runner/define.js";
import {
  assertChecked,
  either,
  exactly,
  flag,
  func,
  listOf,
  number,
  oneOf
} from "../../base/validation/checked.js";
import {UserError} from "../../base/validation/index.js";
import {
  columnsOfStages,
  completeAt,
  identityOfStages,
  prepareStages,
  stageRequest,
  spentBy,
  spentWithin,
  type AnsweringStage,
  stagedEndpoint,
  withSpent
} from "./stages.js";

export interface CascadeSettings extends CandidateCosts {
  /**
   * What tells how sure an answer is, or a function of the answer before it is graded: higher is surer, undefined goes on to
   * the next stage. It is known by its text and by what it names, in its file and in those that this imports, as a scorer is.
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

/**
 * A candidate that asks the first of `stages` and goes on to the next while the answer is not sure enough or fails. In a
 * run it waits for a stage that limits the rate or is down. It costs what all stages that were asked cost; a cost that is unknown
 * makes the sum unknown. Throws when the thresholds do not fit the stages.
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
    stageReads: columnsOfStages(stages),
    async prepare(context) {
      const {prepared, close} = await prepareStages(stages, context);
      return {endpoint: cascadeEndpoint(name, prepared, settings), model: name, close};
    }
  };
}

function cascadeEndpoint(
  name: string,
  stages: readonly AnsweringStage[],
  settings: CascadeSettings
): Endpoint {
  return {
    ...stagedEndpoint(stages, (s) => timesOf(stages, s, settings)),
    name: `cascade ${name}`,
    async identity() {
      const signs: Record<string, string> =
        settings.signal === "agreement" ? {repeats: String(settings.repeats ?? 3)} : {};
      return {
        ...signs,
        cascade: await identityOfStages(stages),
        thresholds: settings.thresholds.join(", "),
        signal:
          typeof settings.signal === "function"
            ? `function ${functionVersion(settings.signal).slice(0, 16)}`
            : settings.signal
      };
    },
    complete: (request, options) => answerThrough(stages, settings, request, options)
  };
}

async function answerThrough(
  stages: readonly AnsweringStage[],
  {signal, thresholds, repeats}: CascadeSettings,
  request: CompletionRequest,
  options: CompletionOptions = {}
): Promise<Completion> {
  const asked: CallSpending[][] = [];
  for (const [s, stage] of stages.entries()) {
    const isLast = s === stages.length - 1;
    // What may still be passed over must not be told as it comes.
    const once = isLast ? options : {...options, onText: undefined};
    const own: Completion[] = [];
    const spent: CallSpending[] = [];
    asked.push(spent);
    try {
      const times = timesOf(stages, s, {signal, repeats});
      for (let i = 0; i < times; i++) {
        const one = await ask(stage, request, {...once, repeat: (options.repeat ?? 0) * times + i}, signal);
        own.push(one);
        spent.push(one);
      }
      if (isLast || sureOf(signal, own) >= thresholds[s]!)
        return {...own[0]!, ...spentBy(asked), firstTokenMs: undefined};
    } catch (error) {
      spent.push(...spentWithin(error));
      const goesOn = isEndpointError(error) && error.kind !== "aborted";
      if (isLast || !goesOn) throw withSpent(error, asked);
      // The next stage is one more attempt: a budget counts this one as spent when it may have been billed.
      await options.attempts?.beforeRetry?.(options.signal);
    }
  }
  throw new Error("a cascade has stages");
}

/** How many answers a stage is asked for. */
function timesOf(
  stages: readonly AnsweringStage[],
  s: number,
  {signal, repeats = 3}: Pick<CascadeSettings, "signal" | "repeats">
): number {
  return signal === "agreement" && s < stages.length - 1 ? repeats : 1;
}

function ask(
  stage: AnsweringStage,
  request: CompletionRequest,
  options: CompletionOptions,
  signal: CascadeSettings["signal"]
): Promise<Completion> {
  const own = stageRequest(stage, request);
  // Whoever asks may have said that they need none.
  const params = signal === "logprobs" ? {...own.params, logprobs: true} : own.params;
  return completeAt(stage, {...own, params}, options);
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
