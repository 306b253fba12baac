import {existsSync} from "node:fs";
import {cp, mkdir, readdir} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {localCandidate} from "../../src/evals/candidates/index.js";
import {modelsVerb} from "../../src/cli/models/models.js";
import {removeModelsVerb} from "../../src/cli/models/removeModels.js";
import {tfidfLogReg} from "../../src/training/finetunes/index.js";
import {findModel, runnable} from "../../src/inference/localModels/index.js";
import {recordFiles} from "../../src/training/jobs/index.js";
import {keepModel, loadModel, type ModelManifest, saveModel} from "../../src/weights/models/index.js";
import {runEval} from "../../src/evals/runner/index.js";
import {runnableModelsDir} from "../../src/base/store/index.js";
import {server, wordsEval} from "../evals/runner/support/project.js";
import {printed} from "../support/printed.js";
import {tinyAdapter} from "../support/tinyAdapter.js";
import {tinyLanguageModel} from "../support/tinyLanguageModel.js";
import {at, contextOf, dir, ids, project, remove, setUpModels, workspace} from "./support/modelsProject.js";

async function languageModel(name: string, seed = name): Promise<ModelManifest> {
  const folder = await tinyLanguageModel(join(dir, `.${name}`), {seed});
  return keepModel(dir, folder, {name, architecture: "language-model", settings: {name}, parents: []});
}

const majority = (name: string, count: number, parents: ModelManifest[] = []) =>
  saveModel(dir, {
    name,
    architecture: "majority",
    labels: ["ham", "spam"],
    settings: {count},
    parents: parents.map(({id, name: own}) => ({id, name: own})),
    files: {"config.json": JSON.stringify({counts: [count, 1]})}
  });

/** A sealed run whose candidate is this model. */
async function runOn(model: ModelManifest): Promise<void> {
  const params = {max_tokens: 2};
  const definition = wordsEval(server("http://127.0.0.1:9"), {
    candidates: [localCandidate("own", model.id, {params})]
  });
  await runEval(definition, {...project, evalName: "words", options: {preflight: false, limit: 2}});
  project.store.refresh();
}

setUpModels();

describe("removing a model", () => {
  it("takes it away with its record and the files converted of it, when nothing else names it", async () => {
    const own = await languageModel("own");
    const other = await languageModel("other");
    for (const {id} of [own, other])
      for (const type of ["f16", "q8_0"]) await runnable(await findModel(id, workspace), workspace, {type});
    const would = await printed(() => removeModelsVerb(["own"], {dryRun: true}));
    expect(would).toMatch(/^would remove own \([0-9a-f]{12}\), \d\.\d MB\n$/);
    expect(await ids()).toHaveLength(2);
    expect(await remove("own")).toBe(would.replace("would remove", "removed"));
    expect(await ids()).toEqual([other.id]);
    expect(existsSync(join(dir, own.id))).toBe(false);
    expect(await readdir(runnableModelsDir(workspace))).toHaveLength(2);
    await expect(findModel("own", workspace)).rejects.toThrow(/There is no model "own"/);
  });

  it("keeps the record for a run that names it, and refuses to use what has no files", async () => {
    const own = await languageModel("own");
    await runOn(own);
    expect(await remove("own")).toMatch(
      /^removed the files of own .*; its record stays, because 1 run names it\n$/
    );
    expect(await readdir(join(dir, own.id))).toEqual(["manifest.json"]);
    await expect(findModel("own", workspace)).rejects.toThrow(
      /the files of model own \([0-9a-f]{12}\) were removed on \d{4}-.* Train it again/
    );
    expect(await printed(() => modelsVerb({}))).toMatch(/files removed on \d{4}-/);
    expect(await remove("own")).toMatch(/^the files of own \(\S+ were removed before; its record stays/);
    // The same model kept anew is whole again.
    const again = await languageModel("own");
    expect(again.id).toBe(own.id);
    expect((await findModel("own", workspace)).id).toBe(own.id);
  });

  it("is made again by what trains it, and not taken for what is there", async () => {
    const source = tfidfLogReg({name: "spam filter", text: "text", label: "label"});
    const first = await source.build(contextOf());
    await majority("child", 3, [first]);
    await remove("spam filter");
    await expect(loadModel(dir, first.id)).rejects.toThrow(/files of model spam filter .* were removed/);
    await expect(source.build({...contextOf(), onlyKnown: true})).rejects.toThrow(/is not made yet/);
    expect((await source.build(contextOf())).id).toBe(first.id);
    const loaded = await loadModel(dir, first.id);
    expect((await loaded.predict(["buy pills"]))[0]!.label).toBe("spam");
  });

  it("takes an adapter's base only with the adapter", async () => {
    const base = await languageModel("base");
    await tinyAdapter(at("steer"), 1, base.id);
    const steering = await recordFiles(workspace, at("steer"), {
      name: "steering",
      parents: [base],
      settings: {}
    });
    await expect(remove("base")).rejects.toThrow(
      /no model was removed\. steering \(\S+ is an adapter on base \(\S+: remove both, or neither/
    );
    const both = await remove("base", "steering");
    expect(both).toMatch(/removed base/);
    expect(both).toMatch(/removed the record of steering .*; its files stay in steer/);
    expect(await ids()).toEqual([]);
    expect(existsSync(join(at("steer"), "adapter_config.json"))).toBe(true);
    expect(steering.folder).toBe("steer");
  });

  it("tells all names that mean no model, or several, and removes none", async () => {
    const [one, two] = [await majority("twin", 1), await majority("twin", 2)];
    await majority("single", 3);
    const error = await remove("single", "twin", "singel").catch((thrown: Error) => thrown.message);
    expect(error).toMatch(/2 models called "twin": .*Name their ids/);
    expect(error).toContain(one.id.slice(0, 16));
    expect(error).toMatch(/no model "singel"; did you mean "single"\?/);
    expect(await ids()).toHaveLength(3);
    await remove(two.id.slice(0, 12));
    expect((await ids()).includes(two.id)).toBe(false);
  });

  it("removes no record of files that lie elsewhere, where others name it", async () => {
    await mkdir(at("elsewhere"));
    await cp(await tinyLanguageModel(at("source")), at("elsewhere"), {recursive: true});
    const outside = await recordFiles(workspace, at("elsewhere"), {
      name: "outside",
      parents: [],
      settings: {}
    });
    await majority("child", 4, [outside]);
    await expect(remove("outside")).rejects.toThrow(
      /has no files in the store, and 1 model names its record/
    );
    await remove("child");
    expect(await remove("outside")).toMatch(/removed the record of outside .*its files stay in elsewhere/);
  });

  it("waits for trainings and runs to end", async () => {
    await majority("single", 1);
    await workspace.lease("build-something", {what: "Training of something"}, async () => {
      await expect(remove("single")).rejects.toThrow(/Training of something.*No model was removed/s);
    });
    expect(await ids()).toHaveLength(1);
  });
});
