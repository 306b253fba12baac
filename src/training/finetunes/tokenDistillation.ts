import {readFile} from "node:fs/promises";
import {openEncoder, type Encoder} from "../../weights/models/encoder/encoder.js";
import {openEncoderCache} from "../../weights/models/encoder/textEmbedder.js";
import {idsKey} from "../../weights/models/encoder/vectorCache.js";
import {miniLmFiles} from "../../weights/models/encoder/weights.js";
import {vectorsDir} from "../../base/store/index.js";
import {principalAxes} from "./principalAxes.js";

export interface DistilledTokens {
  /** Token ids in the order of the table's rows. */
  tokenIds: number[];
  /** [tokens × dimensions]. */
  table: Float32Array;
  tokenizerJson: string;
  encoder: string;
}

/**
 * A table of token vectors distilled from the sentence encoder: each token alone through the encoder, the vectors
 * projected on their `dimensions` principal axes, and scaled by a / (a + p), a = 0.001, p the token's share of all
 * tokens read, so that common words count little in a mean. Only tokens that occur in at least `minRows` of the
 * texts get a row; the vector of one token does not depend on which others are asked for, the axes do.
 */
export async function distillTokens(
  texts: readonly string[],
  settings: {dimensions: number; minRows: number; maxTokens: number},
  context: {dir: string; onProgress?(message: string): void}
): Promise<DistilledTokens> {
  const files = await miniLmFiles();
  const encoder = await openEncoder(files);
  try {
    const {tokenIds, shares} = countTokens(texts, encoder, settings);
    context.onProgress?.(`distilling ${tokenIds.length} tokens from the encoder`);
    const vectors = await tokenVectors(encoder, tokenIds, vectorsDir(context.dir));
    const {mean, axes} = principalAxes(vectors, settings.dimensions);
    const table = new Float32Array(tokenIds.length * settings.dimensions);
    vectors.forEach((vector, row) => {
      const weight = 0.001 / (0.001 + shares[row]!);
      axes.forEach((axis, a) => {
        let sum = 0;
        for (let d = 0; d < axis.length; d++) sum += axis[d]! * (vector[d]! - mean[d]!);
        table[row * settings.dimensions + a] = weight * sum;
      });
    });
    const tokenizerJson = await readFile(files.tokenizerPath, "utf8");
    return {tokenIds, table, tokenizerJson, encoder: encoder.identity};
  } finally {
    await encoder.close();
  }
}

function countTokens(
  texts: readonly string[],
  {tokenizer}: Encoder,
  {minRows, maxTokens}: {minRows: number; maxTokens: number}
): {tokenIds: number[]; shares: number[]} {
  const occurrences = new Float64Array(tokenizer.size);
  const rows = new Uint32Array(tokenizer.size);
  let total = 0;
  for (const text of texts) {
    const ids = tokenizer.encode(text).slice(0, maxTokens);
    for (const id of ids) occurrences[id]!++;
    for (const id of new Set(ids)) rows[id]!++;
    total += ids.length;
  }
  const tokenIds = [...rows.keys()].filter((id) => rows[id]! >= minRows);
  return {tokenIds, shares: tokenIds.map((id) => occurrences[id]! / total)};
}

async function tokenVectors(
  encoder: Encoder,
  tokenIds: readonly number[],
  cacheDir: string
): Promise<Float32Array[]> {
  const {start, end} = encoder.tokenizer;
  const cache = await openEncoderCache(encoder, cacheDir);
  const asked = tokenIds.map((id) => [start, id, end]);
  const missing = asked.filter((ids) => !cache.get(idsKey(ids)));
  const made = await encoder.embedIds(missing);
  await cache.add(missing.map((ids, i) => [idsKey(ids), made[i]!]));
  return asked.map((ids) => cache.get(idsKey(ids))!);
}
