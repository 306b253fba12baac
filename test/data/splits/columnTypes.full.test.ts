import {expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {ensureSplit, splitLeaks, type SplitSpec} from "../../../src/data/splits/index.js";
import {openStore} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const rows = Array.from({length: 240}, (_, i) => ({
  id: `r${i}`,
  text: `word${i} and word${i * 7}`,
  customer: i % 11 === 0 ? null : i % 60,
  label: i % 3
}));

/** Splits of the same rows, customer and label having another type. */
async function splitAs(type: string, specs: readonly SplitSpec[]) {
  const workspace = await temporaryWorkspace();
  const cast = (column: string) => (type === "JSON" ? `to_json(${column})` : `${column}::${type}`);
  const {version} = await pull(
    workspace,
    defineDataset({
      name: "tickets",
      source: {kind: "rows", rows: () => rows},
      sql: `select * replace (${cast("customer")} as customer, ${cast("label")} as label) from source`,
      id: "id",
      text: "text",
      label: "label",
      group: "customer"
    })
  );
  expect(version.columns).toContainEqual({name: "customer", type});
  const store = await openStore(workspace);
  try {
    const found = [];
    for (const spec of specs) {
      const {id, labels, measures} = await ensureSplit(store, version, spec);
      const parts = await store.rows(
        `select row_id, part, group_key from parts where split = '${id}' order by row_id`
      );
      const leaks = (
        await splitLeaks(
          store,
          (await store.splits()).find((one) => one.id === id)!
        )
      ).filter(({measure}) => measure === "same group");
      found.push({parts, labels, groups: measures.groupLeakage, leaks});
    }
    return found;
  } finally {
    store.close();
  }
}

it("the type of a group or class column, which other rows may change, moves no row of a split", async () => {
  const specs: SplitSpec[] = (["group", "stratified-group", "cluster", "stratified", "random"] as const).map(
    (strategy) => ({strategy})
  );
  const whole = await splitAs("BIGINT", specs);
  expect(whole[4]!.groups).toMatchObject({rows: expect.any(Number) as number});
  expect(whole[4]!.leaks.length).toBeGreaterThan(0);
  expect(Object.keys(whole[0]!.labels!.train!)).toEqual(["0", "1", "2"]);
  for (const type of ["VARCHAR", "DOUBLE", "JSON"]) expect(await splitAs(type, specs)).toEqual(whole);
});

it("a column that names the part may hold numbers beside texts, and is read as JSON then", async () => {
  const workspace = await temporaryWorkspace();
  const {version} = await pull(
    workspace,
    defineDataset({
      name: "published",
      source: {kind: "rows", rows: () => rows},
      sql: `select id, to_json(case label when 0 then 'test' when 1 then 'Dev' else 'train' end) as part from source`,
      id: "id"
    })
  );
  const store = await openStore(workspace);
  try {
    const {counts} = await ensureSplit(store, version, {strategy: "given", column: "part"});
    expect(counts).toEqual({test: 80, train: 80, validation: 80});
  } finally {
    store.close();
  }
});
