import type {MinHasher} from "./minHash.js";
import type {Hash64} from "./wordHash.js";

/** Texts whose keys are remembered: about 10 MB. */
const MOST = 50_000;

const known = new Map<string, Map<string, Float64Array>>();

/**
 * The band keys of a text by the number of its content, remembered in this process: every split and every run compare the
 * same texts of a dataset again, and hashing their shingles is most of that time. `eachShingle` gives the text's shingles
 * when its keys are not known. Of more than 50,000 texts with the same bands those are remembered that came first.
 */
export function bandKeysOf(
  hasher: MinHasher,
  content: number,
  shingles: number,
  eachShingle: (add: (shingle: Hash64) => void) => void
): Float64Array {
  const own = known.get(hasher.name) ?? new Map<string, Float64Array>();
  known.set(hasher.name, own);
  const key = `${content} ${shingles}`;
  const before = own.get(key);
  if (before) return before;
  hasher.start();
  eachShingle((shingle) => hasher.add(shingle));
  const keys = new Float64Array(hasher.bands);
  hasher.bandKeys(keys);
  if (own.size < MOST) own.set(key, keys);
  return keys;
}
