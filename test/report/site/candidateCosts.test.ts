import {expect, it} from "vitest";
import {recorded} from "../../../src/inference/endpoints/index.js";
import {candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {exactMatch} from "../../../src/evals/scorers/index.js";
import {verdicts} from "../../../src/report/site/index.js";
import {plainRows} from "../../support/plainRows.js";

it("shows what a thousand rows cost as the verdict does: all repeats together, and nothing while an answer has no known cost", async () => {
  const {rows, store, version, spec, split} = await plainRows(12);
  const one = (name: string, isTold: (row: number) => boolean) =>
    candidate(
      name,
      recorded({
        name: `${name} recorded`,
        rows: rows.map(({id}) => ({id, output: ["x", "x", "x"]})),
        usage: ({id}: {id?: unknown}) =>
          isTold(Number(id)) ? {promptTokens: 1000, completionTokens: 0} : undefined,
        price: {inputUsdPerMillion: 2, outputUsdPerMillion: 2, asOf: "2026-11-01", source: "made up"}
      }),
      name
    );
  const definition = defineEval({
    dataset: "q",
    split: spec,
    candidates: [one("all", () => true), one("half", (row) => row % 2 === 0)],
    prompt: "{{text}}",
    expected: "label",
    repeats: 3,
    scorers: {exact: exactMatch}
  });
  await runEval(definition, {store, version, split, evalName: "q"});
  const [run] = (await verdicts(store)).runs;
  store.close();
  expect(run!.verdict.costs!["all"]!.usdPerThousand).toBeCloseTo(3 * 2, 9);
  expect(run!.verdict.costs!["half"]).toBeUndefined();
  expect(
    run!.candidates.map(({name, costPerThousand, unpriced}) => [name, costPerThousand, unpriced])
  ).toEqual([
    ["all", run!.verdict.costs!["all"]!.usdPerThousand, 0],
    ["half", undefined, 18]
  ]);
  expect(run!.candidates.map(({isPriced}) => isPriced)).toEqual([true, true]);
});
