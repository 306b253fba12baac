import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {mergeVerb} from "../../src/cli/merge.js";
import {recordFiles} from "../../src/jobs/record.js";
import {assertUsable, listModels, type ModelManifest, trainingRecords} from "../../src/models/index.js";
import {writeSafetensors} from "../../src/safetensors/index.js";
import {findModels} from "../../src/search/index.js";
import {modelKey, modelsDir, putJson, type Workspace} from "../../src/store/index.js";
import {printed} from "../support/printed.js";
import {temporaryWorkspace} from "../support/temporaryWorkspace.js";
import {TINY, tinyLanguageModel} from "../support/tinyLanguageModel.js";

let workspace: Workspace;
let base: ModelManifest;
let adapter: ModelManifest;
const at = (name: string) => join(workspace.project, name);
const made = async (name: string) =>
  (await listModels(modelsDir(workspace))).find((model) => model.name === name)!;

const training = (part: string) => ({
  dataset: "mails",
  version: "v",
  split: "s",
  part,
  rows: 4,
  rowsSha256: "",
  seed: 1,
  seconds: 1
});

async function recipe(name: string, model: string): Promise<string> {
  const text = `merge_method: linear\nmodels:\n  - {model: ${model}, parameters: {weight: 1}}\n`;
  await writeFile(at(name), text);
  return at(name);
}

beforeAll(async () => {
  workspace = await temporaryWorkspace();
  await mkdir(at("data-loaders"));
  await mkdir(at("evals"));
  vi.stubEnv("ASSAY_PROJECT", workspace.project);
  vi.stubEnv("XDG_CACHE_HOME", workspace.project);
  await tinyLanguageModel(at("base"));
  await mkdir(at("tuned"));
  await writeFile(
    at("tuned/adapter_config.json"),
    JSON.stringify({peft_type: "LORA", r: 1, lora_alpha: 1, base_model_name_or_path: "base"})
  );
  const factor = (end: string, shape: number[]) => ({
    name: `base_model.model.model.layers.0.self_attn.q_proj.lora_${end}.weight`,
    dtype: "F32" as const,
    shape,
    data: new Uint8Array(new Float32Array(TINY.hidden).fill(0.1).buffer)
  });
  await writeSafetensors(at("tuned/adapter_model.safetensors"), [
    factor("A", [1, TINY.hidden]),
    factor("B", [TINY.hidden, 1])
  ]);
  const record = (name: string, part: string) =>
    recordFiles(workspace, at(name), {
      name: `my-${name}`,
      settings: {},
      parents: [],
      training: training(part)
    });
  base = await record("base", "validation");
  adapter = await record("tuned", "train");
});
afterAll(() => vi.unstubAllEnvs());

describe("a model of the store with an adapter of the store", () => {
  it("is merged by their names, and its merge has learned what both had", async () => {
    const file = await recipe("named.yml", "my-base+my-tuned");
    expect(await printed(() => mergeVerb(file, {check: true}))).toContain("ready");
    await printed(() => mergeVerb(file, {out: at("named")}));
    const merged = await made("named");
    expect(merged.parents).toEqual([
      {id: base.id, name: "my-base"},
      {id: adapter.id, name: "my-tuned"}
    ]);
    const {records, gaps} = await trainingRecords(modelsDir(workspace), merged.id);
    expect(records.map(({part}) => part).sort()).toEqual(["train", "validation"]);
    expect(gaps).toEqual([]);
  });

  it("is known by its files where the recipe has paths, beside the model alone", async () => {
    const file = await recipe("paths.yml", `${at("base")}+${at("tuned")}`);
    await writeFile(file, `  - {model: ${at("base")}, parameters: {weight: 1}}\n`, {flag: "a"});
    await printed(() => mergeVerb(file, {out: at("paths")}));
    expect((await made("paths")).parents).toEqual([
      {id: base.id, name: "base"},
      {id: adapter.id, name: "tuned"}
    ]);
  });

  it("is told to be an adapter where it stands alone, in a recipe and in a search", async () => {
    const file = await recipe("alone.yml", "my-tuned");
    await expect(mergeVerb(file, {out: at("alone")})).rejects.toThrow(
      /my-tuned is an adapter.*MODEL\+my-tuned/
    );
    const space = {eval: "e", models: ["my-base", "my-tuned"], methods: ["linear"]};
    await expect(findModels(space, modelsDir(workspace))).rejects.toThrow(/my-tuned, an adapter: merge it/);
  });

  it("is refused once its adapter had learned from rows that were erased, and so is what was made of it", async () => {
    const note = {kind: "erased-training", dataset: "mails", at: "2026-11-04T00:00:00Z"};
    await putJson(workspace, modelKey(adapter.id, "erased-training.json"), note);
    await expect(mergeVerb(at("named.yml"), {out: at("again")})).rejects.toThrow(/my-tuned .*erased/);
    await expect(assertUsable(modelsDir(workspace), await made("named"))).rejects.toThrow(/erased/);
  });
});
