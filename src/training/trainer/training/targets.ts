import type {Batch} from "../batch.js";
import type {LabelledBatch} from "./rows.js";

/** Tokens that are learned: where each is predicted from, what it is, and how much it counts. Of a soft label each of its tokens. */
export interface Targets {
  /** Positions in the batch, row · length + column, whose next token is the target. */
  places: Int32Array;
  tokens: Int32Array;
  weights: Float32Array;
}

/** No loss at tokens with this label. */
export const IGNORED = -100;

/**
 * Targets from labels as trainers write them: `labels[i]` is token i or −100, and is predicted from token i − 1. A label
 * in a row's first column, or first of its document, has nothing before it and does not count.
 */
export function targetsOf(
  batch: Batch,
  labels: readonly (readonly number[])[],
  weight: number | ((row: number) => number),
  soft?: LabelledBatch["soft"]
): Targets & {
  /** What soft labels add to the weighted sum of losses. */
  constant: number;
} {
  const places: number[] = [];
  const tokens: number[] = [];
  const weights: number[] = [];
  let constant = 0;
  labels.forEach((row, r) =>
    row.forEach((label, i) => {
      const at = r * batch.length + i;
      if (label === IGNORED || i === 0) return;
      if (batch.documents[at] !== batch.documents[at - 1]) return;
      const own = typeof weight === "number" ? weight : weight(r);
      const several = soft?.[r]?.[i];
      if (!several) {
        places.push(at - 1);
        tokens.push(label);
        weights.push(own);
        return;
      }
      constant += own * several.entropy;
      several.tokens.forEach((token, k) => {
        places.push(at - 1);
        tokens.push(token);
        weights.push(own * several.shares[k]!);
      });
    })
  );
  return {
    places: Int32Array.from(places),
    tokens: Int32Array.from(tokens),
    weights: Float32Array.from(weights),
    constant
  };
}
