import {formatCount} from "./points.js";
import type {Risk} from "./types.js";

/** What may have been known of a held-out part before a run scored it; absent of other runs. */
export interface HeldOutFacts {
  /** How often the run's held-out part was opened before, for other runs. */
  openedBefore?: number;
  /** Of the rows of a run on the held-out part: those that earlier runs had scored, and those in the training part of such a run. */
  seenBefore?: {rows: number; scored: number; trained: number};
}

/** The risks of a run on a held-out part that is not as unseen as it should be. */
export function heldOutRisks(facts: HeldOutFacts): Risk[] {
  return [seenRisk(facts), openedRisk(facts)].filter((risk) => risk !== undefined);
}

function seenRisk({seenBefore}: HeldOutFacts): Risk | undefined {
  if (!seenBefore || seenBefore.scored + seenBefore.trained === 0) return undefined;
  const {rows, scored, trained} = seenBefore;
  const were = (n: number) => `${formatCount(n)} ${n === 1 ? "was" : "were"}`;
  const told = [
    ...(scored > 0 ? [`${were(scored)} scored by earlier runs`] : []),
    ...(trained > 0 ? [`${were(trained)} in the training part of earlier runs`] : [])
  ];
  return {
    kind: "held-out",
    sentence: `Of the ${formatCount(rows)} held-out rows, ${told.join(" and ")}: on these the scores do not tell how the winner does on unseen rows.`
  };
}

function openedRisk({openedBefore = 0}: HeldOutFacts): Risk | undefined {
  if (openedBefore === 0) return undefined;
  const times = openedBefore === 1 ? "once" : `${formatCount(openedBefore)} times`;
  return {
    kind: "held-out",
    sentence: `The held-out part was opened ${times} before, for other runs. Where something was changed after their scores, it no longer tells how the winner does on unseen rows.`
  };
}
