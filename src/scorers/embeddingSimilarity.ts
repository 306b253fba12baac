import {checkReferences, noReference, references} from "./references.js";
import {withSettings} from "./scorerVersion.js";
import {type Scorer} from "./types.js";

export interface EmbeddingOptions {
  /** One vector a text, in order. */
  embed: (texts: readonly string[]) => Promise<ArrayLike<number>[]>;
  /** Names the encoder and its version: another encoder gives other scores. */
  encoder: string;
}

/**
 * Cosine between the embeddings of the output and the nearest reference, -1 to 1. An encoder that gives vectors of
 * different lengths, or one that is all zeros or not finite, is a failure: there is no angle to measure.
 */
export function embeddingSimilarity({embed, encoder}: EmbeddingOptions): Scorer {
  const score: Scorer = async ({output, expected}) => {
    const wanted = references(expected);
    if (!wanted) return noReference;
    const [given, ...vectors] = await embed([output, ...wanted]);
    const cosines = vectors.map((vector) => cosine(given!, vector));
    if (cosines.length !== wanted.length || !cosines.every(Number.isFinite)) {
      return {failed: `encoder ${encoder} gave no usable vector for the output or a reference`};
    }
    return Math.max(...cosines);
  };
  return withSettings(score, {encoder}, {module: import.meta.url, check: checkReferences, binary: false});
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return NaN;
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    aa += a[i]! * a[i]!;
    bb += b[i]! * b[i]!;
  }
  return Math.max(-1, Math.min(1, dot / Math.sqrt(aa * bb)));
}
