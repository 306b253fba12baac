import type {ClassLabel} from "./confusion.js";
import {rng} from "./rng.js";
import type {Seed} from "./seed.js";

/**
 * The most frequent answers of a row (several on a tie), compared as text, and their share of the votes. A missing
 * answer does not vote. Undefined without a vote.
 */
export function majority(
  answers: ArrayLike<ClassLabel>
): {answers: string[]; share: number; votes: number} | undefined {
  const counts = new Map<string, number>();
  let votes = 0;
  for (let i = 0; i < answers.length; i++) {
    const answer = answers[i];
    if (answer == null) continue;
    votes++;
    counts.set(String(answer), (counts.get(String(answer)) ?? 0) + 1);
  }
  if (votes === 0) return undefined;
  const most = Math.max(...counts.values());
  return {
    answers: [...counts].filter(([, count]) => count === most).map(([answer]) => answer),
    share: most / votes,
    votes
  };
}

/**
 * majority@n: chance that the majority vote of n of the row's answers is right, between 0 and 1; a tie among k answers
 * counts 1/k when the right one is among them. With more than n answers it is the mean over all choices of n, or over
 * 2,000 seeded ones when there are more. Undefined when fewer than n answers were given.
 * Source: Wang et al. (2023), "Self-consistency improves chain of thought reasoning".
 */
export function majorityAtN(
  answers: ArrayLike<ClassLabel>,
  correct: ClassLabel | ((answer: string) => boolean),
  n: number,
  {seed = 0}: {seed?: Seed} = {}
): number | undefined {
  const votes = Array.from(answers)
    .filter((answer) => answer != null)
    .map(String);
  if (!(n >= 1) || votes.length < n || correct == null) return undefined;
  const right = typeof correct === "function" ? correct : (answer: string) => answer === String(correct);
  const score = (chosen: string[]): number => {
    const top = majority(chosen)!.answers;
    return top.filter(right).length / top.length;
  };
  let ways = 1;
  for (let i = 0; i < n; i++) ways = (ways * (votes.length - i)) / (i + 1);
  let sum = 0;
  let count = 0;
  if (ways <= 2000) {
    for (const chosen of choices(votes, n)) {
      sum += score(chosen);
      count++;
    }
  } else {
    const next = rng(seed, "majority");
    const deck = [...votes].sort();
    for (; count < 2000; count++) sum += score(next.shuffle(deck).slice(0, n));
  }
  return sum / count;
}

function* choices(items: readonly string[], n: number): Generator<string[]> {
  if (n === 0) yield [];
  for (let i = 0; i <= items.length - n && n > 0; i++)
    for (const rest of choices(items.slice(i + 1), n - 1)) yield [items[i]!, ...rest];
}
