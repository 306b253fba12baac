import {rng} from "../../../base/stats/rng.js";
import {type TokenExample, type LabelledBatch, packedRows, packing, paddedRows} from "./rows.js";
import type {TrainingJob} from "./job.js";

/** The rows of every step, known beforehand: any step can be made without the ones before it. */
export interface BatchPlan {
  /** Steps that see every row once. */
  stepsAnEpoch: number;
  /** Indices of the examples of a step: micro-batches of rows of examples. */
  step(index: number): number[][][];
}

/** Rows in an order that the seed and the epoch decide; a last step of an epoch may have fewer. */
export function planBatches(
  lengths: readonly number[],
  {rows: size, accumulate, packed, seed}: TrainingJob["settings"]
): BatchPlan {
  const rows = packed === undefined ? lengths.map((_, i) => [i]) : packing(lengths, packed);
  const perStep = size * accumulate;
  const stepsAnEpoch = Math.max(1, Math.ceil(rows.length / perStep));
  let known: {epoch: number; order: number[][]} | undefined;
  return {
    stepsAnEpoch,
    step(index) {
      const epoch = Math.floor(index / stepsAnEpoch);
      if (known?.epoch !== epoch)
        known = {epoch, order: rng(seed, "order of rows", epoch).shuffle([...rows])};
      const from = (index % stepsAnEpoch) * perStep;
      const own = known.order.slice(from, from + perStep);
      const micro: number[][][] = [];
      for (let at = 0; at < own.length; at += size) micro.push(own.slice(at, at + size));
      return micro;
    }
  };
}

/** The rows of one micro-batch as tokens. */
export function microBatch(
  examples: readonly TokenExample[],
  rows: readonly (readonly number[])[],
  packed: boolean
): LabelledBatch {
  const of = rows.map((row) => row.map((i) => examples[i]!));
  return packed ? packedRows(of) : paddedRows(of.flat());
}
