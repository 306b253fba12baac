import {nearestCosines, type TextVectors} from "../../weights/models/index.js";
import {messageOf, UserError} from "../../base/validation/index.js";
import {sha256} from "../../base/system/index.js";
import type {Database} from "../../base/store/index.js";
import type {Leakage} from "./leaks/types.js";
import type {VersionVectors} from "./versionVectors.js";

/** Texts this close by `textVectors` say nearly the same in other words: half of random pairs are below 0. */
export const NEIGHBOUR_COSINE = 0.85;

/** Test rows whose neighbours are looked for; of more, a sample. */
const MOST_SEARCHED = 2_000;

export interface EmbeddingLeakage extends Leakage {
  /** Cosine from which on a training row counts as a neighbour. */
  threshold: number;
  /** Test rows looked at: all, or a seeded sample, of which `rows` is the count and `share` the share. */
  searched: number;
  /** Of the share; only where a sample was taken. */
  standardError?: number;
}

/** How far the texts of test and train are apart on the whole. */
export interface EmbeddingDistance {
  /** Euclidean distance of the mean unit vectors, from 0 to 2. */
  distance: number;
  /** What two draws of these sizes from one source come to (root mean square). */
  byChance: number;
}

export interface EmbeddingMeasures {
  /** Test rows whose nearest training row has a cosine of `threshold` or more. */
  embeddingLeakage?: EmbeddingLeakage;
  embeddingDistance?: EmbeddingDistance;
  /** Why the two are not measured. */
  embeddingMissing?: string;
}

/** Leakage by neighbours in meaning and drift of the texts; a reason where there is no encoder or no such part. */
export async function embeddingMeasures(
  db: Database,
  rows: string,
  assigned: string,
  vectors: VersionVectors
): Promise<EmbeddingMeasures> {
  if ("missing" in vectors) return {embeddingMissing: vectors.missing};
  const indexes: Record<string, number[]> = {train: [], test: []};
  const ids: string[] = [];
  const query = `select row_id, a.part from ${rows} r left join ${assigned} a using (row_id) order by row_id`;
  for await (const batch of db.batches<{row_id: string; part: string | null}>(query))
    for (const {row_id, part} of batch) {
      if (part) indexes[part]?.push(ids.length);
      ids.push(part === "test" ? row_id : "");
    }
  const {train, test} = indexes as {train: number[]; test: number[]};
  if (train.length === 0 || test.length === 0)
    return {embeddingMissing: `no row is in the ${train.length === 0 ? "training" : "test"} part`};
  try {
    const embeddingLeakage = await neighbourLeakage(vectors, train, sampled(test, ids), test.length);
    const embeddingDistance = meanDistance(vectors, train, test);
    return {embeddingLeakage, embeddingDistance};
  } catch (cause) {
    if (cause instanceof UserError) return {embeddingMissing: messageOf(cause)};
    throw cause;
  }
}

/** The same rows whatever the order, and most of them again when rows are added. */
function sampled(test: readonly number[], ids: readonly string[]): readonly number[] {
  if (test.length <= MOST_SEARCHED) return test;
  return test
    .map((row) => ({row, key: sha256(`neighbours:${ids[row]!}`)}))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .slice(0, MOST_SEARCHED)
    .map(({row}) => row);
}

/** The share of `searched` (of `total` test rows) with a neighbour in `train`. */
export async function neighbourLeakage(
  vectors: TextVectors,
  train: readonly number[],
  searched: readonly number[],
  total: number
): Promise<EmbeddingLeakage> {
  const nearest = await nearestCosines(
    gathered(vectors, searched),
    gathered(vectors, train),
    vectors.dimensions
  );
  // Products are rounded to 32 bits.
  const rows = nearest.filter((cosine) => cosine >= NEIGHBOUR_COSINE - 1e-6).length;
  const share = rows / searched.length;
  return {
    rows,
    share,
    threshold: NEIGHBOUR_COSINE,
    searched: searched.length,
    standardError:
      searched.length < total
        ? Math.sqrt(((share * (1 - share)) / searched.length) * (1 - searched.length / total))
        : undefined
  };
}

/** Undefined where a part has fewer than two texts. */
export function meanDistance(
  vectors: TextVectors,
  train: readonly number[],
  test: readonly number[]
): EmbeddingDistance | undefined {
  const sides = [meanOf(vectors, train), meanOf(vectors, test)] as const;
  if (sides.some(({texts}) => texts < 2)) return undefined;
  const squares = sides[0].mean.reduce((sum, value, d) => sum + (value - sides[1].mean[d]!) ** 2, 0);
  return {
    distance: Math.sqrt(squares),
    byChance: Math.sqrt(sides.reduce((sum, {spread, texts}) => sum + spread / texts, 0))
  };
}

/** Texts without words are no part of the mean. `spread`: unbiased total variance of the vectors. */
function meanOf(
  {data, dimensions}: TextVectors,
  rows: readonly number[]
): {mean: Float64Array; texts: number; spread: number} {
  const mean = new Float64Array(dimensions);
  let texts = 0;
  for (const row of rows) {
    let any = false;
    for (let d = 0, at = row * dimensions; d < dimensions; d++, at++) {
      mean[d]! += data[at]!;
      any ||= data[at] !== 0;
    }
    if (any) texts++;
  }
  let length = 0;
  for (let d = 0; d < dimensions; d++) length += (mean[d]! /= Math.max(1, texts)) ** 2;
  return {mean, texts, spread: texts < 2 ? NaN : ((1 - length) * texts) / (texts - 1)};
}

function gathered({data, dimensions}: TextVectors, rows: readonly number[]): Float32Array {
  const out = new Float32Array(rows.length * dimensions);
  rows.forEach((row, i) => out.set(data.subarray(row * dimensions, (row + 1) * dimensions), i * dimensions));
  return out;
}
