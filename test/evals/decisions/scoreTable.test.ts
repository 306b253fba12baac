import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {scoreTable, slicingsOf} from "../../../src/evals/decisions/index.js";
import {candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {recorded} from "../../../src/inference/endpoints/index.js";
import type {Scorer} from "../../../src/evals/scorers/index.js";
import {openStore, type Store} from "../../../src/base/store/index.js";
import {plainRows} from "../../support/plainRows.js";
import {sampleStore} from "../../support/sampleStore.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

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

  it("say of scored rows which share of their repeats failed, and nothing where none did", async () => {
    const {rows, store, version, spec, split} = await plainRows(30);
    const outputs = (row: number) =>
      row % 3 === 0 ? ["x", "", ""] : row % 3 === 1 ? ["x", "y", "x"] : ["", "", ""];
    const strict: Scorer = ({output}) => (output === "" ? {failed: "empty"} : output === "x");
    const recording = rows.map(({id}, row) => ({id, output: outputs(row)}));
    const definition = defineEval({
      dataset: "q",
      split: spec,
      candidates: [candidate("a", recorded({name: "a recorded", rows: recording}), "a")],
      prompt: "{{text}}",
      expected: "label",
      repeats: 3,
      scorers: {strict, lenient: ({output}) => output === "x"}
    });
    const {manifest} = await runEval(definition, {store, version, split, evalName: "q"});
    store.refresh();
    const table = await scoreTable(store, manifest!.id, "strict");
    const shares = table.values[0]!.map((value, row) => [value, table.failedRepeats![0]![row]]);
    const place = (id: string) => Number(rows.findIndex((one) => String(one.id) === id)) % 3;
    const near = expect.closeTo(2 / 3, 12) as number;
    const wanted = [
      [1, near],
      [near, 0],
      [undefined, 0]
    ];
    expect(shares).toEqual(table.rowIds.map((id) => wanted[place(id)]));
    expect((await scoreTable(store, manifest!.id, "lenient")).failedRepeats).toBeUndefined();
    store.close();
  });

  it("of a run that the store does not have are an error", async () => {
    await expect(scoreTable(store, "none", "x")).rejects.toThrow("no such run: none");
  });
});
