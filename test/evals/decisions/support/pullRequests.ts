import type {TracedRun} from "../../../../src/evals/decisions/index.js";
import {rng} from "../../../../src/base/stats/index.js";

export interface Months {
  seed: number;
  /** Pull requests, each with one run of every candidate. */
  runs: number;
  rows: number;
  candidates?: number;
  /** The share of rows whose answer varies from run to run; the others always score the same. */
  varying?: number;
  /** Rows of one cluster vary together. */
  clusterSize?: number;
  /** How much likelier a row is to fail in the run of this number, 0-based; 0 while nothing changed. */
  loss?(run: number): number;
}

/**
 * Runs of months of pull requests, one at a time: a row is answered rightly with a probability of its own, the same in
 * every run but for `loss`. The mean score is about 0.7.
 */
export function* pullRequests({
  seed,
  runs,
  rows,
  candidates = 1,
  varying = 0.5,
  clusterSize = 1,
  loss = () => 0
}: Months): Generator<TracedRun> {
  const next = rng("pull requests", seed);
  const names = Array.from({length: candidates}, (_, c) => `c${c}`);
  const chances = names.map(() =>
    Array.from({length: rows}, () => (next() < varying ? 0.4 + 0.6 * next() : +(next() < 0.7)))
  );
  const rowIds = Array.from({length: rows}, (_, row) => `r${row}`);
  const clusters = clusterSize > 1 ? rowIds.map((_, row) => `t${Math.floor(row / clusterSize)}`) : undefined;
  for (let run = 0; run < runs; run++) {
    const lost = loss(run);
    const values = chances.map((own) => {
      let luck = 0;
      return own.map((chance, row) => {
        if (row % clusterSize === 0) luck = next();
        return +(luck < chance - lost);
      });
    });
    yield {
      id: `pr${run}`,
      stream: "sim",
      table: {candidates: names, rowIds, clusters, values, binary: true}
    };
  }
}
