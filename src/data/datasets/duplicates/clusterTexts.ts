import type {TextIndex} from "./textIndex.js";
import {UnionFind} from "./unionFind.js";

/** Near-duplicates joined: the pairs alike, and what they are alike to. A text's stand-in is a text of its cluster. */
export function clusterTexts(index: TextIndex): UnionFind {
  const clusters = new UnionFind(index.size);
  index.pairs(
    (a, b) => clusters.find(a) === clusters.find(b),
    (a, b) => clusters.join(a, b)
  );
  return clusters;
}
