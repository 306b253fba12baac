import fc from "../../../support/property.js";
import {describe, expect, it} from "vitest";
import {defineDataset, labelConflicts, nearDuplicates, pull} from "../../../../src/data/datasets/index.js";
import {openStore} from "../../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../../support/temporaryWorkspace.js";

const long = (topic: string, n = 40) => Array.from({length: n}, (_, i) => `${topic}${i}`).join(" ");
const rows = [
  {id: "a1", text: long("alpha"), label: "x"},
  {id: "a2", text: `${long("alpha")} indeed`, label: "y"},
  {id: "a3", text: long("alpha").toUpperCase(), label: "x"},
  {id: "b1", text: long("beta"), label: "x"},
  {id: "c1", text: "Short text!", label: "z"},
  {id: "c2", text: "short  text", label: "w"},
  {id: "d1", text: null, label: "x"},
  {id: "d2", text: null, label: "y"}
];

async function storeOf(of: readonly object[], pieces = 1) {
  const workspace = await temporaryWorkspace();
  const size = Math.ceil(of.length / pieces);
  async function* inPieces() {
    for (let i = 0; i < of.length; i += size) yield* of.slice(i, i + size);
  }
  const {version} = await pull(
    workspace,
    defineDataset({name: "t", id: "id", text: "text", label: "label", source: {kind: "rows", rows: inPieces}})
  );
  const store = await openStore(workspace);
  return {store, version, workspace};
}

describe("nearDuplicates", () => {
  it("names each cluster for its smallest row id and shows the similarity to it", async () => {
    const {store, version} = await storeOf(rows);
    const found = await nearDuplicates(store, version);
    expect(found).toMatchObject({clusters: 2, rows: 5, sameText: 4});
    expect(await store.rows(`select * from read_parquet('${found.file}') order by row_id`)).toEqual([
      {row_id: "a1", cluster: "a1", size: 3, similarity: 1},
      {row_id: "a2", cluster: "a1", size: 3, similarity: 36 / 37},
      {row_id: "a3", cluster: "a1", size: 3, similarity: 1},
      {row_id: "c1", cluster: "c1", size: 2, similarity: 1},
      {row_id: "c2", cluster: "c1", size: 2, similarity: 1}
    ]);
    expect(await nearDuplicates(store, version)).toEqual(found);
    store.close();
  });

  it("finds the same clusters in whatever order and pieces the rows arrive", async () => {
    const clusters = async (of: readonly object[], pieces: number) => {
      const {store, version} = await storeOf(of, pieces);
      const {file} = await nearDuplicates(store, version);
      const found = await store.rows(`select * from read_parquet('${file}') order by row_id`);
      store.close();
      return {id: version.id, found};
    };
    const expected = await clusters(rows, 1);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(rows, {minLength: rows.length}),
        fc.integer({min: 1, max: 4}),
        async (shuffled, pieces) => {
          expect(await clusters(shuffled, pieces)).toEqual(expected);
        }
      ),
      {numRuns: 6}
    );
  });

  it("refuses a similarity that is none", async () => {
    const {store, version} = await storeOf(rows);
    await expect(nearDuplicates(store, version, {threshold: 0})).rejects.toThrow(/above 0 and at most 1/);
    store.close();
  });
});

describe("labelConflicts", () => {
  it("lists clusters that do not agree on their label, and tells same texts from similar ones", async () => {
    const {store, version} = await storeOf(rows);
    const found = await labelConflicts(store, version);
    expect(found).toMatchObject({clusters: 2, rows: 5});
    expect(found!.conflicts).toMatchObject([
      {
        cluster: "a1",
        kind: "near-duplicate",
        labels: [
          {label: "x", rows: 2},
          {label: "y", rows: 1}
        ]
      },
      {cluster: "c1", kind: "same text", rows: [{rowId: "c1", label: "z", similarity: 1}, {rowId: "c2"}]}
    ]);
    store.close();
  });

  it("is undefined for a dataset without labels", async () => {
    const workspace = await temporaryWorkspace();
    const {version} = await pull(
      workspace,
      defineDataset({name: "t", text: "text", source: {kind: "rows", rows: () => rows}})
    );
    const store = await openStore(workspace);
    expect(await labelConflicts(store, version)).toBeUndefined();
    store.close();
  });
});
