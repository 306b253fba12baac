import {type Alignment, BeamEditDistance} from "./editDistance.js";

const longestShift = 10;
const farthestShift = 50;
const mostCandidates = 1000;

interface Shift {
  gain: number;
  length: number;
  from: number;
  to: number;
  words: string[];
}

/**
 * Fewest edits Tercom's greedy search finds to turn the output into the reference: insertions, deletions,
 * substitutions and shifts of a run of words, each costing 1 (Snover et al. 2006). Never negative.
 */
export function terEdits(output: readonly string[], reference: readonly string[]): number {
  if (reference.length === 0) return output.length;
  const editDistance = new BeamEditDistance(reference);
  let words = [...output];
  let shifts = 0;
  let candidates = 0;
  for (;;) {
    const alignment = editDistance.rebase(words);
    const found = bestShift(words, reference, alignment, editDistance);
    candidates += found.candidates;
    if (candidates >= mostCandidates || !found.best || found.best.gain <= 0)
      return shifts + alignment.distance;
    shifts++;
    words = found.best.words;
  }
}

function bestShift(
  words: readonly string[],
  reference: readonly string[],
  alignment: Alignment,
  editDistance: BeamEditDistance
): {best?: Shift; candidates: number} {
  const {position, wrongWords, wrongReference} = locate(alignment);
  let best: Shift | undefined;
  let candidates = 0;
  for (const [from, target, length] of sharedRuns(words, reference)) {
    const anyWrong = (flags: readonly boolean[], start: number) =>
      flags.slice(start, start + length).includes(true);
    if (!anyWrong(wrongWords, from) || !anyWrong(wrongReference, target)) continue;
    const aligned = position[target]!;
    if (from <= aligned && aligned < from + length) continue;
    let last = -1;
    for (let offset = -1; offset < length; offset++) {
      const at = target + offset;
      if (at >= position.length) break;
      const to = at < 0 ? 0 : position[at]! + 1;
      if (to === last) continue;
      last = to;
      const shifted = move(words, from, length, to);
      const gain = alignment.distance - editDistance.distance(shifted);
      const shift = {gain, length, from, to, words: shifted};
      if (!best || ranksBefore(shift, best)) best = shift;
      candidates++;
    }
    if (candidates >= mostCandidates) break;
  }
  return {best, candidates};
}

/** Largest gain, then longest run, then earliest run, then earliest target. */
function ranksBefore(a: Shift, b: Shift): boolean {
  return (a.gain - b.gain || a.length - b.length || b.from - a.from || b.to - a.to) > 0;
}

/** For each reference word the output word it is aligned with, or the one before the gap it fills (-1: the start). */
function locate({edits}: Alignment): {position: number[]; wrongWords: boolean[]; wrongReference: boolean[]} {
  const position: number[] = [];
  const wrongWords: boolean[] = [];
  const wrongReference: boolean[] = [];
  for (const edit of edits) {
    if (edit !== "insert") wrongWords.push(edit !== "keep");
    if (edit === "delete") continue;
    position.push(wrongWords.length - 1);
    wrongReference.push(edit !== "keep");
  }
  return {position, wrongWords, wrongReference};
}

/** Runs of up to ten words that stand in both texts, at most fifty words apart: [in output, in reference, length]. */
function* sharedRuns(
  words: readonly string[],
  reference: readonly string[]
): Generator<[number, number, number]> {
  for (let from = 0; from < words.length; from++) {
    const end = Math.min(reference.length, from + farthestShift + 1);
    for (let target = Math.max(0, from - farthestShift); target < end; target++) {
      for (let length = 0; length < longestShift; length++) {
        const word = words[from + length];
        if (word === undefined || word !== reference[target + length]) break;
        yield [from, target, length + 1];
      }
    }
  }
}

function move(words: readonly string[], from: number, length: number, to: number): string[] {
  const run = words.slice(from, from + length);
  if (to < from)
    return [...words.slice(0, to), ...run, ...words.slice(to, from), ...words.slice(from + length)];
  const end = to > from + length ? to : to + length;
  return [...words.slice(0, from), ...words.slice(from + length, end), ...run, ...words.slice(end)];
}
