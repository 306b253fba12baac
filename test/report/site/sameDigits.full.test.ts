import {expect, it} from "vitest";
import {scoreTable} from "../../../src/evals/decisions/index.js";
import {recorded} from "../../../src/inference/endpoints/index.js";
import {candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {exactMatch} from "../../../src/evals/scorers/index.js";
import {verdicts} from "../../../src/report/site/index.js";
import {openStore} from "../../../src/base/store/index.js";
import {plainRows} from "../../support/plainRows.js";

const ROWS = 3000;

it("gives costs and scores to the last digit each time, whichever thread of DuckDB meets a row first", async () => {
  const {rows, store, version, spec, split} = await plainRows(ROWS);
  const definition = defineEval({
    dataset: "q",
    split: spec,
    candidates: ["a", "b"].map((name) =>
      candidate(
        name,
        recorded({
          name: `${name} recorded`,
          rows: rows.map(({id}) => ({id, output: ["x", "y", "x"]})),
          usage: ({id}: {id?: unknown}) => ({
            promptTokens: 100 + Number(id),
            completionTokens: 7
          }),
          price: {inputUsdPerMillion: 0.37, outputUsdPerMillion: 1.13, asOf: "2026-11-01", source: "made up"}
        }),
        name
      )
    ),
    prompt: "{{text}}",
    expected: "label",
    repeats: 3,
    scorers: {exact: exactMatch}
  });
  const {manifest} = await runEval(definition, {store, version, split, evalName: "q"});
  store.close();
  const readings = new Set<string>();
  for (let reading = 0; reading < 10; reading++) {
    const again = await openStore(store.workspace);
    const {runs} = await verdicts(again);
    const {values} = await scoreTable(again, manifest!.id, "exact");
    readings.add(JSON.stringify([runs[0]!.verdict.costs, values]));
    again.close();
  }
  expect(readings.size).toBe(1);
});
