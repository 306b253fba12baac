import {rng} from "../../../base/stats/rng.js";
import type {TensorJob} from "./job.js";
import {BLOCK} from "./scratch.js";
import type {TensorBlock} from "./tensor.js";

/** Merges of no more elements are looked at in full: that takes a fraction of a second. */
const WHOLE = 1 << 25;
/** Elements of each tensor of a larger merge: looking at all of them would double the time of simple methods. */
const BUDGET = 1 << 18;
/** Elements read together: shorter runs see more rows, and take more calls of the operating system. */
const RUN = 4096;
/** Rows at the end of a table, where tokens are added. */
const LAST_ROWS = 256;

/** A run of elements that stands for `weight` times as many. */
export interface SampledBlock extends TensorBlock {
  weight: number;
}

/** Elements of each tensor that a merge of these looks at, where nothing else is asked for. */
export function usualSample(jobs: readonly TensorJob[]): number {
  const total = jobs.reduce((sum, {shape}) => sum + elementsOf(shape), 0);
  return total <= WHOLE ? Infinity : BUDGET;
}

/**
 * The elements of a tensor to look at: all of them where they are no more than `budget`, each with weight 1. Else short runs,
 * one at random from each of as many equal parts, by the tensor's name; and of tables outside the layers also the last 256 rows,
 * up to four times the budget. Sums with the weights are estimates of the whole tensor's. Nothing for a budget of 0 or less.
 */
export function* sampledBlocks(
  {name, layer, shape}: Pick<TensorJob, "name" | "layer" | "shape">,
  budget: number
): Generator<SampledBlock> {
  const count = elementsOf(shape);
  if (budget <= 0) return;
  if (count <= budget) return yield* inBlocks(0, count);
  const isTable = layer === undefined && shape.length === 2;
  const head = count - (isTable ? Math.min(count, LAST_ROWS * shape[1]!, 4 * budget) : 0);
  const runs = Math.ceil(head / RUN);
  const wanted = Math.min(runs, Math.max(1, Math.floor(budget / RUN)));
  const random = rng("merge sample", name);
  for (let k = 0; k < wanted; k++) {
    const [from, to] = [k, k + 1].map((i) => Math.floor((i * runs) / wanted)) as [number, number];
    const start = (from + random.int(to - from)) * RUN;
    const length = Math.min(RUN, head - start);
    yield {start, count: length, weight: (Math.min(head, to * RUN) - from * RUN) / length};
  }
  yield* inBlocks(head, count);
}

function* inBlocks(from: number, to: number): Generator<SampledBlock> {
  for (let start = from; start < to; start += BLOCK)
    yield {start, count: Math.min(BLOCK, to - start), weight: 1};
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
