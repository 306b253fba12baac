/** Of pairs exactly at the threshold, at least this share meets in a bucket. */
export const RECALL = 0.98;

/** Hash functions a signature may take, where one row a band does not need more. */
const MOST_HASHES = 128;

/** How a MinHash signature is divided: texts meet when all `rows` minima of one of `bands` are equal. */
export interface Bands {
  bands: number;
  rows: number;
}

/**
 * The division for a least Jaccard similarity: the most rows a band (fewest needless comparisons) with which pairs at the
 * threshold meet with probability 1 − (1 − threshold^rows)^bands ≥ 0.98 within 128 hash functions. Pairs more alike
 * meet more often. Below a threshold of about 0.03 one row a band needs more functions than that, and gets them.
 * Source: Leskovec, Rajaraman and Ullman (2020), Mining of Massive Datasets, section 3.4.
 */
export function bandsFor(threshold: number): Bands {
  let best: Bands = {bands: bandsNeeded(threshold, 1), rows: 1};
  for (let rows = 2; rows <= 16; rows++) {
    const bands = bandsNeeded(threshold, rows);
    if (bands * rows <= MOST_HASHES) best = {bands, rows};
  }
  return best;
}

/** The share of pairs of a similarity that meet in a bucket. */
export function recallAt(similarity: number, {bands, rows}: Bands): number {
  return 1 - (1 - similarity ** rows) ** bands;
}

function bandsNeeded(threshold: number, rows: number): number {
  const meets = threshold ** rows;
  return meets >= 1 ? 1 : Math.max(1, Math.ceil(Math.log(1 - RECALL) / Math.log1p(-meets)));
}
