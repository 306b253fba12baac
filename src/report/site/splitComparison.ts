import type {Verdict} from "../../evals/decisions/index.js";
import type {SplitGap} from "./types.js";

/**
 * How much higher each candidate scores under `random` than under `other`, in score units. The two test parts hold
 * different rows, so the interval combines those of the two means: d − √((p₁−l₁)² + (u₂−p₂)²) and
 * d + √((u₁−p₁)² + (p₂−l₂)²) (Newcombe 1998; Zou and Donner 2008, "MOVER"). Rows that are in both test parts
 * make it wider than need be. Candidates that only one side has are left out.
 */
export function splitGaps(random: Pick<Verdict, "summaries">, other: Pick<Verdict, "summaries">): SplitGap[] {
  return other.summaries.flatMap((b) => {
    const a = random.summaries.find(({candidate}) => candidate === b.candidate);
    if (!a) return [];
    if (a.mean === undefined || b.mean === undefined) return [{candidate: b.candidate}];
    const difference = a.mean - b.mean;
    if (a.low === undefined || a.high === undefined || b.low === undefined || b.high === undefined)
      return [{candidate: b.candidate, difference}];
    return [
      {
        candidate: b.candidate,
        difference,
        low: difference - Math.hypot(a.mean - a.low, b.high - b.mean),
        high: difference + Math.hypot(a.high - a.mean, b.mean - b.low)
      }
    ];
  });
}
