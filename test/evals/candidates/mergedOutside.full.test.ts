import {mkdir, readdir, readFile, rm, stat, utimes} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {localCandidate, mergedModel, storedModel} from "../../../src/evals/candidates/index.js";
import {findModel} from "../../../src/inference/localModels/index.js";
import {convertModel} from "../../../src/weights/gguf/index.js";
import {recordFiles} from "../../../src/training/jobs/index.js";
import {
  listModels,
  modelFolder,
  type ModelManifest,
  readManifest
} from "../../../src/weights/models/index.js";
import {prepareCandidate} from "../../../src/evals/runner/index.js";
import {encode} from "../../../src/weights/merge/numeric/convert.js";
import {openCheckpoint, readTensorFloats, writeSafetensors} from "../../../src/weights/safetensors/index.js";
import {modelsDir} from "../../../src/base/store/index.js";
import {type Project, server, wordsEval, wordsProject} from "../runner/support/project.js";
import {replacedUnseen, settled} from "../../support/replacedFile.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {tinyAdapter} from "../../support/tinyAdapter.js";
import {tinyLanguageModel} from "../../support/tinyLanguageModel.js";

let folder: string;
let project: Project;
let dir: string;

beforeAll(async () => {
  folder = await temporaryProject();
  await mkdir(join(folder, "evals"));
  project = await wordsProject(folder, 12);
  dir = modelsDir(project.store.workspace);
  for (const name of ["one", "two"]) {
    await tinyLanguageModel(join(folder, name), {seed: name});
    await add(name);
  }
});
afterAll(() => project.store.close());

async function add(name: string): Promise<void> {
  await recordFiles(project.store.workspace, join(folder, name), {name, parents: [], settings: {name}});
}

/** The merge's record, when an endpoint has answered with it. */
async function madeOf(names: readonly string[]): Promise<ModelManifest> {
  const merged = mergedModel({
    name: "average",
    method: "linear",
    models: names.map((name) => ({source: storedModel(name), parameters: {weight: 1}}))
  });
  const own = localCandidate("average", merged);
  const {record, prepared, close} = await prepareCandidate(
    wordsEval(server("http://127.0.0.1:9"), {candidates: [own]}),
    {...project, candidate: own, onMessage: () => undefined}
  );
  try {
    const messages = [{role: "user" as const, content: "hello"}];
    const {usage} = await prepared.endpoint.complete({
      model: prepared.model,
      messages,
      params: {max_tokens: 2}
    });
    expect(usage?.completionTokens).toBeGreaterThan(0);
  } finally {
    await close();
  }
  return readManifest(dir, record.modelId!);
}

/** Rewrites a model's weights in bfloat16. */
async function halved(path: string): Promise<void> {
  const tensors = [...(await openCheckpoint(path)).tensors.values()];
  const all = await Promise.all(
    tensors.map(async (tensor) => {
      const values = await readTensorFloats(tensor);
      const data = new Uint8Array(2 * values.length);
      encode("BF16", values, values.length, data);
      return {name: tensor.name, dtype: "BF16" as const, shape: tensor.shape, data};
    })
  );
  await writeSafetensors(join(path, "model.safetensors"), all);
}

async function valuesIn(path: string): Promise<Map<string, Float32Array>> {
  const values = new Map<string, Float32Array>();
  for (const [name, tensor] of (await openCheckpoint(path)).tensors)
    values.set(name, await readTensorFloats(tensor));
  return values;
}

describe("a merge in an eval", () => {
  it("takes models that lie outside the store, with the tokenizer of the first", async () => {
    const {id, parents, files} = await madeOf(["one", "two"]);
    expect(parents.map(({name}) => name)).toEqual(["one", "two"]);
    expect(files.map(({path}) => path)).toEqual(expect.arrayContaining(["config.json", "tokenizer.json"]));
    const kept = await modelFolder(dir, id);
    expect(await readFile(join(kept, "tokenizer.json"), "utf8")).toBe(
      await readFile(join(folder, "one", "tokenizer.json"), "utf8")
    );
    const [merged, one, two] = await Promise.all(
      [kept, join(folder, "one"), join(folder, "two")].map(valuesIn)
    );
    for (const [name, values] of merged!)
      expect(values[5], name).toBeCloseTo((one!.get(name)![5]! + two!.get(name)![5]!) / 2, 6);
  });

  it("keeps the dtype of language models, as the command does", async () => {
    for (const name of ["half-a", "half-b"]) {
      await tinyLanguageModel(join(folder, name), {seed: name});
      await halved(join(folder, name));
      await add(name);
    }
    const {id, files} = await madeOf(["half-a", "half-b"]);
    const weights = (of: ModelManifest["files"]) => of.find(({path}) => path === "model.safetensors")!.bytes;
    const parent = (await listModels(dir)).find(({name}) => name === "half-a")!;
    expect(weights(files)).toBe(weights(parent.files));
    const {tensors} = await openCheckpoint(await modelFolder(dir, id));
    expect(new Set([...tensors.values()].map(({dtype}) => dtype))).toEqual(new Set(["BF16"]));
  });

  it("goes on where it was interrupted, in one folder that is gone in the end", async () => {
    const source = mergedModel({
      name: "interrupted",
      method: "linear",
      models: ["one", "two"].map((name) => ({source: storedModel(name), parameters: {weight: 1}}))
    });
    const stopped = new AbortController();
    stopped.abort();
    const context = {
      dir,
      project: folder,
      seed: "s",
      dataset: "words",
      version: "v",
      split: "s",
      rows: () => {
        throw new Error("no rows are asked for");
      }
    };
    const work = join(dir, ".merging");
    const left = async () => {
      await expect(source.build({...context, signal: stopped.signal})).rejects.toThrow();
      const [name, ...more] = await readdir(work);
      expect(more).toEqual([]);
      const state = await stat(join(work, name!, ".out.merging", "state.json"));
      return [name, state.ino, state.mtimeMs];
    };
    const first = await left();
    expect(await left()).toEqual(first);
    const {id} = await source.build(context);
    expect((await source.build(context)).id).toBe(id);
    expect(await readdir(work)).toEqual([]);
    const old = join(work, "forgotten");
    await mkdir(old);
    await utimes(old, 1, 1);
    await madeOf(["two", "one"]);
    expect(await readdir(work)).toEqual([]);
  });

  it("takes an adapter as its base with it", async () => {
    await tinyAdapter(join(folder, "steer"), 1, "../one");
    await add("steer");
    const {id, parents} = await madeOf(["steer", "two"]);
    expect(parents.map(({name}) => name)).toEqual(["steer", "two"]);
    const plain = await valuesIn(await modelFolder(dir, (await madeOf(["one", "two"])).id));
    const steered = await valuesIn(await modelFolder(dir, id));
    const changed = [...steered].filter(
      ([name, values]) => !values.every((value, i) => value === plain.get(name)![i])
    );
    expect(changed.map(([name]) => name)).toEqual(["model.layers.1.mlp.up_proj.weight"]);
  });

  it("is made again when the base of an adapter is another, and refuses files that were changed since", async () => {
    const before = await madeOf(["steer", "two"]);
    await tinyLanguageModel(join(folder, "one"), {seed: "one, trained on"});
    await expect(madeOf(["one", "two"])).rejects.toThrow(
      /one\/model\.safetensors was changed since it was recorded as one: .*`assay models add` it again/
    );
    const {id} = (await listModels(dir)).find(({name}) => name === "one")!;
    await expect(findModel(id, project.store.workspace)).rejects.toThrow(/was changed since/);
    await add("one");
    await add("steer");
    const after = await madeOf(["steer", "two"]);
    expect(after.id).not.toBe(before.id);
    expect(after.merge!.models).toEqual(["one+steer", "two"]);
  });

  it("refuses a file that was replaced in its size and time", async () => {
    await tinyLanguageModel(join(folder, "still"), {seed: "still"});
    const weights = join(folder, "still/model.safetensors");
    await settled(weights);
    await add("still");
    await madeOf(["still", "two"]);
    await replacedUnseen(weights);
    await expect(madeOf(["still", "two"])).rejects.toThrow(
      /still\/model\.safetensors was changed since it was recorded as still/
    );
  });

  it("puts an adapter on the base that it names, whatever else is told of it", async () => {
    await tinyAdapter(join(folder, "told"), 2, "../one");
    await recordFiles(project.store.workspace, join(folder, "told"), {
      name: "told",
      parents: [(await listModels(dir)).find(({name}) => name === "two")!],
      settings: {}
    });
    const {merge} = await madeOf(["told", "two"]);
    expect(merge!.models).toEqual(["one+told", "two"]);
    await tinyAdapter(join(folder, "lost"), 3, "../nowhere");
    await add("lost");
    await expect(madeOf(["lost", "two"])).rejects.toThrow(
      /lost is an adapter on \.\.\/nowhere, which the store does not have/
    );
  });

  it("says what cannot be merged, and what is gone", async () => {
    await convertModel({from: join(folder, "two"), to: join(folder, "two.gguf"), type: "f16"}, {});
    await add("two.gguf");
    await expect(madeOf(["two.gguf", "two"])).rejects.toThrow(
      /two\.gguf cannot be merged: it is a GGUF file: name the checkpoint/
    );
    await tinyLanguageModel(join(folder, "moved"), {seed: "moved"});
    await add("moved");
    await rm(join(folder, "moved"), {recursive: true});
    await expect(madeOf(["moved", "two"])).rejects.toThrow(
      /the files of moved lay in .*moved, and model\.safetensors is gone/
    );
    expect((await readdir(dir)).filter((name) => name.includes("merge"))).toEqual([]);
  });
});
