import {TextIndex} from "../../../src/data/datasets/duplicates/index.js";
import {expectedOf, type Figure, type Reader} from "../figure.js";
import type {Item} from "../item.js";

/** Collections `NAME.train` of one document a line (id, blank, text) with `NAME.truth`, the pairs nearly the same. */
export const nearDuplicatePairs: Reader = {
  kind: "near-duplicate pairs",
  matches: (item) => collectionsOf(item).length > 0,
  figures: (item) => collectionsOf(item).flatMap((name) => figuresOf(item, name)),
  notReproduced: [
    {
      path: /(min_true|max_other)_jaccard/,
      why: "the publisher's shingles are three words as they stand; here they are five, without case and marks"
    }
  ]
};

function collectionsOf(item: Item): string[] {
  return item.files
    .filter((file) => file.endsWith(".train") && item.files.includes(file.replace(/train$/, "truth")))
    .map((file) => file.replace(/\.train$/, ""));
}

/** Pairs are looked for from this similarity on; the published shares are lower or higher, with the same pairs. */
const similar = 0.8;

function figuresOf(item: Item, name: string): Figure[] {
  const documents = linesOf(item, `${name}.train`).map((line) => {
    const blank = line.indexOf(" ");
    return {id: line.slice(0, blank), text: line.slice(blank + 1)};
  });
  const truth = new Set(
    linesOf(item, `${name}.truth`).map((line) => line.trim().split(/\s+/).sort().join(" "))
  );
  const found = nearDuplicatePairsOf(documents);
  const right = [...found].filter((pair) => truth.has(pair)).length;
  const at = (...path: (string | RegExp)[]) => expectedOf(`${name}.train`, ...path);
  return [
    {name: `${name}: documents`, ours: documents.length, published: at("documents")},
    {name: `${name}: true pairs found`, ours: right, published: at("true_pairs")},
    {name: `${name}: false pairs`, ours: found.size - right, published: at(/^false_positives/)},
    ...["0.3", "0.5", "0.7", "0.8", "0.9"].map((share) => ({
      name: `${name}: true pairs found, published for ${share}`,
      ours: right,
      published: at(/^found_at/, share)
    }))
  ];
}

function linesOf(item: Item, file: string): string[] {
  return item
    .text(file)
    .split("\n")
    .filter((line) => line.trim() !== "");
}

/** Pairs of documents alike, by their ids in order. */
function nearDuplicatePairsOf(documents: readonly {id: string; text: string}[]): Set<string> {
  const index = new TextIndex({threshold: similar});
  const ids: string[][] = [];
  const pairs = new Set<string>();
  for (const {id, text} of documents) {
    const number = index.add(text);
    for (const same of (ids[number] ??= [])) pairs.add([same, id].sort().join(" "));
    ids[number].push(id);
  }
  index.pairs(
    () => false,
    (a, b) => {
      for (const one of ids[a]!) for (const other of ids[b]!) pairs.add([one, other].sort().join(" "));
    }
  );
  return pairs;
}
