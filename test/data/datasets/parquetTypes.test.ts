// @module-tag long
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {openDatabase, openStore} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const dataset = (files: string, more: object, append = false) =>
  defineDataset({name: "pieces", id: "id", source: {kind: "files", files, ...more}, append});

/** The rows of a dataset of Parquet files, one for each query, and the type of their column `v`. */
async function pulled(queries: readonly string[], more: object = {}, append = false) {
  const workspace = await temporaryWorkspace();
  const db = await openDatabase({tmpDir: workspace.tmpDir});
  for (const [i, query] of queries.entries())
    await db.run(`copy (${query}) to '${join(workspace.project, `part-${i}.parquet`)}' (format parquet)`);
  db.close();
  if (append) await pull(workspace, dataset("part-0.parquet", more, true));
  const {version} = await pull(
    workspace,
    dataset(append ? "part-1.parquet" : "part-*.parquet", more, append)
  );
  const store = await openStore(workspace);
  const rows = await store.rows<{row_id: string; v: unknown}>(
    "select row_id, v from pieces order by length(row_id), row_id"
  );
  store.close();
  return {
    ids: rows.map(({row_id: id}) => id),
    values: rows.map(({v}) => v),
    type: version.columns.find(({name}) => name === "v")!.type
  };
}

const whole = "select 1790000000000000001 as id, 9007199254740993 as v";
const fractions = "select 2.0::double as id, 0.5::double as v union all select 3, null";

describe("a column of Parquet files that has several types", () => {
  it.each([
    ["read together", {}, false],
    ["read with the names of their files", {filename: "file"}, false],
    ["pulled one after another", {}, true]
  ])("keeps whole numbers beside fractions, %s, whichever comes first", async (_how, more, append) => {
    for (const queries of [
      [whole, fractions],
      [fractions, whole]
    ])
      expect(await pulled(queries, more, append)).toEqual({
        ids: ["2", "3", "1790000000000000001"],
        values: ["0.5", null, "9007199254740993"],
        type: "VARCHAR"
      });
  });

  it("is of doubles where these hold every number, also beside small floats", async () => {
    const {values, type} = await pulled([
      "select 1 as id, 16777217 as v",
      "select 2 as id, 0.5::float as v",
      "select 3 as id, 12.25::decimal(10, 2) as v",
      "select 4 as id, null::varchar as v"
    ]);
    expect({values, type}).toEqual({values: [16777217, 0.5, 12.25, null], type: "DOUBLE"});
  });

  it("is text where some values are, with booleans and moments as rows show them", async () => {
    const {values, type} = await pulled([
      "select 1 as id, true as v",
      "select 2 as id, 1.0::double as v",
      "select 3 as id, timestamp '2026-01-02 03:04:05' as v"
    ]);
    expect({values, type}).toEqual({values: ["true", "1", "2026-01-02T03:04:05.000Z"], type: "VARCHAR"});
  });

  it("is JSON where some values are lists", async () => {
    const {values, type} = await pulled(["select 1 as id, [1, 2] as v", "select 2 as id, 'x' as v"]);
    expect({values, type}).toEqual({values: ["[1,2]", '"x"'], type: "JSON"});
  });
});
