import {corpusCounts, corpusMembers, corpusName} from "../../../base/stats/index.js";
import {isRefused} from "../../../base/store/index.js";
import {messageOf} from "../../../base/validation/index.js";
import {type Completion, EndpointError, type Message} from "../../../inference/endpoints/types.js";
import {comparesText} from "../../scorers/comparesText.js";
import type {Row, ScoreInput, ScorerCalls, ScoreResult, Scorer} from "../../scorers/index.js";
import type {ResolvedEval} from "../plan/resolve.js";
import {gotNoAnswer} from "../unanswered.js";
import {settling} from "./settling.js";

/** The reason beside the score of an answer that was refused. */
export const REFUSED = "refused";

/** Whether a scorer gives an answer no credit since it was refused, whatever its text says. */
function isWithoutCredit(scorer: Scorer, {finishReason}: ScoreInput["completion"]): boolean {
  return isRefused(finishReason) && comparesText(scorer);
}

/**
 * The score of a refused answer by a scorer that compares texts: 0, with the details of an empty answer, of which a corpus figure
 * is made. An expected value that cannot be scored is the failure that it always is.
 */
async function scoreRefused(scorer: Scorer, input: ScoreInput): Promise<ScoreResult> {
  const problem = scorer.check?.(input.expected, input.row);
  if (problem !== undefined) return {failed: problem};
  // No call is made for what is 0 anyway.
  if (scorer.asks) return {value: 0, details: {refused: true}};
  const completion = {...input.completion, text: "", toolCalls: undefined};
  const given = await scorer({...input, output: "", completion});
  if (typeof given !== "object") return {value: 0, details: {refused: true}};
  return "failed" in given ? given : {value: 0, details: {...given.details, refused: true}};
}

/** One scorer's word on one completion, with the columns of SCORES that a line of the score log holds. */
export interface ScoreRecord {
  scorer: string;
  scorer_version: string;
  key: string;
  status: "scored" | "failed";
  value?: number;
  reason?: string;
  details?: string;
}

export interface ToScore {
  key: string;
  row: Row;
  completion: Completion;
  messages: readonly Message[];
  calls: ScorerCalls;
  signal?: AbortSignal;
}

/**
 * Asks each scorer, one after another; one that throws, or gives no finite number, leaves a failed score with its reason, and
 * one that was stopped leaves none. At once where no scorer gives a promise.
 */
export function scoreAll(
  scorers: ResolvedEval["scorers"],
  expected: (row: Row) => unknown,
  {key, row, completion, messages, calls, signal}: ToScore
): ScoreRecord[] | Promise<ScoreRecord[]> {
  const input: ScoreInput = {
    output: completion.text,
    expected: expected(row),
    row,
    completion,
    refused: isRefused(completion.finishReason) || undefined,
    messages,
    calls,
    signal
  };
  const records: ScoreRecord[] = [];
  for (const [at, one] of scorers.entries()) {
    const record = scoreOne(one, key, input);
    if (record instanceof Promise) return scoreRest(scorers.slice(at + 1), key, input, {records, record});
    if (record) records.push(record);
  }
  return records;
}

type NamedScorer = ResolvedEval["scorers"][number];

async function scoreRest(
  scorers: readonly NamedScorer[],
  key: string,
  input: ScoreInput,
  {records, record}: {records: ScoreRecord[]; record: Promise<ScoreRecord | undefined>}
): Promise<ScoreRecord[]> {
  const first = await record;
  if (first) records.push(first);
  for (const one of scorers) {
    const next = await scoreOne(one, key, input);
    if (next) records.push(next);
  }
  return records;
}

/** Undefined from a scorer that was stopped before it could say: the score is still owed, and the next start asks for it. */
function scoreOne(
  one: NamedScorer,
  key: string,
  input: ScoreInput
): ScoreRecord | undefined | Promise<ScoreRecord | undefined> {
  const {scorer} = one;
  try {
    if (isWithoutCredit(scorer, input.completion))
      return settling(scoreRefused(scorer, input), () => neverSettled(input.row))
        .then((given) => scoreRecord(one, key, given, REFUSED))
        .catch((error: unknown) => failedRecord(one, key, error));
    const given = scorer(input);
    if (given instanceof Promise)
      return settling(given, () => neverSettled(input.row))
        .then((settled) => scoreRecord(one, key, settled))
        .catch((error: unknown) => failedRecord(one, key, error));
    return scoreRecord(one, key, given);
  } catch (error) {
    return failedRecord(one, key, error);
  }
}

function failedRecord({name, version}: NamedScorer, key: string, error: unknown): ScoreRecord | undefined {
  const isCall = error instanceof EndpointError;
  if (isCall && error.kind === "aborted") return undefined;
  const message = messageOf(error).slice(0, 300);
  const reason = isCall ? gotNoAnswer(message) : `The scorer threw: ${message}`;
  return {scorer: name, scorer_version: version, key, status: "failed", reason};
}

const neverSettled = ({id}: Row): ScoreResult => ({
  failed: `The scorer never settled on row ${id}: its promise is open, and nothing is left that could keep it. Let it resolve or reject on every path.`
});

/** @param refused the reason of a score that a refusal was given */
function scoreRecord(
  {name, version, scorer: {corpus}}: NamedScorer,
  key: string,
  given: ScoreResult | (() => unknown),
  refused?: string
): ScoreRecord {
  const failed = (reason: string, details?: string): ScoreRecord => ({
    scorer: name,
    scorer_version: version,
    key,
    status: "failed",
    reason,
    details
  });
  if (typeof given === "function")
    return failed("The scorer gave a function: call what makes it, such as `scorer()`.");
  if (typeof given === "object" && "failed" in given) return failed(given.failed);
  const value = typeof given === "object" ? given.value : Number(given);
  const details = typeof given === "object" && given.details ? JSON.stringify(given.details) : undefined;
  if (!Number.isFinite(value)) return failed(`The scorer gave ${value}, which is no score.`, details);
  if (corpus && !corpusCounts(corpus, typeof given === "object" ? given.details : undefined))
    return failed(
      `Its details lack what ${corpusName(corpus)} is made of: ${corpusMembers(corpus).join(", ")}.`,
      details
    );
  return {
    scorer: name,
    scorer_version: version,
    key,
    status: "scored",
    value,
    reason: refused,
    details
  };
}
