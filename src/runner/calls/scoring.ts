import {type Completion, EndpointError, type Message} from "../../endpoints/types.js";
import type {Row, ScoreInput, Scorer, ScorerCalls, ScoreResult} from "../../scorers/index.js";
import {corpusCounts, corpusMembers, corpusName} from "../../stats/index.js";
import {isRefused, messageOf} from "../../store/index.js";
import type {ResolvedEval} from "../plan/resolve.js";
import {gotNoAnswer} from "../unanswered.js";
import {settling} from "./settling.js";
import {isWithoutCredit, REFUSED, scoreRefused} from "./scoreRefused.js";

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

/** Asks each scorer; one that throws, or gives no finite number, leaves a failed score with its reason, and
 * one that was stopped leaves none. */
export async function scoreAll(
  scorers: ResolvedEval["scorers"],
  expected: (row: Row) => unknown,
  {key, row, completion, messages, calls, signal}: ToScore
): Promise<ScoreRecord[]> {
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
  for (const {name, version, scorer} of scorers) {
    const place = {scorer: name, scorer_version: version, key};
    try {
      const refused = isWithoutCredit(scorer, completion);
      const given = refused ? scoreRefused(scorer, input) : scorer(input);
      const word = wordOf(
        given instanceof Promise ? await settling(given, () => neverSettled(row)) : given,
        scorer
      );
      records.push({
        ...place,
        ...word,
        ...(refused && word.status === "scored" ? {reason: REFUSED} : undefined)
      });
    } catch (error) {
      // It was stopped before it could say: the score is still owed, and the next start asks for it.
      const isCall = error instanceof EndpointError;
      if (isCall && error.kind === "aborted") continue;
      const message = messageOf(error).slice(0, 300);
      const reason = isCall ? gotNoAnswer(message) : `The scorer threw: ${message}`;
      records.push({...place, status: "failed", reason});
    }
  }
  return records;
}

const neverSettled = ({id}: Row): ScoreResult => ({
  failed: `The scorer never settled on row ${id}: its promise is open, and nothing is left that could keep it. Let it resolve or reject on every path.`
});

function wordOf(
  given: ScoreResult | (() => unknown),
  {corpus}: Scorer
): Pick<ScoreRecord, "status" | "value" | "reason" | "details"> {
  if (typeof given === "function")
    return {status: "failed", reason: "The scorer gave a function: call what makes it, such as `scorer()`."};
  if (typeof given === "object" && "failed" in given) return {status: "failed", reason: given.failed};
  const value = typeof given === "object" ? given.value : Number(given);
  const details = typeof given === "object" && given.details ? JSON.stringify(given.details) : undefined;
  if (!Number.isFinite(value))
    return {status: "failed", reason: `The scorer gave ${value}, which is no score.`, details};
  if (corpus && !corpusCounts(corpus, typeof given === "object" ? given.details : undefined))
    return {
      status: "failed",
      reason: `Its details lack what ${corpusName(corpus)} is made of: ${corpusMembers(corpus).join(", ")}.`,
      details
    };
  return {status: "scored", value, details};
}
