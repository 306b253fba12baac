import {rng} from "../../../base/stats/rng.js";
import type {PolicyScoring} from "./policyScoring.js";
import type {MarkedAnswer} from "./job.js";
import type {MarkedRatio} from "./kto.js";
import {answered, cut, type LabelledBatch, paddedRows, type TokenExample} from "./rows.js";
import {IGNORED} from "./targets.js";

/**
 * Gives each answer its mismatched one: its prompt with the answer to another, in an order that the seed decides. The
 * next whose prompt differs is taken; where all have the same prompt, the next. Rows are cut to `length` tokens.
 */
export function withMismatched(
  answers: readonly Omit<MarkedAnswer, "mismatched">[],
  seed: number | string,
  length: number
): MarkedAnswer[] {
  const parts = answers.map(({answer}) => promptAndAnswer(answer));
  const prompts = parts.map(({prompt}) => String(prompt));
  const order = rng(seed, "mismatched answers").shuffle(answers.map((_, i) => i));
  const differing = nextDiffering(order.map((i) => prompts[i]!));
  const partner = new Map(order.map((i, at) => [i, order[differing[at]!]!]));
  return answers.map((one, i) => ({
    ...one,
    mismatched: cut(answered(parts[i]!.prompt, parts[partner.get(i)!]!.answer), length)
  }));
}

/** For each place of a cycle the next one that holds something else; the next where none does. */
function nextDiffering(values: readonly string[]): number[] {
  const n = values.length;
  const found = Array.from(values, (_, at) => (at + 1) % n);
  // From the back, twice around, so that the end of a cycle knows its beginning.
  for (let step = 2 * n - 1; step >= 0; step--) {
    const at = step % n;
    const next = (at + 1) % n;
    found[at] = values[next] === values[at] ? found[next]! : next;
  }
  return found.map((to, at) => (values[to] === values[at] ? (at + 1) % n : to));
}

/** What is learned begins the answer, which goes to the end. */
function promptAndAnswer({ids, labels}: TokenExample): {prompt: number[]; answer: number[]} {
  const from = labels.findIndex((label) => label !== IGNORED);
  return {prompt: ids.slice(0, from), answer: ids.slice(from)};
}

export const markedRows = (answers: readonly MarkedAnswer[]): LabelledBatch =>
  paddedRows(answers.map(({answer}) => answer));

export interface MarkedRatios {
  answers: MarkedRatio[];
  /** Of the mismatched answers. */
  mismatched: number[];
}

/** The log-ratios of answers and of their mismatched ones under the model as it is now; answers part after part. */
export async function markedRatios(
  scoring: PolicyScoring,
  parts: readonly (readonly MarkedAnswer[])[]
): Promise<MarkedRatios> {
  const own = await ratiosOf(scoring, parts.map(markedRows));
  const rows = parts.map((part) => paddedRows(part.map(({mismatched}) => mismatched)));
  return {
    answers: parts.flat().map(({good}, i) => ({good, ratio: own[i]!})),
    mismatched: await ratiosOf(scoring, rows)
  };
}

async function ratiosOf(scoring: PolicyScoring, parts: readonly LabelledBatch[]): Promise<number[]> {
  const before = await scoring.before(parts);
  const policy = await scoring.policy(parts);
  return policy.flatMap(({sums}, part) => sums.map((sum, row) => sum - before[part]!.sums[row]!));
}
