import {expect, it} from "vitest";
import {defineDataset, pull} from "../../src/datasets/index.js";
import {recorded} from "../../src/endpoints/index.js";
import {candidate, defineEval, runEval} from "../../src/runner/index.js";
import {exactMatch} from "../../src/scorers/index.js";
import {verdicts} from "../../src/site/index.js";
import {ensureSplit} from "../../src/splits/index.js";
import {openStore} from "../../src/store/index.js";
import {temporaryWorkspace} from "../support/temporaryWorkspace.js";

it("shows what a thousand rows cost as the verdict does: all repeats together, and nothing while an answer has no known cost", async () => {
  const workspace = await temporaryWorkspace();
  const rows = Array.from({length: 12}, (_, i) => ({
    id: String(i),
    text: `row ${i}`,
    label: "x",
    part: "test"
  }));
  const dataset = defineDataset({
    name: "q",
    id: "id",
    text: "text",
    source: {kind: "rows", rows: () => rows}
  });
  const {version} = await pull(workspace, dataset);
  const store = await openStore(workspace);
  const spec = {strategy: "given", column: "part"} as const;
  const split = await ensureSplit(store, version, spec);
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
});
