import {defineDataset, plainWords} from "../../../src/data/datasets/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import type {Store, VersionManifest} from "../../../src/base/store/index.js";
import {expectedOf, type Figure, type Reader} from "../figure.js";
import {isObject, type Item, jsonFiles} from "../item.js";
import {inProject} from "../throughRunner.js";

/** Parts by name, each a list of [text, label] or of objects with both. */
type Parts = Record<string, [text: string, label: string][]>;

/** A JSON object of named parts of labelled texts, some of them `oos_…`: of texts outside all classes. */
export const partSizes: Reader = {
  kind: "published parts of labelled texts",
  matches: (item) => partsFiles(item).length > 0,
  async figures(item) {
    const figures: Figure[] = [];
    for (const file of partsFiles(item)) figures.push(...(await figuresOf(file, partsOf(item.json(file))!)));
    return figures;
  }
};

function partsFiles(item: Item): string[] {
  return jsonFiles(item, (content) => partsOf(content) !== undefined);
}

function partsOf(content: unknown): Parts | undefined {
  if (!isObject(content) || !Object.keys(content).some((name) => /(^|_)train$/.test(name))) return undefined;
  const parts = Object.entries(content).map(([name, list]): [string, Parts[string] | undefined] => [
    name,
    Array.isArray(list) ? list.map(pairOf).filter((pair) => pair !== undefined) : undefined
  ]);
  const whole = parts.every(([name, pairs]) => pairs?.length === (content[name] as unknown[]).length);
  return whole ? (Object.fromEntries(parts) as Parts) : undefined;
}

function pairOf(row: unknown): [string, string] | undefined {
  const cells = isObject(row) ? [row.text, row.label ?? row.intent] : row;
  return Array.isArray(cells) && cells.length === 2 && cells.every((cell) => typeof cell === "string")
    ? (cells as [string, string])
    : undefined;
}

/** The parts as the store counts them after a pull and a split by the published part. */
async function figuresOf(file: string, parts: Parts): Promise<Figure[]> {
  const dataset = defineDataset({
    name: "published",
    text: "text",
    label: "label",
    source: {
      kind: "rows",
      *rows() {
        for (const [name, rows] of Object.entries(parts))
          for (const [text, label] of rows) yield {text, label, given: name, part: name.replace(/^oos_/, "")};
      }
    }
  });
  return inProject(dataset, async (store, version) => {
    const counted = await countedParts(store, version);
    const classes = counted.find(({name}) => name === "train")?.classes;
    return [
      ...counted.flatMap(({name, rows, each}): Figure[] => [
        {name: `${file}: rows of ${name}`, ours: rows, published: expectedOf(file, "counts", name)},
        {
          name: `${file}: rows of a class in ${name}`,
          ours: each,
          published: expectedOf(file, "per_class_counts", name),
          sorted: true
        }
      ]),
      {name: `${file}: classes of train`, ours: classes, published: expectedOf(file, "in_scope_labels")},
      ...overlaps(file, parts)
    ];
  });
}

async function countedParts(store: Store, version: VersionManifest) {
  store.refresh();
  const split = await ensureSplit(store, version, {strategy: "given", column: "part"});
  return store.rows<{name: string; rows: number; classes: number; each: number[]}>(
    `with classes as (
       select given as name, label, count(*)::int as n
       from published join (select row_id, part from parts where split = '${split.id}') using (row_id) group by all)
     select name, sum(n)::int as rows, count(*)::int as classes, list(distinct n order by n) as each from classes group by name order by name`
  );
}

/** Distinct texts of the training part that another part holds too, as they stand and by their plain words. */
function overlaps(file: string, {train = [], test = [], val = []}: Parts): Figure[] {
  const shared = (other: Parts[string], fold: (text: string) => string) => {
    const known = new Set(train.map(([text]) => fold(text)));
    return new Set(other.map(([text]) => fold(text)).filter((text) => known.has(text))).size;
  };
  const same = (text: string) => text;
  return [
    {
      name: `${file}: texts in train and test`,
      ours: shared(test, same),
      published: expectedOf(file, "exact_text_overlap_train_test")
    },
    {
      name: `${file}: texts in train and val`,
      ours: shared(val, same),
      published: expectedOf(file, "overlap_with_val")
    },
    {
      name: `${file}: plain words in train and test`,
      ours: shared(test, plainWords),
      published: expectedOf(file, "normalised_overlap_train_test")
    }
  ];
}
