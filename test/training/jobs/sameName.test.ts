import {expect, it} from "vitest";
import {collectJob, isMadeFrom, type JobPlan, noteJob, startJob} from "../../../src/training/jobs/index.js";
import {
  addToRecord,
  hostedModelId,
  listModels,
  readManifest,
  recordHostedModel,
  trainingRecords
} from "../../../src/weights/models/index.js";
import {modelsDir} from "../../../src/base/store/index.js";
import {server, service, setUpOpenAIJobs, workspace} from "./support/openAIJobs.js";
import {planOf} from "./support/plan.js";

setUpOpenAIJobs();

/** A job whose model the service calls `ft:same`, collected. */
async function collected(name: string, more: Partial<JobPlan> = {}) {
  const {id} = await noteJob(workspace, planOf(workspace, service, {name, ...more}));
  await startJob(workspace, id);
  Object.assign(server.jobs.at(-1)!, {status: "succeeded", fine_tuned_model: "ft:same"});
  return {id, ...(await collectJob(workspace, id))};
}

const served = () => ({endpoint: {baseUrl: server.baseUrl}, model: "ft:same"});

it("a name that a service gives to what two jobs made has a record for each, and means the later one", async () => {
  const dir = modelsDir(workspace);
  const first = await collected("one");
  const second = await collected("two", {dataset: "others"});
  expect(second.model.id).not.toBe(first.model.id);
  expect(await hostedModelId(dir, served())).toBe(second.model.id);
  const datasetsOf = async (id: string) =>
    (await trainingRecords(dir, id)).records.map(({dataset}) => dataset);
  expect(await datasetsOf(first.model.id)).toEqual(["questions"]);
  expect(await datasetsOf(second.model.id)).toEqual(["others"]);
  expect(second.model.recipe?.source).toBe(second.id);
  for (const {id, model} of [first, second])
    expect((await collectJob(workspace, id)).model.id).toBe(model.id);
  expect(await listModels(dir)).toHaveLength(2);
});

it("a record that tells of nothing learned becomes that of the first job that is collected", async () => {
  const dir = modelsDir(workspace);
  const known = await recordHostedModel(dir, {name: "known", parents: [], ...served()});
  expect((await collected("one")).model).toMatchObject({id: known.id, training: {dataset: "questions"}});
});

it("a record that tells of rows, and of no job, keeps them", async () => {
  const dir = modelsDir(workspace);
  const {model} = await collected("one");
  await addToRecord(dir, {...model, recipe: undefined}, {});
  const second = await collected("two", {dataset: "others"});
  expect(second.model.id).not.toBe(model.id);
  expect(second.model.training?.dataset).toBe("others");
});

it("a record that tells of a file is not a job's", async () => {
  const dir = modelsDir(workspace);
  const known = await recordHostedModel(dir, {name: "known", parents: [], ...served()});
  await addToRecord(dir, known, {settings: {export: "other.jsonl"}});
  const {model, id} = await collected("one");
  expect(model.id).not.toBe(known.id);
  expect((await readManifest(dir, known.id)).training).toBeUndefined();
  expect(isMadeFrom(model, {job: id})).toBe(true);
  expect(isMadeFrom(model, {job: "two-0123456789ab"})).toBe(false);
  // As records of before name their job.
  const older = {...model, settings: known.settings};
  expect(isMadeFrom(older, {job: id})).toBe(true);
  expect(isMadeFrom(older, {job: "two-0123456789ab"})).toBe(false);
  expect(isMadeFrom(older, {export: "other.jsonl"})).toBe(false);
});
