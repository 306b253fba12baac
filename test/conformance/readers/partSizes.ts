import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {defineDataset, pull} from "../../../src/datasets/index.js";
import {ensureSplit} from "../../../src/splits/index.js";
import {openStore} from "../../../src/store/index.js";
import {expected, type Figure, type Reader} from "../figure.js";
import {type Item} from "../item.js";

type Parts = Record<string, [text: string, label: string][]>;

/** A JSON object of named parts, each a list of [text, label], some of them `oos_…`: of texts outside all classes. */
export const partSizes: Reader = {
  kind: "published parts of labelled texts",
  matches: (item) => partsFiles(item).length > 0,
  figures: async (item) => (await Promise.all(partsFiles(item).map((file) => figuresOf(item, file)))).flat()
};

function partsFiles(item: Item): string[] {
  return item.files.filter((file) => file.endsWith(".json") && isParts(item.json(file)));
}

function isParts(value: unknown): value is Parts {
  const lists = typeof value === "object" && value !== null ? Object.values(value) : [];
  return (
    lists.length > 1 &&
    lists.every((list: unknown) => {
      const first: unknown = Array.isArray(list) ? list[0] : undefined;
      return Array.isArray(first) && first.length === 2 && first.every((cell) => typeof cell === "string");
    })
  );
}

/** The parts as the store counts them after a pull and a split by the published part. */
async function figuresOf(item: Item, file: string): Promise<Figure[]> {
  const parts = item.json(file) as Parts;
  const folder = await mkdtemp(join(tmpdir(), "assay-conformance-"));
  const store = await openStore(folder);
  try {
    const {version} = await pull(
      store.workspace,
      defineDataset({
        name: "published",
        text: "text",
        label: "label",
        source: {
          kind: "rows",
          *rows() {
            for (const [name, rows] of Object.entries(parts))
              for (const [text, label] of rows)
                yield {text, label, part: name.replace(/^oos_/, ""), outside: name.startsWith("oos_")};
          }
        }
      })
    );
    await store.refresh();
    const split = await ensureSplit(store, version, {strategy: "given", column: "part"});
    const counted = await store.rows<{name: string; rows: number; classes: number; each: number[]}>(
      `with classes as (
         select case when outside then 'oos_' else '' end || case p.part when 'validation' then 'val' else p.part end as name, label, count(*)::int as n
         from published join (select row_id, part from parts where split = '${split.id}') p using (row_id) group by all)
       select name, sum(n)::int as rows, count(*)::int as classes, list(distinct n order by n) as each from classes group by name order by name`
    );
    return [
      ...counted.flatMap(({name, rows, each}) => [
        {name: `rows of ${name}`, ours: rows, published: expected("counts", name)},
        {name: `rows of a class in ${name}`, ours: each, published: expected("per_class_counts", name)}
      ]),
      {
        name: "classes of train",
        ours: counted.find(({name}) => name === "train")?.classes,
        published: expected("in_scope_labels")
      }
    ];
  } finally {
    store.close();
    await rm(folder, {recursive: true, force: true});
  }
}
