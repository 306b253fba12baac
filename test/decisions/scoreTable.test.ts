import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {scoreTable, slicingsOf} from "../../src/decisions/index.js";
import {openStore, type Store} from "../../src/store/index.js";
import {sampleStore} from "../support/sampleStore.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

describe("the scores of a run", () => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore(await sampleStore(await temporaryProject()));
  });
  afterAll(() => store.close());

  it("stand where the store has them: by candidate and in the order of the plan, failures undefined", async () => {
    for (const run of await store.runs()) {
      const table = await scoreTable(store, run.id, run.primaryScorer);
      const items = await store.rows<{row_id: string; cluster: string | null; slices: string}>(
        "select row_id, cluster, slices from items where run = $run order by position",
        {run: run.id}
      );
      expect(table.rowIds).toEqual(items.map(({row_id: id}) => id));
      expect(table.clusters ?? items.map(() => null)).toEqual(items.map(({cluster}) => cluster));
      const scores = await store.rows<{row_id: string; candidate: string; value: number | null}>(
        "select row_id, candidate, value from scores where run = $run and scorer = $scorer and status = 'scored'",
        {run: run.id, scorer: run.primaryScorer}
      );
      const known = new Map(scores.map((one) => [`${one.candidate} ${one.row_id}`, one.value]));
      expect(table.candidates).toEqual(run.candidates.map(({name}) => name));
      table.candidates.forEach((candidate, c) =>
        expect(table.values[c]).toEqual(table.rowIds.map((id) => known.get(`${candidate} ${id}`)))
      );
      expect(table.values.flat().filter((value) => value !== undefined)).toHaveLength(scores.length);
      expect(await slicingsOf(store, run)).toEqual([
        {
          name: "length",
          values: items.map(({slices}) => (JSON.parse(slices) as {length: string}).length)
        }
      ]);
    }
  });

  it("of a run that the store does not have are an error", async () => {
    await expect(scoreTable(store, "none", "x")).rejects.toThrow("no such run: none");
  });
});
