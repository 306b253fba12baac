import {defineDataset, pull} from "../../src/data/datasets/index.js";
import {recorded} from "../../src/inference/endpoints/index.js";
import {type CandidateCosts, candidate, defineEval, runEval} from "../../src/evals/runner/index.js";
import {normalizedMatch} from "../../src/evals/scorers/index.js";
import {ensureSplit} from "../../src/data/splits/index.js";
import {openStore, openWorkspace, type RunManifest} from "../../src/base/store/index.js";

const ROWS = 300;
const SPLIT = {name: "all", strategy: "given" as const, column: "part"};

/** Right on this share of the rows, always the first ones; tokens of a prompt grow with the row. */
const CANDIDATES: Record<string, {right: number; usd?: number; usage?: boolean} & CandidateCosts> = {
  large: {right: 0.9, usd: 10},
  medium: {
    right: 0.9,
    usd: 2,
    hosting: [
      {kind: "api", provider: "Example Inc."},
      {
        kind: "cloud",
        provider: "Example Cloud",
        usdPerHour: 1,
        requestsPerSecond: 2,
        utilisation: 0.5,
        source: "made up for a test",
        asOf: "2026-11-01"
      }
    ],
    wayThere: {kind: "fine-tune", hours: 2, usdPerHour: 1.5, evalUsd: 1, repeatsPerYear: 4}
  },
  small: {right: 0.5, usd: 0.1},
  untold: {right: 0.7, hosting: "on-prem"}
};

/** A run of four recorded candidates on 300 rows, one with two hostings and one without a price; returns its record. */
export async function costStore(project: string): Promise<RunManifest> {
  const workspace = await openWorkspace(project, `${project}/.assay`);
  const rows = Array.from({length: ROWS}, (_, i) => ({
    id: `q${String(i).padStart(3, "0")}`,
    question: `What is ${i} and 1?`,
    answer: String(i + 1),
    part: "test"
  }));
  const dataset = defineDataset({
    name: "sums",
    id: "id",
    text: "question",
    sensitivity: "public",
    source: {kind: "rows", rows: () => rows, describe: {generator: "cost store"}}
  });
  const {version} = await pull(workspace, dataset);
  const store = await openStore(workspace);
  try {
    const split = await ensureSplit(store, version, SPLIT);
    const definition = defineEval({
      name: "sums",
      dataset: "sums",
      split: SPLIT,
      prompt: "{{question}}",
      expected: "answer",
      candidates: Object.entries(CANDIDATES).map(([name, {right, usd, ...costs}]) =>
        candidate(
          name,
          recorded({
            name: `recording of ${name}`,
            rows: rows.map(({id, answer}, i) => ({
              id,
              output: i < right * ROWS ? answer : "I am not sure about this one"
            })),
            usage: ({id}: {id?: unknown}) => ({
              promptTokens: 100 + Number(String(id).slice(1)),
              completionTokens: 20
            }),
            price:
              usd === undefined
                ? undefined
                : {
                    inputUsdPerMillion: usd,
                    outputUsdPerMillion: 4 * usd,
                    asOf: "2026-11-01",
                    source: "made up"
                  },
            latencyMs: () => 12
          }),
          `example-${name}`,
          costs
        )
      ),
      scorers: {correct: normalizedMatch()},
      margin: 0.05
    });
    return (await runEval(definition, {store, version, split, evalName: "sums"})).manifest!;
  } finally {
    store.close();
  }
}
