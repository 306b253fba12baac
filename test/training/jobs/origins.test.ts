import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {collectJob, type JobPlan, noteJob, startJob} from "../../../src/training/jobs/index.js";
import {
  erasedTraining,
  lineage,
  type ModelManifest,
  noteErasedTraining,
  readManifest,
  recordHostedModel,
  recordModel,
  storedLineage,
  trainingRecords
} from "../../../src/weights/models/index.js";
import {beginningOf, type JobRecord, modelsDir, openStore} from "../../../src/base/store/index.js";
import {server, service, setUpOpenAIJobs, workspace} from "./support/openAIJobs.js";
import {planOf} from "./support/plan.js";

setUpOpenAIJobs();

/** A job that has succeeded as `ft:NAME`, and the model of the store that it is collected as. */
async function collected(name: string, more: Partial<JobPlan> = {}) {
  const said: string[] = [];
  const {id} = await noteJob(workspace, planOf(workspace, service, {name, ...more}));
  await startJob(workspace, id);
  Object.assign(server.jobs.at(-1)!, {status: "succeeded", fine_tuned_model: `ft:${name}`});
  const {model} = await collectJob(workspace, id, {onMessage: (text) => said.push(text)});
  return {id, model, said: said.join("\n"), again: () => collectJob(workspace, id)};
}

/** A record as it was written before a base counted. */
function withoutParents({id}: ModelManifest): void {
  const path = join(modelsDir(workspace), id, "manifest.json");
  const record = JSON.parse(readFileSync(path, "utf8")) as ModelManifest;
  writeFileSync(path, JSON.stringify({...record, parents: []}));
}

const namesOf = async ({id}: ModelManifest) =>
  (await lineage(modelsDir(workspace), id)).map(({name}) => name);

async function edgesOf() {
  const store = await openStore(workspace);
  const {nodes, edges} = await storedLineage(store);
  await store.close();
  return {nodes, edges: edges.map(({from, to, how}) => `${from} > ${to}: ${how}`)};
}

describe("a job whose base is a service's fine-tune that the store has", () => {
  it("has it for a parent, with what it learned from and what was erased of that", async () => {
    const first = await collected("one");
    const second = await collected("two", {base: "ft:one", dataset: "others"});
    expect(first.model.parents).toEqual([]);
    expect(second.said).not.toContain("cannot be told");
    const dir = modelsDir(workspace);
    for (const when of ["as it is written", "as it was written before"]) {
      const model = await readManifest(dir, second.model.id);
      expect(
        model.parents.map(({id}) => id),
        when
      ).toEqual(when === "as it is written" ? [first.model.id] : []);
      expect(await namesOf(model), when).toEqual(["two", "one"]);
      const {records, gaps} = await trainingRecords(dir, model.id);
      expect(records.map(({dataset}) => dataset)).toEqual(["others", "questions"]);
      expect(gaps).toEqual([]);
      expect((await edgesOf()).edges).toEqual(
        expect.arrayContaining([
          `model:${first.model.id} > job:${second.id}: begins from it`,
          `model:${first.model.id} > model:${model.id}: fine-tuned`
        ])
      );
      withoutParents(model);
    }
    await noteErasedTraining(dir, first.model.id, {dataset: "questions", at: "2026-11-04T00:00:00Z"});
    expect(await erasedTraining(dir, second.model.id)).toMatchObject({dataset: "questions"});
    expect((await second.again()).model.parents.map(({name}) => name)).toEqual(["one"]);
  });

  it("is not taken for one of another address, nor for what the store alone calls so", async () => {
    const elsewhere = await recordHostedModel(modelsDir(workspace), {
      name: "elsewhere",
      endpoint: {baseUrl: "http://127.0.0.1:9/v1"},
      model: "ft:one",
      parents: []
    });
    const {model} = await collected("two", {base: "ft:one"});
    expect(model.parents.map(({id}) => id)).not.toContain(elsewhere.id);
    const small = await collected("small", {base: "small"});
    expect(small.model.parents).toEqual([]);
    expect((await collected("other", {base: "small", settings: {epochs: 1}})).model.parents).toEqual([]);
  });
});

describe("a job that goes on from a model that the store lacks", () => {
  it("leaves a gap, which the record of that model closes once it comes", async () => {
    const {model, said} = await collected("two", {base: "ft:one"});
    expect(said).toMatch(/no model "ft:one", the base of job two-\w+: what it learned from cannot be told/);
    const gapsOf = async () => (await trainingRecords(modelsDir(workspace), model.id)).gaps;
    expect(await gapsOf()).toEqual([expect.objectContaining({name: "ft:one"})]);
    expect((await edgesOf()).nodes).toContainEqual(
      expect.objectContaining({kind: "model", name: "ft:one", missing: true})
    );
    const [gap] = model.parents;
    withoutParents(model);
    expect(await gapsOf()).toEqual([gap]);
    expect((await collected("one")).model.id).toBe(gap!.id);
    expect(await gapsOf()).toEqual([]);
    expect(await namesOf(model)).toEqual(["two", "one"]);
  });

  it("leaves one for a stated parent too, until a model of that name is there", async () => {
    const {model} = await collected("two", {settings: {parent: "one"}});
    expect((await trainingRecords(modelsDir(workspace), model.id)).gaps.map(({name}) => name)).toEqual([
      "one"
    ]);
    await recordHostedModel(modelsDir(workspace), {name: "one", endpoint: {}, model: "m", parents: []});
    expect((await trainingRecords(modelsDir(workspace), model.id)).gaps).toEqual([]);
    expect(await namesOf(model)).toEqual(["two", "one"]);
  });

  it("leaves none for a base that nothing says was tuned", async () => {
    const {model, said} = await collected("one", {base: "gpt-4o-mini"});
    expect(model.parents).toEqual([]);
    expect(said).not.toContain("cannot be told");
  });
});

describe("what a job goes on from", () => {
  const on = (base: string, more: object = {}) =>
    ({
      id: "answers-0a1b2c",
      name: "answers",
      at: "2026-11-03",
      service: {service: "command", trust: "local"},
      base,
      settings: {},
      ...more
    }) as unknown as JobRecord;
  const tuned = async () =>
    recordModel(modelsDir(workspace), {
      name: "tuned",
      architecture: "checkpoint",
      files: [{path: "model.safetensors", sha256: "0".repeat(64), bytes: 1}],
      settings: {},
      parents: [],
      folder: "models/tuned-1"
    });

  it("is a model of the store by its id, its name or where it lies", async () => {
    const model = await tuned();
    const known = {project: workspace.project, dir: workspace.dir, models: [model], jobs: []};
    const path = join(workspace.project, "models", "tuned-1");
    const seen = join("..", "..", "..", "models", "tuned-1");
    for (const base of [model.id, model.id.slice(0, 12), "tuned", path, "./models/tuned-1/", seen])
      expect(beginningOf(on(base), known)?.id, base).toBe(model.id);
    for (const base of ["models", "tuned-1", "org/tuned", "other"])
      expect(beginningOf(on(base), known), base).toBeUndefined();
    expect(beginningOf(on("other", {settings: {parent: "tuned"}}), known)?.id).toBe(model.id);
    expect(beginningOf(on("tuned", {settings: {parent: "none"}}), known)?.id).toBe(model.id);
  });

  it("is missing where a service has trained the base", () => {
    const known = {project: workspace.project, dir: workspace.dir, models: [], jobs: []};
    const at = (name: string) => ({service: {service: name, trust: "external"}});
    for (const [base, by] of [
      ["ft:gpt-4o-mini:acme::abc", "openai"],
      ["ft:gpt-4o-mini:acme::abc", "command"],
      ["gpt-4o-mini-2024-07-18.ft-0e208cf33a6a466994aff31a08aba678", "openai"],
      ["accounts/acme/models/assay-0a1b", "fireworks"]
    ] as const)
      expect(beginningOf(on(base, at(by)), known), base).toMatchObject({name: base, missing: true});
    for (const [base, by] of [
      ["gpt-4o-mini", "openai"],
      ["accounts/fireworks/models/qwen3-8b", "fireworks"],
      ["Qwen/Qwen3-8B", "command"]
    ] as const)
      expect(beginningOf(on(base, at(by)), known), base).toBeUndefined();
  });

  const entered = (name: string, createdAt: string, more: object = {}) =>
    ({kind: "model", id: name.repeat(2), name, createdAt, parents: [], ...more}) as unknown as ModelManifest;
  const made = (job: JobRecord, createdAt: string, more: object = {}) =>
    entered(job.name, createdAt, {id: `of-${job.id}`, recipe: {method: "job at x", source: job.id}, ...more});
  const at = (id: string, day: number, more: object = {}) =>
    on("base-model", {id, name: "base-model", at: `2026-11-0${day}`, statuses: [], ...more});
  const among = (jobs: JobRecord[], models: ModelManifest[]) => ({
    project: workspace.project,
    dir: workspace.dir,
    models,
    jobs
  });

  it("is none that the store made later, so that no model comes of itself", () => {
    const jobs = [at("first", 1), at("second", 3)] as const;
    const models = [made(jobs[0], "2026-11-02"), made(jobs[1], "2026-11-04")];
    const known = among([...jobs], models);
    expect(beginningOf(jobs[0], known)).toBeUndefined();
    expect(beginningOf(jobs[1], known)?.id).toBe("of-first");
    // Collecting the first again dates it anew.
    const again = among([...jobs], [{...models[0]!, createdAt: "2026-11-05"}, models[1]!]);
    expect(beginningOf(jobs[1], again)?.id).toBe("of-first");
    const ended = {...jobs[0], statuses: [{at: "2026-11-04", status: "ended", outcome: "succeeded"}]};
    expect(beginningOf(jobs[1], among([ended as JobRecord, jobs[1]], models))).toBeUndefined();
    for (const more of [{training: {dataset: "d"}}, {recipe: {method: "merge"}}]) {
      const one = among([jobs[0]], [entered("base-model", "2026-11-02", more)]);
      expect(beginningOf(jobs[0], one)).toBeUndefined();
    }
    const told = among([jobs[0]], [entered("base-model", "2026-11-02")]);
    expect(beginningOf(jobs[0], told)?.name).toBe("base-model");
  });

  it("is none that was made of what the job made", () => {
    const job = at("first", 1);
    const parents = [{id: "of-first", name: "base-model"}];
    const known = among([job], [made(job, "2026-11-02"), entered("base-model", "2026-11-03", {parents})]);
    expect(beginningOf(job, known)).toBeUndefined();
    const older = among([job], [...known.models, entered("base-model", "2026-10-01", {id: "older"})]);
    expect(beginningOf(job, older)?.id).toBe("older");
  });

  it("is what an earlier job put into a repository at Hugging Face, and missing until that is collected", () => {
    const service = {service: "huggingface", trust: "external", namespace: "me"};
    const key = "1a2b3c4d".repeat(8);
    const first = at("first", 1, {name: "answers", key, service, base: "Qwen/Qwen3-8B"});
    const second = at("second", 3, {key: "0".repeat(64), base: "me/answers-1a2b3c4d"});
    const known = among([first, second], [made(first, "2026-11-05")]);
    expect(beginningOf(second, known)?.id).toBe("of-first");
    expect(beginningOf(first, known)).toBeUndefined();
    expect(beginningOf(second, among([first, second], []))).toMatchObject({missing: true});
    expect(beginningOf(second, among([second], []))).toBeUndefined();
    expect(beginningOf({...second, service}, among([], []))).toMatchObject({missing: true});
    for (const base of ["me/answers", "other/answers-1a2b3c4d"])
      expect(beginningOf({...second, service, base}, among([], [])), base).toBeUndefined();
  });
});
