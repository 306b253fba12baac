// @module-tag long
import {cp, mkdir, readdir, readFile, rename, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import type {AddOptions} from "../../src/cli/models/addModel.js";
import {ggufVerb} from "../../src/cli/models/gguf.js";
import {addModelVerb} from "../../src/cli/models/models.js";
import {removeModelsVerb} from "../../src/cli/models/removeModels.js";
import {previewPurge, purge} from "../../src/data/datasets/index.js";
import {findModel} from "../../src/inference/localModels/index.js";
import {
  dataReaching,
  hashedFiles,
  listModels,
  type ModelManifest,
  recordModel,
  saveModel,
  storedLineage,
  trainingRecords
} from "../../src/weights/models/index.js";
import {modelsDir, openParts, recordCopy, referrersOf} from "../../src/base/store/index.js";
import {type Project, wordsProject} from "../evals/runner/support/project.js";
import {printed} from "../support/printed.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {tinyLanguageModel} from "../support/tinyLanguageModel.js";

let project: Project;
let dir: string;
/** As a fine-tune makes it. */
let made: ModelManifest;

const at = (name: string) => join(project.store.workspace.project, name);
const add = async (model: string, options: AddOptions = {}) =>
  JSON.parse(await printed(() => addModelVerb(model, {json: true, ...options}))) as ModelManifest;
/** As `assay finetune --out` copies it. */
const copy = (name: string) => cp(join(dir, made.id), at(name), {recursive: true});

/** As an Assay of before entered a copy. */
const doubled = async (name: string) =>
  recordModel(dir, {
    name,
    architecture: "checkpoint",
    settings: {},
    files: await hashedFiles(at(name), (await readdir(at(name))).sort()),
    parents: [],
    folder: name
  });

beforeAll(async () => {
  const folder = await temporaryProject();
  vi.stubEnv("ASSAY_PROJECT", folder);
  vi.stubEnv("ASSAY_DIR", join(folder, ".assay"));
  await mkdir(join(folder, "evals"));
  project = await wordsProject(folder, 12);
  const {version, split, store} = project;
  dir = modelsDir(store.workspace);
  await tinyLanguageModel(at("tiny"));
  const names = (await readdir(at("tiny"))).sort();
  const files = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(at(`tiny/${name}`))] as const))
  );
  made = await saveModel(dir, {
    name: "made",
    architecture: "language-model",
    settings: {method: "full"},
    parents: [],
    files: {...files, "README.md": "made", "training.json": "{}"},
    training: {
      dataset: "words",
      version: version.sha256,
      split: split.sha256,
      part: "train",
      rows: split.counts.train!,
      rowsSha256: "r",
      seed: "assay",
      seconds: 1
    }
  });
});
afterAll(() => {
  vi.unstubAllEnvs();
  project.store.close();
});

describe("weights that were made here and are added by hand", () => {
  it("keep their record, from a copy and from the store's own folder, and another name is refused", async () => {
    await copy("copy");
    for (const path of ["copy", join(dir, made.id)]) {
      expect(await add(path), path).toMatchObject({id: made.id, training: {part: "train"}});
      await expect(add(path, {name: "other"}), path).rejects.toThrow(
        /already registered as made .*give --rename/
      );
    }
    expect(await listModels(dir)).toHaveLength(1);
    expect((await add("copy", {name: "called", rename: true})).otherNames).toEqual(["made"]);
    expect((await add("copy", {name: "made", rename: true})).folder).toBeUndefined();
  });

  it("keep the record of their merge, whose folder was copied or stands where it was written", async () => {
    await tinyLanguageModel(at("merged"), {seed: "merged"});
    const names = ["README.md", "merge_recipe.yml", "merge_report.json"];
    for (const name of names) await writeFile(at(`merged/${name}`), "{}");
    const merged = await recordModel(dir, {
      name: "merged",
      architecture: "LlamaForCausalLM",
      settings: {recipe: "r"},
      files: await hashedFiles(
        at("merged"),
        (await readdir(at("merged"))).filter((name) => name !== "merge_report.json").sort()
      ),
      parents: [{id: made.id, name: "made"}],
      folder: "merged"
    });
    await cp(at("merged"), at("merged-copy"), {recursive: true});
    for (const path of ["merged", "merged-copy"]) {
      expect((await add(path)).id, path).toBe(merged.id);
      await expect(add(path, {name: "lin2"}), path).rejects.toThrow(/already registered as merged/);
    }
  });

  it("have a record of their own with another chat template, made of the first", async () => {
    await copy("chatty");
    await writeFile(at("chatty/chat_template.jinja"), "{{ messages }}");
    const chatty = await add("chatty");
    expect(chatty).toMatchObject({architecture: "checkpoint", parents: []});
    expect((await trainingRecords(dir, chatty.id)).records).toEqual([made.training]);
    expect(await referrersOf(project.store.workspace, made.id)).toContainEqual({
      kind: "model",
      id: chatty.id
    });
  });
});

describe("a second record of weights that were made here", () => {
  let second: ModelManifest;
  beforeAll(async () => {
    await copy("second");
    second = await doubled("second");
  });

  it("has learned what the first has, in checks for leakage and in its lineage", async () => {
    expect((await trainingRecords(dir, second.id)).records).toEqual([made.training]);
    const graph = await storedLineage(project.store);
    expect(dataReaching(graph, `model:${second.id}`)).toMatchObject([{use: "trained", through: "made"}]);
    expect(graph.edges.find(({to}) => to === `model:${second.id}`)?.how).toBe("the same weights");
  });
});

describe("weights that were written out of the store", () => {
  it("are made of the model that a GGUF file was converted from, by its path and when it is added", async () => {
    await printed(() => ggufVerb("made", {out: at("made.gguf"), type: "f16"}));
    expect((await findModel(at("made.gguf"), project.store.workspace)).id).toBe(made.id);
    await rename(at("made.gguf"), at("moved.gguf"));
    expect(await add("moved.gguf")).toMatchObject({
      architecture: "gguf",
      parents: [{id: made.id, name: "made"}]
    });
    await printed(() => ggufVerb("made", {out: at("made.gguf"), type: "f16"}));
    const graph = await storedLineage(project.store);
    expect(graph.edges).toContainEqual({
      from: `model:${made.id}`,
      to: graph.nodes.find(({name}) => name === "made.gguf")!.id,
      how: "written as GGUF f16"
    });
  });

  it("are named by a purge of a row that the model learned as long as they stand, and are not served then", async () => {
    const {store, split} = project;
    await copy("standing");
    await recordCopy(store.workspace, {path: at("standing"), model: made.id, how: "copy"});
    await recordCopy(store.workspace, {path: at("gone"), model: made.id, how: "copy"});
    const rows = await store.rows<{part: string; row_id: string}>(
      `select part, min(row_id) as row_id from (${await openParts(store.workspace, split)}) group by part`
    );
    const of = (part: string) => `row_id = '${rows.find((row) => row.part === part)!.row_id}'`;
    const untouched = await previewPurge(store.workspace, "words", {where: of("test")});
    expect(untouched).toMatchObject({models: [], notErased: []});
    const done = await purge(store.workspace, "words", {where: of("train"), reason: "asked"});
    expect(done.notErased).toEqual([at("made.gguf"), at("standing")]);
    const named = new Set(done.models.map(({id}) => id));
    for (const {id, name} of await listModels(dir)) expect(named.has(id), name).toBe(true);
    for (const name of ["second", "moved.gguf", at("made.gguf"), at("standing")])
      await expect(findModel(name, store.workspace), name).rejects.toThrow(/learned from rows of words/);
    const graph = await storedLineage(store);
    expect(graph.nodes.find(({name}) => name === "made.gguf")?.erased).toMatchObject({through: "made"});
  });

  it("keep the record of their model when that is removed, so that what it learned stays known", async () => {
    await printed(() => removeModelsVerb([made.id], {}));
    expect((await listModels(dir)).find(({id}) => id === made.id)?.removed).toBeDefined();
    const again = await add("standing");
    expect(again.id).not.toBe(made.id);
    expect((await trainingRecords(dir, again.id)).records).toEqual([made.training]);
  });
});
