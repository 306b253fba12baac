import type {Completion} from "../../../inference/endpoints/types.js";
import type {ResolvedEval} from "../plan/resolve.js";
import type {Run} from "../run.js";
import type {Call} from "./planned.js";
import {scoreAll, type ScoreRecord} from "./scoring.js";

/** Completions on their way through the scorers. */
export interface ScoringQueue {
  push(call: Call, completion: Completion): void;
  /** Resolves when fewer than the most allowed wait or are being scored; undefined when they are fewer now. */
  room(): Promise<void> | undefined;
  /** Resolves when all are scored; throws what kept a score from being kept. */
  end(): Promise<void>;
}

export interface ScoringLimits {
  /** Completions that may wait or be scored at once. */
  most: number;
  /** Called at once when a score could not be kept. */
  onFailure(): void;
  /** Called when a scorer has scored none of the first completions it was given. */
  onUseless(reason: string): void;
}

/** A scorer that fails on so many completions before it has scored one will hardly score the rest. */
const FIRST = 20;

/** Scorers hold up the journal of later answers no longer than this, or one scorer's time where that is more. */
const SLICE_MS = 10;

/** Scores in the order of arrival, in slices between which the event loop turns. */
export function createScores(
  {task, journal, calls, tally}: Pick<Run, "task" | "journal" | "calls" | "tally">,
  {most, onFailure, onUseless}: ScoringLimits
): ScoringQueue {
  const {resolved, inputs} = task;
  const backlog: {call: Call; completion: Completion}[] = [];
  let head = 0;
  let open = 0;
  let running = false;
  let failure: {error: unknown} | undefined;
  let wake: (() => void) | undefined;

  const useless = uselessScorers(resolved, onUseless);
  const keep = ({n, candidate}: Call, records: readonly ScoreRecord[]) => {
    for (const one of records) {
      if (one.scorer === resolved.primary && one.value !== undefined) tally.scored(candidate, one.value);
      useless(one);
      // A lost score is given again from the journaled completion, so it need not be waited for.
      journal.scores.push({n, ...one});
    }
  };
  const fail = (error: unknown) => {
    if (failure) return;
    failure = {error};
    onFailure();
  };
  const ended = () => {
    open--;
    wake?.();
  };
  const score = (call: Call, completion: Completion) => {
    const {key, row, messages} = call;
    const toScore = {
      key,
      row,
      completion,
      messages,
      calls: calls.scorers.calls,
      signal: inputs.abortSignal
    };
    try {
      const records = scoreAll(resolved.scorers, resolved.expected, toScore);
      if (records instanceof Promise)
        return void records
          .then((all) => keep(call, all))
          .catch(fail)
          .finally(ended);
      keep(call, records);
    } catch (error) {
      fail(error);
    }
    ended();
  };
  const slice = () => {
    const until = performance.now() + SLICE_MS;
    while (head < backlog.length) {
      const {call, completion} = backlog[head++]!;
      score(call, completion);
      if (performance.now() > until) break;
    }
    running = head < backlog.length;
    if (running) setImmediate(slice);
    else backlog.length = head = 0;
  };
  const roomLater = async () => {
    while (open >= most && !failure) await change();
  };
  const change = () => new Promise<void>((resolve) => (wake = resolve));

  return {
    push(call, completion) {
      open++;
      backlog.push({call, completion});
      if (running) return;
      running = true;
      setImmediate(slice);
    },
    room: () => (open >= most && !failure ? roomLater() : undefined),
    async end() {
      while (open > 0) await change();
      if (failure) throw failure.error;
    }
  };
}

/** People score few rows, so that theirs may all be missing at first. */
function uselessScorers(
  {scorers}: ResolvedEval,
  tell: (reason: string) => void
): (record: ScoreRecord) => void {
  const failed = new Map(scorers.filter(({scorer}) => !scorer.human).map(({name}) => [name, 0]));
  return ({scorer, status, reason}) => {
    const before = failed.get(scorer);
    if (before === undefined) return;
    if (status === "scored") {
      failed.delete(scorer);
      return;
    }
    failed.set(scorer, before + 1);
    if (before + 1 < FIRST) return;
    tell(`the scorer "${scorer}" scored none of the first ${FIRST} answers: ${reason ?? "no reason given"}`);
  };
}
