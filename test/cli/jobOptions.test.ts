// @module-tag long
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {finetuneExportVerb} from "../../src/cli/models/training/finetuneExport.js";
import {collectVerb, jobsVerb} from "../../src/cli/models/training/jobs.js";
import {submitVerb} from "../../src/cli/models/training/jobSubmit.js";
import {lineageVerb} from "../../src/cli/models/lineage.js";
import {addModelVerb} from "../../src/cli/models/models.js";
import {purgeVerb} from "../../src/cli/data/purge.js";
import {assertUsable, listModels, type ModelManifest} from "../../src/weights/models/index.js";
import {writeSafetensors} from "../../src/weights/safetensors/index.js";
import {type JobRecord, modelsDir, openWorkspace} from "../../src/base/store/index.js";
import {type OpenAIServer, openAIServer} from "../training/jobs/support/openAIServer.js";
import {type JobProject, jobProject, noted} from "../support/jobProject.js";
import {printed} from "../support/printed.js";

let server: OpenAIServer;
let lossy: OpenAIServer;
let project: string;
let writeJob: JobProject["writeJob"];

beforeAll(async () => {
  ({project, writeJob} = await jobProject());
  server = await openAIServer();
  lossy = await openAIServer();
  vi.stubEnv("TEST_JOB_KEY", "sk-options-123456");
  writeJob(
    "hosted",
    `{service: "openai", trust: "contract", baseUrl: ${JSON.stringify(server.baseUrl)}, apiKeyEnv: "TEST_JOB_KEY"}`
  );
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
  await lossy.close();
});

const jobFolder = (id = "") => join(project, ".assay", "jobs", id);
const posts = () => server.requests.filter(({method}) => method === "POST");
const listed = async (options: object = {}) =>
  JSON.parse(await printed(() => jobsVerb({json: true, ...options}))) as JobRecord[];

const writeWeights = (folder: string, value: number) =>
  writeSafetensors(join(folder, "adapter_model.safetensors"), [
    {name: "lora_A.weight", dtype: "F32", shape: [1], data: new Uint8Array(Float32Array.of(value).buffer)}
  ]);

describe("assay jobs submit", () => {
  it.each([
    ["as text", "2027-03-01"],
    ["in seconds", Date.UTC(2027, 2, 1) / 1000]
  ])(
    "--check writes and sends nothing, and says what it would cost and until when (%s) the service has the base",
    async (_form, date) => {
      server.disturb = ({path}) =>
        path.startsWith("/v1/models/")
          ? {status: 200, body: {id: "base-model", object: "model", shutdown_date: date}}
          : undefined;
      let said = "";
      const told = await noted(async () => {
        said = await printed(() =>
          submitVerb("hosted", {check: true, skipUnresolved: true, usdPerMillion: 8})
        );
      });
      expect(told).toMatch(/! base-model is shut down at the service: 2027-03-01\./);
      expect(said).toMatch(/hosted: base-model by openai/);
      expect(said).toMatch(/train\.jsonl: \d+ examples of questions@[0-9a-f]+, part train of random/);
      expect(said).toMatch(/\d+ tokens \(estimated\), 1 epochs: \d+ tokens, about \$0\.0\d/);
      mkdirSync(join(project, "prices"), {recursive: true});
      const row = {model: "base-model", asOf: "2026-11-01", source: "its page", trainingPerMillion: 8000};
      writeFileSync(join(project, "prices", "own.json"), JSON.stringify({kind: "prices", prices: [row]}));
      const listed = await printed(() => submitVerb("hosted", {check: true, skipUnresolved: true}));
      const usd = (text: string) => Number(/about \$([\d.]+)/.exec(text)![1]);
      expect(usd(listed)).toBeCloseTo(1000 * usd(said), -1.5);
      rmSync(join(project, "prices"), {recursive: true});
      expect(posts()).toEqual([]);
      expect(existsSync(jobFolder())).toBe(false);
      expect(readdirSync(join(project, ".assay", "tmp"))).toEqual([]);
    }
  );

  it("says nothing of a base that a gateway does not tell about", async () => {
    server.disturb = undefined;
    const told = await noted(() => submitVerb("hosted", {skipUnresolved: true}));
    expect(told).not.toMatch(/shut down/);
    expect(told).toMatch(/is submitted to openai, as ftjob-0/);
  });

  it("--again sends the same job once more, under an id and a mark of its own", async () => {
    expect(await noted(() => submitVerb("hosted", {skipUnresolved: true}))).toMatch(/submitted before/);
    expect(server.jobs).toHaveLength(1);
    expect(await noted(() => submitVerb("hosted", {skipUnresolved: true, again: true}))).toMatch(
      /is submitted to openai, as ftjob-1/
    );
    const jobs = await listed();
    expect(jobs.map(({remote}) => remote!.id)).toEqual(["ftjob-0", "ftjob-1"]);
    expect(new Set(jobs.map(({key}) => key)).size).toBe(2);
    expect(new Set(jobs.map(({data}) => data[0]!.sha256)).size).toBe(1);
  });
});

describe("assay jobs --refresh", () => {
  it("asks for those that go on, tells of those that cannot be asked, and leaves ended ones alone", async () => {
    server.jobs[0]!.status = "running";
    expect((await listed()).map(({statuses}) => statuses.length)).toEqual([0, 0]);
    server.disturb = ({path}) =>
      path.endsWith("/ftjob-1") ? {status: 404, body: {error: {message: "gone"}}} : undefined;
    const told = await noted(async () => {
      expect((await listed({refresh: true}))[0]!.statuses.at(-1)).toMatchObject({status: "running"});
    });
    expect(told).toMatch(/! hosted-[0-9a-f]{12}: .*404/);
    server.disturb = undefined;
    Object.assign(server.jobs[0]!, {status: "succeeded", fine_tuned_model: "ft:hosted"});
    Object.assign(server.jobs[1]!, {status: "failed"});
    const ended = (await listed({refresh: true})).map(({statuses}) => statuses.at(-1)!.outcome);
    expect(ended).toEqual(["succeeded", "failed"]);
    const asked = server.requests.length;
    await listed({refresh: true});
    expect(server.requests).toHaveLength(asked);
  });
});

describe("assay models add", () => {
  const added = async (options: object): Promise<ModelManifest> =>
    JSON.parse(await printed(() => addModelVerb("adapter", {json: true, ...options}))) as ModelManifest;

  beforeAll(async () => {
    mkdirSync(join(project, "adapter"));
    writeFileSync(
      join(project, "adapter", "adapter_config.json"),
      '{"base_model_name_or_path": "base-model"}'
    );
    await writeWeights(join(project, "adapter"), 1);
  });

  it("--from-job gives a model the data of a job, by its id, its name or the service's own id", async () => {
    const [first] = await listed();
    for (const fromJob of [first!.id, "ftjob-0"]) {
      const {training, recipe} = await added({fromJob, name: `of ${fromJob}`, rename: true});
      expect(training).toMatchObject({
        dataset: "questions",
        version: first!.version,
        part: "train",
        rows: first!.data[0]!.rows,
        rowsSha256: first!.data[0]!.rowsSha256
      });
      expect(recipe).toMatchObject({method: "job"});
    }
    const lineage = await printed(() => lineageVerb("of ftjob-0", {}));
    expect(lineage).toMatch(/questions@[0-9a-f]{12}, train part/);
    // A job that another tool started says nothing of data.
    expect((await added({fromJob: "ftjob-elsewhere", name: "unknown"})).training).toBeUndefined();
  });

  it("--from-export gives it what the manifest beside the file says, and says where there is none", async () => {
    const out = join(project, "set.jsonl");
    await printed(() =>
      finetuneExportVerb({
        dataset: "questions",
        format: "openai",
        prompt: "question",
        completion: "answer",
        part: "train",
        skipUnresolved: true,
        out
      })
    );
    const {training} = await added({fromExport: out, name: "of an export"});
    const manifest = JSON.parse(readFileSync(`${out}.manifest.json`, "utf8")) as {rowsSha256: string};
    expect(training).toMatchObject({dataset: "questions", part: "train", rowsSha256: manifest.rowsSha256});
    const lineage = await printed(() => lineageVerb("of an export", {}));
    expect(lineage).toMatch(/questions@[0-9a-f]{12}, train part/);
    expect(lineage).toMatch(
      / {2}export set\.jsonl [0-9a-f]{12} – trained on train, .*\n {4}split .* – train part\n/
    );
    const lines = readFileSync(out, "utf8");
    writeFileSync(out, `${lines}{}\n`);
    await expect(added({fromExport: out, name: "of more"})).rejects.toThrow(
      /set\.jsonl is not the file that its manifest tells of/
    );
    rmSync(out);
    expect((await added({fromExport: out, name: "of an export"})).training).toEqual(training);
    writeFileSync(out, lines);
    writeFileSync(join(project, "own.jsonl"), "{}\n");
    const told = await noted(async () => {
      const {training: none} = await added({fromExport: join(project, "own.jsonl"), name: "of own rows"});
      expect(none).toBeUndefined();
    });
    expect(told).toMatch(/own\.jsonl has no manifest beside it: what the model learned from cannot be told/);
  });
});

describe("assay purge", () => {
  it("clears a job's training files and log, and names jobs whose data was sent and models that learned from it", async () => {
    const [first] = await listed();
    const lines = readFileSync(join(jobFolder(first!.id), "train.jsonl"), "utf8");
    const [, number] = /Question (\d+)/.exec(lines)!;
    const said = await printed(() =>
      purgeVerb("questions", {where: `id = 'r${number}'`, reason: "a request"})
    );
    expect(said).toMatch(new RegExp(`NOT erased: job ${first!.id} \\(its data was sent to openai`));
    expect(said).toMatch(/NOT erased: model of an export/);
    for (const {id} of await listed()) {
      expect(readdirSync(jobFolder(id)).filter((name) => name.endsWith(".jsonl"))).toEqual([]);
      expect(existsSync(join(jobFolder(id), "manifest.json"))).toBe(true);
    }
    // The rows that are left make another job.
    expect(await noted(() => submitVerb("hosted", {skipUnresolved: true}))).toMatch(/as ftjob-2/);
    expect(server.files.at(-2)!.content).not.toContain(`Question ${number}"`);
  });

  const purgeRow = (id: string) =>
    printed(() => purgeVerb("questions", {where: `id = '${id}'`, reason: "a request"}));
  const MARKED = /! model .* learned from rows of questions that were erased on .* It is not served or run/;

  async function assertMarked(name: string): Promise<void> {
    const dir = modelsDir(await openWorkspace(project, ".assay"));
    const [model] = (await listModels(dir)).filter((one) => one.name === name);
    await expect(assertUsable(dir, model!), name).rejects.toThrow(/learned from rows of questions/);
  }

  async function addedLate(name: string, options: object): Promise<string> {
    const folder = join(project, name.replaceAll(" ", "-"));
    mkdirSync(folder);
    writeFileSync(join(folder, "adapter_config.json"), "{}");
    await writeWeights(folder, name.length);
    return noted(() => addModelVerb(folder, {name, ...options}));
  }

  it("marks models that are collected or added after it, when they learned from what it erased", async () => {
    const [first] = await listed();
    expect(first!.erased).toMatchObject({dataset: "questions", parts: ["train"]});
    expect(await noted(() => collectVerb(first!.id, {}))).toMatch(MARKED);
    await assertMarked("hosted");
    expect(await addedLate("late of a job", {fromJob: "ftjob-0"})).toMatch(MARKED);
    await assertMarked("late of a job");
    expect(await addedLate("late of an export", {fromExport: join(project, "set.jsonl")})).toMatch(MARKED);
    await assertMarked("late of an export");
  });

  it("keeps a word that a model may stay when it is collected again", async () => {
    const [first] = await listed();
    const {id} = (await listed())[0]!.model!;
    await printed(() => purgeVerb("questions", {keepModel: id, reason: "public words"}));
    expect(await noted(() => collectVerb(first!.id, {}))).not.toMatch(MARKED);
    await assertUsable(modelsDir(await openWorkspace(project, ".assay")), {id, name: "hosted"});
  });

  it("leaves a model alone whose job was only checked on what it erased, and one trained on an export made since", async () => {
    const last = (await listed()).at(-1)!;
    const checked = readFileSync(join(jobFolder(last.id), last.data[1]!.path), "utf8");
    await purgeRow(`r${/Question (\d+)/.exec(checked)![1]}`);
    expect((await listed()).at(-1)!.erased).toMatchObject({parts: ["validation"]});
    Object.assign(server.jobs[2]!, {status: "succeeded", fine_tuned_model: "ft:last"});
    expect(await noted(() => collectVerb(last.id, {}))).not.toMatch(MARKED);
    const out = join(project, "since.jsonl");
    const columns = {dataset: "questions", format: "openai", prompt: "question", completion: "answer"};
    await printed(() => finetuneExportVerb({...columns, skipUnresolved: true, out}));
    expect(await addedLate("of a later export", {fromExport: out})).not.toMatch(MARKED);
  });

  it("on a second machine clears its files of jobs that an earlier purge found", async () => {
    const [first] = await listed();
    // The splits that tell have lost the row: its files came from no purge of this machine.
    for (const name of ["train.jsonl", "log.txt"]) writeFileSync(join(jobFolder(first!.id), name), "words\n");
    await purgeRow("r999");
    expect(readdirSync(jobFolder(first!.id)).filter((name) => /train\.jsonl|log\.txt/.test(name))).toEqual(
      []
    );
  });
});

describe("assay jobs submit --again", () => {
  it("looks for a job whose answer was lost before it sends another", async () => {
    writeJob(
      "lost",
      `{service: "openai", trust: "contract", baseUrl: ${JSON.stringify(lossy.baseUrl)}, apiKeyEnv: "TEST_JOB_KEY"}`
    );
    const again = () => noted(() => submitVerb("lost", {skipUnresolved: true, again: true}));
    expect(await again()).toMatch(/is submitted to openai, as ftjob-0/);
    lossy.disturb = ({method, path}) =>
      method === "POST" && path.endsWith("/jobs")
        ? "after"
        : path.includes("/jobs") && lossy.jobs.length > 1
          ? {status: 401}
          : undefined;
    expect(await again()).toMatch(/it is not known whether openai took job .*run the same command again/s);
    lossy.disturb = undefined;
    expect(await again()).toMatch(/is at openai already, as ftjob-1: nothing was sent/);
    expect(lossy.jobs).toHaveLength(2);
    expect(await again()).toMatch(/is submitted to openai, as ftjob-2/);
  });
});
