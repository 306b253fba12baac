import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {decide, pairwise, scoreTable, slicingsOf} from "../../../src/evals/decisions/index.js";
import type {Figure} from "./benchmark.js";
import {generatedRun} from "./generatedRun.js";

const rows = 100_000;
const candidates = 10;
const values = 10;

/** Every pair of candidates over all rows and in 20 slices, from the store's Parquet to corrected intervals. */
export async function pairs(): Promise<Figure> {
  const folder = await mkdtemp(join(tmpdir(), "assay-bench-pairs-"));
  try {
    const {store, run} = await generatedRun(folder, {rows, candidates, values});
    const seconds: number[] = [];
    let read = Infinity;
    let verdict = Infinity;
    let shape = "";
    try {
      for (let round = 0; round < 3; round++) {
        const start = performance.now();
        const table = await scoreTable(store, run.id, run.primaryScorer);
        const slicings = await slicingsOf(store, run);
        read = Math.min(read, (performance.now() - start) / 1000);
        const found = pairwise(table, slicings);
        seconds.push((performance.now() - start) / 1000);
        shape = `${found.pairs.length} pairs, ${found.slices.length} slices, ${found.comparisons} comparisons in them`;
        const decided = performance.now();
        decide(table, {margin: 0.01, seed: "bench"});
        verdict = Math.min(verdict, (performance.now() - decided) / 1000);
      }
    } finally {
      store.close();
    }
    return {
      name: `all pairs of ${(rows * candidates).toLocaleString("en-US")} scores from the store (${shape})`,
      seconds,
      target: 3,
      note: `${read.toFixed(2)} s of it reading; the verdict on top takes ${verdict.toFixed(2)} s`
    };
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}
