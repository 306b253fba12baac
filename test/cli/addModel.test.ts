import {cp, mkdir} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import type {AddOptions} from "../../src/cli/models/addModel.js";
import {addModelVerb, modelsVerb} from "../../src/cli/models/models.js";
import {recordFiles} from "../../src/training/jobs/index.js";
import {
  hashedFiles,
  listModels,
  meantModel,
  type ModelManifest,
  recordModel
} from "../../src/weights/models/index.js";
import {candidate, prepareCandidate} from "../../src/evals/runner/index.js";
import {modelsDir, writeJob} from "../../src/base/store/index.js";
import {type Project, server, wordsEval, wordsProject} from "../evals/runner/support/project.js";
import {printed, written} from "../support/printed.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {tinyAdapter} from "../support/tinyAdapter.js";
import {tinyLanguageModel} from "../support/tinyLanguageModel.js";

let project: Project;
const ID = "answers-0123456789ab";

async function added(model: string, options: AddOptions): Promise<ModelManifest> {
  return JSON.parse(
    await printed(() => addModelVerb(model, {provider: "oai", json: true, ...options}))
  ) as ModelManifest;
}

/** The record that a run links a service's model to. */
async function recordAt(baseUrl: string, model: string): Promise<string | undefined> {
  const own = candidate("one", server(baseUrl), model);
  const inputs = {...project, candidate: own, onMessage: () => undefined};
  const {record, close} = await prepareCandidate(wordsEval(server(baseUrl), {candidates: [own]}), inputs);
  await close();
  return record.modelId;
}

beforeAll(async () => {
  const folder = await temporaryProject();
  vi.stubEnv("ASSAY_PROJECT", folder);
  vi.stubEnv("ASSAY_DIR", join(folder, ".assay"));
  await mkdir(join(folder, "evals"));
  project = await wordsProject(folder, 12);
  const {version, split, store} = project;
  for (const [id, parent] of [
    [ID, "base-model"],
    ["other-0123456789ab", undefined]
  ] as const)
    await writeJob(store.workspace, {
      kind: "job",
      schemaVersion: 1,
      id,
      name: id.split("-")[0]!,
      key: id,
      at: "2026-11-01T00:00:00Z",
      service: {service: "openai", trust: "contract"},
      base: "gpt-x",
      settings: {parent},
      dataset: "words",
      version: version.sha256,
      split: {id: split.id, name: split.name, sha256: split.sha256},
      format: "chat",
      data: [{part: "train", path: "train.jsonl", rows: 6, rowsSha256: "", sha256: "", bytes: 1}],
      statuses: []
    } as unknown as Parameters<typeof writeJob>[1]);
});
afterAll(() => {
  vi.unstubAllEnvs();
  project.store.close();
});

describe("a service's model that is added by hand", () => {
  it("is found by its name at any address, or at the address it was added for, in each of its forms", async () => {
    const anywhere = await added("ft:one", {fromJob: ID});
    expect(await recordAt("http://127.0.0.1:9/v1", "ft:one")).toBe(anywhere.id);
    expect(await recordAt("http://127.0.0.1:9/v1", "ft:none")).toBeUndefined();
    const there = await added("ft:two", {fromJob: ID, baseUrl: "http://127.0.0.1:9"});
    for (const form of ["", "/", "/v1", "/v1/", "/v1/chat/completions"])
      expect(await recordAt(`http://127.0.0.1:9${form}`, "ft:two"), form).toBe(there.id);
    expect(await recordAt("http://127.0.0.1:10/v1", "ft:two")).toBeUndefined();
    const identities = ["", "/v1"].map((form) => server(`http://127.0.0.1:9${form}`).identity("m"));
    expect(await identities[0]).toEqual(await identities[1]);
  });

  it("has what its job learned from, named by its id, the beginning of it or its name", async () => {
    for (const fromJob of [ID, ID.slice(0, 12), "answers"])
      expect(await added(`ft:${fromJob}`, {fromJob})).toMatchObject({
        settings: {job: ID},
        training: {dataset: "words", part: "train", rows: 6}
      });
    await expect(added("ft:x", {fromJob: "none", baseUrl: "nowhere"})).rejects.toThrow(
      /--base-url is an http/
    );
  });

  it("says what is not known: a job or a job's parent that the store lacks", async () => {
    let model: ModelManifest | undefined;
    const typo = await written(
      process.stderr,
      async () => (model = await added("ft:typo", {fromJob: "anwers"}))
    );
    expect(typo.replaceAll(/\s+/g, " ")).toMatch(
      /no job "anwers" \(did you mean "answers"\?\): what the model learned/
    );
    expect(model).toMatchObject({settings: {job: "anwers"}});
    expect(model!.training).toBeUndefined();
    const parent = await written(process.stderr, () => added("ft:child", {fromJob: ID}));
    expect(parent.replaceAll(/\s+/g, " ")).toMatch(/no model "base-model", the `parent` of job answers-/);
    const base = await added("ft:base", {name: "base-model"});
    expect((await added("ft:child", {fromJob: ID})).parents).toEqual([{id: base.id, name: "base-model"}]);
    expect((await added("ft:other", {fromJob: "other"})).parents).toEqual([]);
  });
});

describe("an adapter whose stated parent is not the base that it names", () => {
  it("has both in its lineage, told apart, and it is said", async () => {
    const {workspace} = project.store;
    const at = (name: string) => join(workspace.project, name);
    const ids: string[] = [];
    for (const name of ["tiny", "second"]) {
      await tinyLanguageModel(at(name), {seed: name});
      const {id} = await recordFiles(workspace, at(name), {name: "base", parents: [], settings: {}});
      ids.push(id.slice(0, 12));
    }
    await tinyAdapter(at("steer"), 1);
    const [own, stated] = ids as [string, string];
    const add = (parent: string) =>
      written(process.stderr, () => printed(() => addModelVerb("steer", {parents: [parent]})));
    expect((await add(stated)).replaceAll(/\s+/g, " ")).toContain(
      `! the adapter steer names base (${own}) as its base, and not its stated parent base (${stated}): it is put on the base that it names, and both stand in its lineage.`
    );
    expect(await printed(() => modelsVerb({}))).toContain(`base ${own}, base ${stated}`);
    expect(await add(own)).not.toContain("stated parent");
  });
});

describe("a model that is added a second time", () => {
  const at = (name: string) => join(project.store.workspace.project, name);
  const again = (model: string, options: AddOptions = {}) => added(model, {provider: undefined, ...options});
  const known = () => listModels(modelsDir(project.store.workspace));
  let base: ModelManifest;
  let child: ModelManifest;

  beforeAll(async () => {
    await tinyLanguageModel(at("again-base"), {seed: "again-base"});
    await tinyLanguageModel(at("again"), {seed: "again"});
    await cp(at("again"), at("again-copy"), {recursive: true});
    base = await again("again-base");
    child = await again("again", {name: "child", parents: ["again-base"], fromJob: "other"});
    expect(child).toMatchObject({parents: [{id: base.id}], training: {part: "train"}});
  });

  it("keeps its name, parents and training, and it is said", async () => {
    let second: ModelManifest | undefined;
    const said = await written(process.stderr, async () => (second = await again("again")));
    expect(said).toContain(`already registered as child (${child.id.slice(0, 12)})`);
    expect(second).toEqual(child);
    expect(await again("child", {parents: ["again-base"]})).toEqual(child);
  });

  it("has the parents of both times", async () => {
    const {parents} = await again("again", {parents: ["base-model"]});
    expect(parents.map(({name}) => name)).toEqual(["again-base", "base-model"]);
  });

  it("has one record, whether its job is told first or last", async () => {
    await tinyLanguageModel(at("late"), {seed: "late"});
    const before = await again("late");
    const after = await again("late", {fromJob: ID});
    expect(after).toMatchObject({id: before.id, settings: {job: ID}, training: {part: "train"}});
    const {id} = await again("late", {fromJob: "other"});
    expect(id).not.toBe(before.id);
  });

  it("gets another name with --rename alone, and is found by both, also from the path of a copy", async () => {
    await expect(again("again-copy", {name: "kid"})).rejects.toThrow(
      /already registered as child \(.*give --rename to have them called kid/
    );
    expect(await again("again-copy", {name: "kid", rename: true})).toMatchObject({
      id: child.id,
      name: "kid",
      otherNames: ["child"],
      createdAt: child.createdAt,
      training: child.training,
      folder: "again-copy"
    });
    for (const name of ["kid", "child"]) expect(meantModel(await known(), name)?.id).toBe(child.id);
    expect((await again("again", {name: "child"})).name).toBe("kid");
    // A model that has the name goes before one that had it.
    await tinyLanguageModel(at("other"), {seed: "other"});
    const other = await again("other", {name: "child"});
    expect(meantModel(await known(), "child")?.id).toBe(other.id);
  });

  it("stays what was merged into its folder", async () => {
    await tinyLanguageModel(at("merged"), {seed: "merged"});
    const {workspace} = project.store;
    const merged = await recordModel(modelsDir(workspace), {
      name: "merged",
      architecture: "LlamaForCausalLM",
      settings: {recipe: "r"},
      files: await hashedFiles(at("merged"), ["model.safetensors"]),
      parents: [{id: base.id, name: base.name}],
      folder: "merged"
    });
    expect((await again("merged")).id).toBe(merged.id);
  });

  it("keeps what a service's model learned from", async () => {
    const first = await added("ft:again", {fromJob: ID});
    expect(await added("ft:again", {})).toEqual(first);
    await expect(added("ft:again", {name: "x"})).rejects.toThrow(/already registered as ft:again/);
  });

  it("is refused under a name that no recipe can have", async () => {
    for (const name of ["a+b", "a@1"])
      await expect(again("again", {name}), name).rejects.toThrow(/could not be named in a merge recipe/);
  });
});
