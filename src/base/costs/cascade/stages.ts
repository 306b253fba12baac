/** What one model of a cascade did on the rows, the cheapest model first. */
export interface CascadeStage {
  name: string;
  /** How sure it was, known before grading: higher is surer; undefined where it gave no answer. The last stage needs none. */
  confidence: readonly (number | undefined)[];
  /** Scores from 0 to 1. */
  scores: readonly (number | undefined)[];
  /** US dollars of each answer; absent when not known. */
  usd?: readonly (number | undefined)[];
  /** US dollars of one answer where the cascade asks for several; those of `usd` when absent. */
  usdOnce?: readonly (number | undefined)[];
}

/** Which stage answers each row: the first whose confidence reaches its threshold, else the last. */
export function servedBy(stages: readonly CascadeStage[], thresholds: readonly number[]): Int32Array {
  const rows = stages[0]?.scores.length ?? 0;
  const last = stages.length - 1;
  return Int32Array.from({length: rows}, (_, row) => {
    for (let s = 0; s < last; s++) {
      const confidence = stages[s]!.confidence[row];
      // A row that could not be scored has no answer to serve.
      if (confidence !== undefined && stages[s]!.scores[row] !== undefined && confidence >= thresholds[s]!)
        return s;
    }
    return last;
  });
}

/**
 * Ways to set the thresholds, from "everything goes to the strong model" (Infinity) to "the first model answers everything" in
 * `steps` steps: at step i each stage serves its i/steps surest rows. Equal neighbours are left out.
 */
export function thresholdPath(stages: readonly CascadeStage[], steps: number): number[][] {
  const sorted = stages
    .slice(0, -1)
    .map(({confidence}) =>
      confidence.filter((value): value is number => value !== undefined).sort((a, b) => b - a)
    );
  const path: number[][] = [];
  for (let i = 0; i <= steps; i++) {
    const here = sorted.map((values) => {
      const served = Math.round((i / steps) * values.length);
      return served === 0 ? Infinity : values[served - 1]!;
    });
    if (!path.at(-1)?.every((value, s) => value === here[s])) path.push(here);
  }
  return path;
}

/**
 * US dollars of a row when stage `served` answers it: every stage up to it was asked, but for those that never answer
 * (a threshold of Infinity). Undefined when one's cost is not known.
 */
export function usdOfRow(
  stages: readonly CascadeStage[],
  thresholds: readonly number[],
  {served, row}: {served: number; row: number}
): number | undefined {
  let usd = 0;
  for (let s = 0; s <= served; s++) {
    if (thresholds[s] === Infinity) continue;
    const each = stages[s]!.usd?.[row];
    if (each === undefined) return undefined;
    usd += each;
  }
  return usd;
}
