import {describe, expect, it} from "vitest";
import {finetuned, mergedModel} from "../../src/evals/candidates/index.js";
import {lineage, listModels} from "../../src/weights/models/index.js";
import {runVerdict} from "../../src/report/site/index.js";
import {modelsDir} from "../../src/base/store/index.js";
import {asked, declared, made, run, setUpDeclared, store} from "./support/declaredFinetunes.js";

setUpDeclared();

describe("a fine-tune that another fine-tune or an eval names", () => {
  it("is the declared model in an eval of another dataset, of another split, and in a merge", async () => {
    await made("preferred");
    const base = await made("base");
    const before = (await listModels(modelsDir(store.workspace))).length;
    const source = await declared("base");
    const average = mergedModel({
      name: "average",
      method: "linear",
      models: [{source, parameters: {weight: 1}}]
    });
    const other = await run("pairs", [
      finetuned("base", source, asked),
      finetuned("average", average, asked)
    ]);
    const [own, merge] = other.candidates;
    expect(own!.modelId).toBe(base.id);
    const dir = modelsDir(store.workspace);
    expect((await lineage(dir, merge!.modelId!)).map(({id}) => id)).toContain(base.id);
    expect((await listModels(dir)).length).toBe(before + 1);
    const {contamination: none} = await runVerdict(store, other);
    expect(none!.candidates[0]).toMatchObject({clean: 5, contaminated: 0});

    const turned = await run("words", [finetuned("base", source, asked)], {
      strategy: "given",
      name: "turned",
      column: "turned"
    });
    expect(turned.candidates[0]!.modelId).toBe(base.id);
    const {contamination, verdict} = await runVerdict(store, turned);
    expect(contamination!.candidates[0]).toMatchObject({clean: 0, contaminated: 10});
    expect([...verdict.warnings, ...verdict.risks.map(({sentence}) => sentence)].join("\n")).toContain(
      "100.0% of the scored rows are not clean for base (10 stand in the training part)"
    );
    expect((await listModels(dir)).length).toBe(before + 1);
  });
});
