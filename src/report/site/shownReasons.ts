import type {Publishing, RunManifest, Workspace} from "../../base/store/index.js";
import {type MaskExcerpt, maskExcerpt, openExcerptCache} from "../../data/privacy/index.js";
import type {RaceOutcome} from "../../evals/decisions/index.js";

const LONGEST = 400;
/** Masking takes milliseconds a text: thousands of reasons that differ from row to row would hold a build up for minutes. */
const MOST_MASKED = 300;

/** What failed scores begin with in Assay's own words, and how it is told without the rest, which may be a row's or an answer's. */
const OPENINGS: readonly (readonly [opening: string, kind?: string])[] = [
  ["The scorer threw"],
  ["The scorer got no answer"],
  ["The scorer gave a function"],
  ["The scorer gave", "The scorer gave what is no score"],
  ["Its details lack", "its details lack what its figure is made of"],
  ["the judge gave no answer"],
  ["the judge's answer was cut off"],
  ["the judge's answer was withheld"],
  ["the judge's answer names no", "the judge's answer does not end with its verdict"],
  ["the judge's last line names several", "the judge's last line names several verdicts"],
  ["the judge's rating", "the judge's rating is not on its scale"],
  ["the row has no baseline answer to compare with"],
  ["the row has no tests"],
  ["the row's expected value", "the row's expected value cannot be compared with"],
  ["nobody labelled this answer"],
  ["the sandbox failed"]
];

/** Shows why calls and scores failed: what a scorer, a prompt or a server said may repeat what stands in a row. */
export interface ShownReasons {
  /** Of a call that failed; `kind` is its `reason_kind`. */
  ofCall(reason: string | null, kind: string | null): string;
  /** Of a score that there is none of. */
  ofScore(reason: string | null): string;
}

/**
 * Reasons as pages may show them of rows that are published so: masked and cut, for "ids" their kind alone.
 * @param mask undefined where a reason is to be told by its kind; unless told, for all but the first 300 different ones
 */
export function shownReasons(
  publish: Publishing,
  mask: (reason: string) => string | undefined = firstMasked()
): ShownReasons {
  const shown = (reason: string, kind: string) => (publish === "ids" ? kind : (mask(reason) ?? kind));
  return {
    ofCall: (reason, kind) =>
      reason === null ? callKind(kind, "no reason given") : shown(reason, callKind(kind, "the call failed")),
    ofScore: (reason) => (reason === null ? "no reason given" : shown(reason, scoreKind(reason)))
  };
}

/** Hands over what masks reasons, with those that the store keeps, and keeps what was masked: no loader masks a reason again. */
export async function withKeptReasons<T>(
  workspace: Workspace,
  use: (mask: MaskExcerpt) => Promise<T>
): Promise<T> {
  const kept = await openExcerptCache(workspace, "masked-reasons");
  const found = await use(kept.mask);
  await kept.save();
  return found;
}

/** Masks the first 300 different reasons that it is given, each once; undefined for the others. */
export function firstMasked(mask?: MaskExcerpt): (reason: string) => string | undefined {
  const known = new Map<string, string>();
  return (reason) => {
    if (!known.has(reason) && known.size < MOST_MASKED) known.set(reason, maskedReason(reason, mask));
    return known.get(reason);
  };
}

function maskedReason(reason: string, mask: MaskExcerpt = maskExcerpt): string {
  return mask(reason.slice(0, 4 * LONGEST), LONGEST);
}

/** Why a run or a race ended early, as pages may show it: what an endpoint or a scorer said follows a colon. */
export function shownStop(stopped: string, publish: Publishing, mask?: MaskExcerpt): string {
  return publish === "ids" ? stopped.split(": ", 1)[0]! : maskedReason(stopped, mask);
}

/** The same of a run; of an imported one Assay itself says what its files lack. */
export function shownEnd(
  {stopped, imported}: RunManifest,
  publish: Publishing,
  mask?: MaskExcerpt
): string | undefined {
  return stopped && (imported ? maskedReason(stopped, mask) : shownStop(stopped, publish, mask));
}

/** "rate-limit" as "rate limit"; the kind itself says nothing of a row. */
function callKind(kind: string | null, otherwise: string): string {
  if (kind === null) return otherwise;
  return kind === "imported" ? "failed, as the imported file says" : kind.replaceAll("-", " ");
}

function scoreKind(reason: string): string {
  const found = OPENINGS.find(([opening]) => reason.startsWith(opening));
  return found ? (found[1] ?? found[0]) : "no score";
}

/** Failures by the reason that is shown, which several may share; the most frequent first. */
export function countedReasons<T extends {count: number}>(
  failures: readonly T[],
  show: (failure: T) => string
): {reason: string; count: number}[] {
  const counts = new Map<string, number>();
  for (const failure of failures) {
    const reason = show(failure);
    counts.set(reason, (counts.get(reason) ?? 0) + failure.count);
  }
  return [...counts].map(([reason, count]) => ({reason, count})).sort((a, b) => b.count - a.count);
}

/** A race with why it was stopped as pages may show it, in its sentence too. */
export function shownRace<R extends {outcome?: RaceOutcome}>(
  race: R,
  publish: Publishing,
  mask?: MaskExcerpt
): R {
  const {outcome} = race;
  if (outcome?.why === undefined) return race;
  const why = shownStop(outcome.why, publish, mask);
  const sentence = outcome.sentence.replace(outcome.why, () => why);
  return {...race, outcome: {...outcome, why, sentence}};
}
