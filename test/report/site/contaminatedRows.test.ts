import {afterAll, expect, it, vi} from "vitest";
import {trained} from "../../../src/evals/candidates/index.js";
import {lineageVerb} from "../../../src/cli/models/lineage.js";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {recorded} from "../../../src/inference/endpoints/index.js";
import {majorityClassifier} from "../../../src/training/finetunes/index.js";
import {candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {exactMatch} from "../../../src/evals/scorers/index.js";
import {contaminatedRows, lineage, runVerdict} from "../../../src/report/site/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {openStore} from "../../../src/base/store/index.js";
import {printed} from "../../support/printed.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const rows = [
  {id: "t1", part: "train", text: "my invoice is wrong", label: "billing"},
  {id: "t2", part: "train", text: "the page crashes", label: "bug"},
  {id: "e1", part: "test", text: "my invoice is wrong", label: "billing"},
  {id: "e2", part: "test", text: "how do I log in", label: "bug"}
];

afterAll(() => vi.unstubAllEnvs());

it("a run's lineage tells how many rows its candidates had learned from, as its verdict counts them", async () => {
  const workspace = await temporaryWorkspace();
  vi.stubEnv("ASSAY_PROJECT", workspace.project);
  const source = {kind: "rows", rows: () => rows} as const;
  const {version} = await pull(
    workspace,
    defineDataset({name: "q", id: "id", text: "text", label: "label", source})
  );
  const store = await openStore(workspace);
  try {
    const spec = {name: "given", strategy: "given", column: "part"} as const;
    const split = await ensureSplit(store, version, spec);
    const answers = rows.map(({id}) => ({id, output: "bug"}));
    const {manifest} = await runEval(
      defineEval({
        dataset: "q",
        split: spec,
        candidates: [
          trained("majority", majorityClassifier({text: "text", label: "label"})),
          candidate("api", recorded({name: "rec", rows: answers, hosting: "api", trust: "local"}), "m")
        ],
        prompt: "{{text}}",
        expected: "label",
        scorers: {exact: exactMatch}
      }),
      {store, version, split, evalName: "questions"}
    );
    store.refresh();
    const learned = [{candidate: "majority", clean: 1, near: 0, contaminated: 1, unknown: 0}];
    expect(await contaminatedRows(store, manifest!)).toEqual(learned);
    expect((await runVerdict(store, manifest!)).contamination!.candidates).toMatchObject(learned);
    const {nodes} = await lineage(store);
    expect(nodes.find(({id}) => id === `run:${manifest!.id}`)!.contaminated).toEqual(learned);
    const told = await printed(() => lineageVerb(manifest!.id, {}));
    expect(told).toMatch(/Rows that candidates had learned from\n.*\n(-.*\n)?majority +1 +0 +1 +0/);
    expect(told).toMatch(/q@[0-9a-f]{12}, train part of given, .*rows: trained majority/);
  } finally {
    await store.close();
  }
});
