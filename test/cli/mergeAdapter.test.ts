import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {mergeVerb} from "../../src/cli/models/merge/merge.js";
import {findModel} from "../../src/inference/localModels/index.js";
import {recordFiles} from "../../src/training/jobs/index.js";
import {lineage, listModels, type ModelManifest, readManifest} from "../../src/weights/models/index.js";
import {modelsDir, putJson, type Workspace} from "../../src/base/store/index.js";
import {printed} from "../support/printed.js";
import {temporaryWorkspace} from "../support/temporaryWorkspace.js";
import {tinyAdapter} from "../support/tinyAdapter.js";
import {tinyLanguageModel} from "../support/tinyLanguageModel.js";

let workspace: Workspace;
let dir: string;
let base: ModelManifest;
let adapter: ModelManifest;
const at = (name: string) => join(workspace.project, name);
const added = {parents: [], settings: {}};

async function merged(name: string, ...models: string[]): Promise<ModelManifest> {
  const recipe = [
    "merge_method: linear",
    "models:",
    ...models.map((model) => `  - {model: ${model}, parameters: {weight: 0.5}}`)
  ];
  await writeFile(at(`${name}.yml`), recipe.join("\n"));
  await printed(() => mergeVerb(at(`${name}.yml`), {out: at(name)}));
  return (await listModels(dir)).find((model) => model.name === name)!;
}

const ancestorsOf = async ({id}: ModelManifest) => (await lineage(dir, id)).map((one) => one.id);

beforeAll(async () => {
  workspace = await temporaryWorkspace();
  dir = modelsDir(workspace);
  await mkdir(at("data-loaders"));
  await mkdir(at("evals"));
  vi.stubEnv("ASSAY_PROJECT", workspace.project);
  vi.stubEnv("XDG_CACHE_HOME", workspace.project);
  await tinyLanguageModel(at("tiny"));
  await tinyAdapter(at("steer"), 1);
  await tinyAdapter(at("own"), 2);
  base = await recordFiles(workspace, at("tiny"), {name: "base", ...added});
  adapter = await recordFiles(workspace, at("steer"), {name: "steering", ...added});
});
afterAll(() => vi.unstubAllEnvs());

describe("a merge of a base with an adapter on it", () => {
  it("names both as the store does, and has both in its lineage", async () => {
    const both = await merged("both", "base+steering", "base");
    expect(both.parents.map(({name}) => name)).toEqual(["base+steering", "base"]);
    expect(both.parents[1]!.id).toBe(base.id);
    expect((await readManifest(dir, both.parents[0]!.id)).parents.map(({id}) => id)).toEqual([
      base.id,
      adapter.id
    ]);
    expect(await ancestorsOf(both)).toEqual(expect.arrayContaining([base.id, adapter.id]));
  });

  it("has them there by the hashes of their files, too, and what the store lacks as a gap", async () => {
    const byPath = await merged("by-path", `${at("tiny")}+${at("steer")}`, "base");
    expect(await ancestorsOf(byPath)).toEqual(expect.arrayContaining([base.id, adapter.id]));
    const half = await merged("half", `base+${at("own")}`, "base");
    const found = await lineage(dir, half.id);
    expect(found.map(({id}) => id)).toContain(base.id);
    expect(found.filter(({manifest}) => !manifest).map(({name}) => name)).toEqual(["own"]);
  });

  it("says of an adapter alone with which base to write it", async () => {
    await expect(merged("alone", "steering", "base")).rejects.toThrow(
      "steering is an adapter: write it with its base, base+steering."
    );
  });

  it("names the models of a mixture as the store does, and tells of one that it lacks", async () => {
    await tinyLanguageModel(at("second"), {seed: "second"});
    const second = await recordFiles(workspace, at("second"), {name: "second", ...added});
    const mixture = (expert: string) =>
      writeFile(
        at("mixture.yml"),
        `base_model: base\ngate_mode: random\ndtype: float32\nexperts:\n  - source_model: base\n  - source_model: ${expert}\n`
      );
    await mixture("nobody");
    await expect(mergeVerb(at("mixture.yml"), {out: at("mixture")})).rejects.toThrow(
      /mixture\.yml line 4: .*nobody/
    );
    await mixture("second");
    await printed(() => mergeVerb(at("mixture.yml"), {out: at("mixture")}));
    const made = (await listModels(dir)).find(({name}) => name === "mixture")!;
    expect(made.parents.map(({id}) => id)).toEqual(expect.arrayContaining([base.id, second.id]));
  });

  it("names a model of the hub as it was registered, and says how to have one that was not", async () => {
    const commit = "0123456789".repeat(4);
    const folder = `hub/acme--tiny/${commit}`;
    await tinyLanguageModel(at(folder), {seed: "hub"});
    const hub = await recordFiles(workspace, at(folder), {name: "acme/tiny", ...added});
    const made = await merged("of-hub", "acme/tiny", "base");
    expect(made.parents.map(({id}) => id)).toEqual([hub.id, base.id]);
    expect((await merged("of-commit", `acme/tiny@${commit}`, "base")).parents[0]!.id).toBe(hub.id);
    await expect(merged("of-other", `acme/tiny@${"f".repeat(40)}`, "base")).rejects.toThrow(
      new RegExp(`of-other\\.yml line 2: the store has acme/tiny at commit ${commit}`)
    );
    await expect(merged("of-none", "acme/none", "base")).rejects.toThrow(
      /of-none\.yml line 2: there is no folder .*acme\/none, .*`assay models add acme\/none` fetches it/
    );
  });

  it("names the recipe's file where a model cannot be opened", async () => {
    await mkdir(at("empty"));
    await expect(merged("of-empty", at("empty"), "base")).rejects.toThrow(/of-empty\.yml line 3: /);
  });

  it("is not used when one of them learned from erased rows", async () => {
    await putJson(workspace, `models/${adapter.id}/erased-training.json`, {
      kind: "erased-training",
      dataset: "words",
      at: "2026-01-02T00:00:00Z"
    });
    await expect(findModel("both", workspace)).rejects.toThrow(/learned from rows of words that were erased/);
    await expect(merged("again", "base+steering", "base")).rejects.toThrow(/learned from rows of words/);
  });
});
