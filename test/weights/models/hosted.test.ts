import {describe, expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {recorded} from "../../../src/inference/endpoints/index.js";
import {
  hostedModelId,
  lineage,
  recordHostedModel,
  saveModel,
  trainingRecords
} from "../../../src/weights/models/index.js";
import {candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {exactMatch} from "../../../src/evals/scorers/index.js";
import {runVerdict} from "../../../src/report/site/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {modelsDir, openStore} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const rows = Array.from({length: 60}, (_, i) => ({id: `r${i}`, text: `text ${i}`, label: `l${i % 2}`}));

describe("a model without files", () => {
  it("is known by who serves it, and its parents and training count as any other model's do", async () => {
    const workspace = await temporaryWorkspace();
    const {version} = await pull(
      workspace,
      defineDataset({
        name: "mails",
        id: "id",
        text: "text",
        label: "label",
        source: {kind: "rows", rows: () => rows}
      })
    );
    const store = await openStore(workspace);
    const split = await ensureSplit(store, version, {strategy: "random", test: 0.3, validation: 0});
    const dir = modelsDir(workspace);
    const base = await saveModel(dir, {
      name: "base",
      architecture: "majority",
      labels: ["l0", "l1"],
      settings: {},
      parents: [],
      files: {"config.json": "{}"}
    });
    const endpoint = recorded({
      name: "provider",
      rows: rows.map(({id, label}) => ({id, output: label})),
      hosting: "api",
      trust: "local"
    });
    const model = "ft:small:team::abc";
    const identity = await endpoint.identity(model);
    expect(await hostedModelId(dir, {endpoint: identity, model})).toBeUndefined();
    const hosted = await recordHostedModel(dir, {
      name: "small, tuned",
      endpoint: identity,
      model,
      parents: [{id: base.id, name: base.name}],
      training: {
        dataset: "mails",
        version: version.sha256,
        split: split.sha256,
        part: "test",
        rows: split.counts.test!,
        rowsSha256: "",
        seed: 1,
        seconds: 60
      }
    });
    expect(hosted.files).toEqual([]);
    expect(await hostedModelId(dir, {endpoint: identity, model})).toBe(hosted.id);
    expect(await hostedModelId(dir, {endpoint: identity, model: "ft:other"})).toBeUndefined();
    expect((await lineage(dir, hosted.id)).map(({name}) => name)).toEqual(["small, tuned", "base"]);
    expect(await trainingRecords(dir, hosted.id)).toEqual({records: [hosted.training], gaps: [], erased: []});

    const {manifest} = await runEval(
      defineEval({
        dataset: "mails",
        split: {strategy: "random", test: 0.3, validation: 0},
        candidates: [candidate("tuned", endpoint, model)],
        prompt: "{{text}}",
        expected: "label",
        scorers: {exact: exactMatch}
      }),
      {store, version, split, evalName: "mails"}
    );
    expect(manifest!.candidates[0]!.modelId).toBe(hosted.id);
    store.refresh();
    // It was trained on the very part that it is scored on.
    const {verdict, contamination} = await runVerdict(store, manifest!);
    expect(contamination!.candidates[0]).toMatchObject({candidate: "tuned", share: 1});
    expect(verdict.risks[0]!.kind).toBe("contamination");
    expect(verdict.tieBreakers?.bytes).toEqual({});
    store.close();
  });
});
