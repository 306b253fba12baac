import {TextIndex} from "../../../src/data/datasets/duplicates/index.js";
import {expectedOf, type Figure, type Reader} from "../figure.js";
import {filesWhere, filesWith, type Item, type JsonObject, stemOf} from "../item.js";

/** Documents, and which of them their publisher calls nearly the same. */
interface Collection {
  /** Of the file with the documents. */
  file: string;
  documents: {id: string; text: string}[];
  /** Two ids each, in order. */
  truth: Set<string>;
}

/**
 * Documents with the pairs that are nearly the same: `NAME.train` of one document a line (id, blank, text) with `NAME.truth`,
 * or records of `id` and `text` with a file of records of two ids. Or records of two texts and whether they are duplicates.
 */
export const nearDuplicatePairs: Reader = {
  kind: "near-duplicate pairs",
  matches: (item) => collectionsOf(item).length > 0 || textPairFiles(item).length > 0,
  figures: (item) => [
    ...collectionsOf(item).flatMap(figuresOf),
    ...textPairFiles(item).map((file) => textPairs(item, file))
  ],
  notReproduced: [
    {
      path: /(min_true|max_other)_jaccard/,
      why: "the publisher's shingles are three words as they stand; here they are five, without case and marks"
    }
  ]
};

function collectionsOf(item: Item): Collection[] {
  const lines = item.files
    .filter((file) => file.endsWith(".train") && item.files.includes(file.replace(/train$/, "truth")))
    .map((file): Collection => {
      const documents = linesOf(item, file).map((line) => {
        const blank = line.indexOf(" ");
        return {id: line.slice(0, blank), text: line.slice(blank + 1)};
      });
      const pairs = linesOf(item, file.replace(/train$/, "truth")).map((line) => line.trim().split(/\s+/));
      return {file, documents, truth: new Set(pairs.map(pairName))};
    });
  const pairFile = filesWhere(item, (first) => fieldsOf(first, IDS) !== undefined)[0];
  if (pairFile === undefined) return lines;
  const records = item.records(pairFile);
  const [a, b] = fieldsOf(records[0]!, IDS)!;
  const truth = new Set(
    records.filter(isDuplicate).map((record) => pairName([String(record[a]), String(record[b])]))
  );
  const files = filesWith(item, "id", "text").filter((file) => file !== pairFile);
  return [
    ...lines,
    ...files.map((file): Collection => {
      const documents = item.records(file).map(({id, text}) => ({id: String(id), text: String(text)}));
      return {file, documents, truth};
    })
  ];
}

/** Fields of two documents, or of their ids. */
const IDS = [
  /^(id|doc|document)_?(1|a)$|^left_id$|^a$/i,
  /^(id|doc|document)_?(2|b)$|^right_id$|^b$/i
] as const;
const TEXTS = [
  /^(text|sentence|question)_?(1|a)$|^left$/i,
  /^(text|sentence|question)_?(2|b)$|^right$/i
] as const;
const DUPLICATE = /^(is_?)?((near_?)?dup(licate)?s?|label)$/i;

function fieldsOf(record: JsonObject, names: readonly [RegExp, RegExp]): [string, string] | undefined {
  const [a, b] = names.map((name) => Object.keys(record).find((key) => name.test(key)));
  return a !== undefined && b !== undefined ? [a, b] : undefined;
}

/** Pairs are listed for being duplicates, unless a field says which are. */
function isDuplicate(record: JsonObject): boolean {
  const field = Object.keys(record).find((key) => DUPLICATE.test(key));
  return field === undefined || /^(1|true|yes)$/i.test(String(record[field]));
}

function textPairFiles(item: Item): string[] {
  return filesWhere(
    item,
    (first) => fieldsOf(first, TEXTS) !== undefined && Object.keys(first).some((key) => DUPLICATE.test(key))
  );
}

function textPairs(item: Item, file: string): Figure {
  const records = item.records(file);
  const [a, b] = fieldsOf(records[0]!, TEXTS)!;
  const field = Object.keys(records[0]!).find((key) => DUPLICATE.test(key))!;
  const rows = records.map((record) => {
    const documents = [a, b].map((name) => ({id: name, text: String(record[name])}));
    return {ours: nearDuplicatePairsOf(documents).size === 1};
  });
  return {name: `${file}: each pair's ${field}`, rows, publishedRows: {file, path: [field]}};
}

const pairName = (ids: readonly string[]) => [...ids].sort().join(" ");

/** Pairs are looked for from this similarity on; the published shares are lower or higher, with the same pairs. */
const similar = 0.8;

function figuresOf({file, documents, truth}: Collection): Figure[] {
  const name = stemOf(file);
  const found = nearDuplicatePairsOf(documents);
  const right = [...found].filter((pair) => truth.has(pair)).length;
  const at = (...path: (string | RegExp)[]) => expectedOf(file, ...path);
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
    for (const same of (ids[number] ??= [])) pairs.add(pairName([same, id]));
    ids[number].push(id);
  }
  index.pairs(
    () => false,
    (a, b) => {
      for (const one of ids[a]!) for (const other of ids[b]!) pairs.add(pairName([one, other]));
    }
  );
  return pairs;
}
