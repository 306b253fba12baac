// @module-tag long
import {cp, mkdir} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {finetuned, localCandidate, quantised} from "../../../src/evals/candidates/index.js";
import {findModel, localModel} from "../../../src/inference/localModels/index.js";
import {convertModel} from "../../../src/weights/gguf/index.js";
import {recordFiles} from "../../../src/training/jobs/index.js";
import {lineage, listModels, type ModelManifest, readManifest} from "../../../src/weights/models/index.js";
import {type Candidate, candidate, prepareCandidate} from "../../../src/evals/runner/index.js";
import {modelsDir, putJson} from "../../../src/base/store/index.js";
import {type Project, server, wordsEval, wordsProject} from "../runner/support/project.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {tinyAdapter} from "../../support/tinyAdapter.js";
import {tinyLanguageModel} from "../../support/tinyLanguageModel.js";

let folder: string;
let project: Project;
let dir: string;
let tuned: ModelManifest;
let adapter: ModelManifest;
let base: ModelManifest;

const at = (name: string) => join(folder, name);

/** Enters files with a record of what they learned from. */
async function add(path: string, name: string, trained = true): Promise<ModelManifest> {
  const {version, split} = project;
  const training = {
    dataset: "words",
    version: version.sha256,
    split: split.sha256,
    part: "train",
    rows: split.counts.train!,
    rowsSha256: "",
    seed: 1,
    seconds: 1
  };
  return recordFiles(project.store.workspace, at(path), {
    name,
    parents: [],
    settings: {name},
    training: trained ? training : undefined
  });
}

/** The record that a candidate is linked to, as a run would find it. */
async function recordOf(own: Candidate): Promise<ModelManifest | undefined> {
  const definition = wordsEval(server("http://127.0.0.1:9"), {candidates: [own]});
  const {record, close} = await prepareCandidate(definition, {
    ...project,
    candidate: own,
    onMessage: () => undefined
  });
  await close();
  if (record.modelId === undefined) return undefined;
  return (await listModels(dir)).find(({id}) => id === record.modelId);
}

const ancestorsOf = async (own: Candidate) =>
  (await lineage(dir, (await recordOf(own))!.id)).map(({name}) => name);

beforeAll(async () => {
  folder = await temporaryProject();
  await mkdir(at("evals"));
  await tinyLanguageModel(at("tiny"));
  await tinyLanguageModel(at("tuned"), {seed: "tuned"});
  await tinyAdapter(at("steer"), 1);
  await convertModel({from: at("tuned"), to: at("tuned.gguf"), type: "f16"}, {});
  project = await wordsProject(folder, 12);
  dir = modelsDir(project.store.workspace);
  tuned = await add("tuned", "tuned-by-hand");
  base = await add("tiny", "base", false);
  adapter = await add("steer", "steering");
});
afterAll(() => project.store.close());

describe("the record that a candidate on this machine is linked to", () => {
  it("is that of the files it uses, also where a path or a copy of them names it", async () => {
    await cp(at("tuned"), at("copy"), {recursive: true});
    for (const source of ["tuned-by-hand", tuned.id, "tuned", "copy"])
      expect((await recordOf(localCandidate(source, source)))?.id, source).toBe(tuned.id);
    const gguf = await add("tuned.gguf", "packed");
    expect((await recordOf(localCandidate("file", "tuned.gguf")))?.id).toBe(gguf.id);
    expect((await recordOf(localCandidate("folder", "steer")))?.id).toBe(adapter.id);
    await tinyLanguageModel(at("other"), {seed: "other"});
    expect(await recordOf(localCandidate("unknown", "other"))).toBeUndefined();
  });

  it("is there for an endpoint alone, too", async () => {
    const endpoint = localModel("tuned", {workspace: project.store.workspace});
    expect((await recordOf(candidate("own", endpoint, "any name")))?.id).toBe(tuned.id);
  });

  it("is, of several with these files, the one that tells most of what it was made of", async () => {
    await add("copy", "same bytes, nothing told", false);
    expect((await recordOf(localCandidate("path", "copy")))?.id).toBe(tuned.id);
    expect((await recordOf(localCandidate("name", "same bytes, nothing told")))?.name).toMatch(
      /nothing told/
    );
  });

  it("has both the base and the adapter that answers on it as parents, and the bytes of both", async () => {
    const both = await recordOf(localCandidate("both", "tiny", {adapters: {x: "steer"}, adapter: "x"}));
    expect(both).toMatchObject({
      name: "tiny+steer",
      parents: [
        {id: base.id, name: "tiny"},
        {id: adapter.id, name: "steer"}
      ]
    });
    expect(both!.files.map(({path}) => path).sort()).toEqual([
      "adapter_model.safetensors",
      "model.safetensors"
    ]);
    expect((await recordOf(localCandidate("base", "tiny", {adapters: {x: "steer"}})))?.id).toBe(base.id);
    expect(
      await ancestorsOf(localCandidate("named", "tiny", {adapters: {x: adapter.id}, adapter: "x"}))
    ).toEqual(["tiny+steering", "tiny", "steering"]);
    // Its files are the base's, too.
    expect((await recordOf(localCandidate("still", "tiny")))?.id).toBe(base.id);
  });

  it("tells of the base of an adapter that is in the store only in part", async () => {
    await tinyAdapter(at("unknown-adapter"), 2);
    expect(await ancestorsOf(localCandidate("own", "unknown-adapter"))).toEqual([
      "tiny+unknown-adapter",
      "tiny"
    ]);
    await tinyAdapter(at("elsewhere"), 1, "../tuned");
    expect(await ancestorsOf(localCandidate("own", "elsewhere"))).toEqual(
      expect.arrayContaining(["tuned+elsewhere", "tuned", "elsewhere"])
    );
  });

  it("is, of a copy with fewer bits, a child of the model it was made of, whatever else has its bytes", async () => {
    const copies = quantised("tuned", "q8_0");
    const q8 = await recordOf(copies);
    expect(q8).toMatchObject({
      name: "tuned q8_0",
      parents: [{id: tuned.id}],
      recipe: {method: "quantise q8_0"}
    });
    const written = join(folder, q8!.folder!, q8!.files[0]!.path);
    await cp(written, at("mine.gguf"));
    await add("mine.gguf", "mine", false);
    expect((await recordOf(copies))?.id).toBe(q8!.id);
    // The bytes of another model's copy, which has other ancestors.
    const twin = await add("copy", "twin");
    const other = await recordOf(quantised("twin", "q8_0"));
    expect(other).toMatchObject({parents: [{id: twin.id}]});
    expect(other!.id).not.toBe(q8!.id);
    expect((await readManifest(dir, q8!.id)).parents).toEqual([{id: tuned.id, name: "tuned"}]);
    // An adapter's copy is one of its base.
    expect((await recordOf(quantised("steer", "q8_0")))!.parents.map(({name}) => name)).toEqual([
      "tiny q8_0",
      "steer"
    ]);
  });

  it("is a copy's for a fine-tuned candidate that has fewer bits", async () => {
    const source = {name: "source", configHash: () => "one", build: () => Promise.resolve(tuned)};
    expect((await recordOf(finetuned("whole", source)))?.id).toBe(tuned.id);
    expect((await recordOf(finetuned("packed", source, {type: "q8_0"})))?.parents[0]?.id).toBe(tuned.id);
  });

  it("keeps a model that learned from erased rows from being used by its path", async () => {
    await tinyLanguageModel(at("erased"), {seed: "erased"});
    const {id} = await add("erased", "erased-by-name");
    const {workspace} = project.store;
    await putJson(workspace, `models/${id}/erased-training.json`, {
      kind: "erased-training",
      dataset: "words",
      at: "2026-01-02T00:00:00Z"
    });
    for (const source of ["erased-by-name", "erased"])
      await expect(findModel(source, workspace)).rejects.toThrow(
        /learned from rows of words that were erased/
      );
  });
});
