import {readFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi} from "vitest";
import {
  cancelJob,
  collectJob,
  lookAt,
  noteJob,
  openService,
  type ServiceSettings,
  startJob
} from "../../../src/training/jobs/index.js";
import {jobDir, readJobEvents, type Workspace} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";
import {type Answer, type Asked, type JsonServer, jsonServer} from "./support/jsonServer.js";
import {planOf} from "./support/plan.js";

let server: JsonServer;
let workspace: Workspace;
let answer: (asked: Asked) => Answer | "drop" | undefined;

beforeAll(() => {
  process.env.TEST_SERVICE_KEY = "service-secret-key-123456";
  process.env.TEST_HUB_TOKEN = "hf_service_secret_123456";
});
afterAll(() => {
  delete process.env.TEST_SERVICE_KEY;
  delete process.env.TEST_HUB_TOKEN;
});
beforeEach(async () => {
  server = await jsonServer((asked) => answer(asked));
  workspace = await temporaryWorkspace();
});
afterEach(() => server.close());

async function noted(service: ServiceSettings, more: Parameters<typeof planOf>[2] = {}): Promise<string> {
  return (await noteJob(workspace, planOf(workspace, service, more))).id;
}

describe("a job at Together", () => {
  const settings = (): ServiceSettings => ({
    service: "together",
    trust: "contract",
    baseUrl: `${server.url}/v1`,
    apiKeyEnv: "TEST_SERVICE_KEY"
  });

  it("takes whole epochs only", () => {
    const check = (epochs: number) => () =>
      openService(settings()).check({base: "m", format: "openai", settings: {epochs}});
    expect(check(2)).not.toThrow();
    expect(check(1.5)).toThrow("Together's jobs take whole epochs, and `epochs` is 1.5.");
  });

  it("is sent once in its dialect, found by its file, followed, cancelled and collected", async () => {
    const files: {id: string; filename: string}[] = [];
    const jobs: Record<string, unknown>[] = [];
    answer = ({method, path, body, json}) => {
      if (path === "/v1/files") return {body: {data: files}};
      if (path === "/v1/files/upload") {
        const filename = /name="file_name"\r\n\r\n(.*)\r\n/.exec(body)![1]!;
        files.push({id: `file-${files.length}`, filename});
        return {body: files.at(-1)};
      }
      if (path === "/v1/fine-tunes" && method === "POST") {
        jobs.push({...json(), id: `ft-${jobs.length}`, status: "pending", newer: [1]});
        // The service has it, and the answer is lost.
        return jobs.length === 1 ? "drop" : {body: jobs.at(-1)};
      }
      if (path === "/v1/fine-tunes") return {body: {data: jobs}};
      if (path === "/v1/fine-tunes/ft-0/events")
        return {
          body: {
            data: [
              {
                hash: "a",
                type: "job_start",
                message: "Job started",
                created_at: "2026-11-26T10:00:00Z",
                level: null
              },
              {
                hash: "b",
                type: "checkpoint_save",
                message: "saved",
                step: 3,
                created_at: "2026-11-26T10:01:00Z"
              }
            ]
          }
        };
      if (path === "/v1/fine-tunes/ft-0/cancel")
        return {body: Object.assign(jobs[0]!, {status: "cancel_requested"})};
      return path === "/v1/fine-tunes/ft-0" ? {body: jobs[0]} : undefined;
    };
    const id = await noted(settings(), {
      settings: {
        epochs: 2,
        rows: 8,
        rate: 1e-5,
        lora: {rank: 8},
        length: 512,
        seed: 7,
        more: {warmup_ratio: 0.1}
      }
    });
    const {job} = await startJob(workspace, id);
    expect(job.remote?.id).toBe("ft-0");
    expect(server.of("POST", "/v1/fine-tunes")).toHaveLength(1);
    expect(server.of("POST", "/v1/fine-tunes")[0]!.json()).toEqual({
      model: "base-model",
      training_file: "file-0",
      validation_file: "file-1",
      suffix: "answers",
      n_epochs: 2,
      n_evals: 2,
      batch_size: 8,
      learning_rate: 1e-5,
      max_seq_length: 512,
      random_seed: 7,
      training_type: {type: "Lora", lora_r: 8, lora_alpha: 16, lora_trainable_modules: "all-linear"},
      training_method: {method: "sft", train_on_inputs: false},
      warmup_ratio: 0.1
    });
    jobs[0]!.status = "teleporting";
    expect((await lookAt(workspace, id)).look).toMatchObject({status: "teleporting", outcome: undefined});
    expect((await lookAt(workspace, id)).events).toEqual([]);
    expect((await readJobEvents(workspace, id)).map(({type}) => type)).toEqual(["message", "checkpoint"]);
    expect((await cancelJob(workspace, id)).look.status).toBe("cancel_requested");
    Object.assign(jobs[0]!, {status: "completed", output_name: "acme/base-answers", token_count: 77});
    const {model} = await collectJob(workspace, id);
    expect(model).toMatchObject({
      architecture: "hosted",
      settings: {model: "acme/base-answers", endpoint: {baseUrl: `${server.url}/v1`}},
      metrics: {trainedTokens: 77}
    });
  });
});

it.each([
  ["the first of them", 0, false],
  ["the second of them", 1, false],
  ["one that is gone", 1, true]
])("a job at Together whose file was sent twice is found by %s", async (_, own, gone) => {
  const files: {id: string; filename: string}[] = [];
  const jobs: object[] = [];
  let away = true;
  answer = ({method, path, body}) => {
    if (path === "/v1/files") return {body: {data: files}};
    if (path === "/v1/files/upload") {
      files.push({
        id: `file-${files.length}`,
        filename: /name="file_name"\r\n\r\n(.*)\r\n/.exec(body)![1]!
      });
      // It is kept, and the answer is lost: it is sent again.
      return files.length === 1 ? "drop" : {body: files.at(-1)};
    }
    if (method === "POST") {
      jobs.push({id: "ft-0", status: "pending", training_file: files[own]!.id});
      return "drop";
    }
    // The list of jobs lags behind.
    return {body: {data: away ? [] : jobs}};
  };
  const together: ServiceSettings = {
    service: "together",
    trust: "contract",
    baseUrl: `${server.url}/v1`,
    apiKeyEnv: "TEST_SERVICE_KEY"
  };
  const id = await noted(together);
  await expect(startJob(workspace, id)).rejects.toThrow(/not known whether together took job/);
  expect(files.map(({filename}) => filename.split("-").at(-1))).toEqual([
    "train.jsonl",
    "train.jsonl",
    "validation.jsonl"
  ]);
  away = false;
  if (gone) files.length = 0;
  // A store that has lost what it noted of the files.
  const other = gone ? workspace : await temporaryWorkspace();
  await noteJob(other, planOf(other, together));
  expect(await startJob(other, id)).toMatchObject({how: "found", job: {remote: {id: "ft-0"}}});
  expect(server.of("POST", "/v1/fine-tunes")).toHaveLength(1);
});

it.each([
  [{}, undefined],
  [{method: "full"}, {type: "Full"}],
  [{method: "lora"}, {type: "Lora", lora_r: 16, lora_alpha: 32}],
  [{lora: {alpha: 4}}, {type: "Lora", lora_r: 16, lora_alpha: 4}]
] as const)("a job at Together asks for the kind of training that it states: %j", async (training, type) => {
  answer = ({method, path}) => {
    if (path === "/v1/files/upload") return {body: {id: "file-1"}};
    return {body: method === "POST" ? {id: "ft-1", status: "pending"} : {data: []}};
  };
  const together: ServiceSettings = {
    service: "together",
    trust: "contract",
    baseUrl: `${server.url}/v1`,
    apiKeyEnv: "TEST_SERVICE_KEY"
  };
  await startJob(workspace, await noted(together, {settings: training}));
  const {training_type: sent} = server.of("POST", "/v1/fine-tunes")[0]!.json();
  if (type === undefined) expect(sent).toBeUndefined();
  else expect(sent).toMatchObject(type);
});

describe("a job at Fireworks", () => {
  const settings = (): ServiceSettings => ({
    service: "fireworks",
    trust: "contract",
    account: "acme",
    baseUrl: server.url,
    apiKeyEnv: "TEST_SERVICE_KEY"
  });

  it("has a name of our own at the service, which refuses a second one", async () => {
    const home = "/v1/accounts/acme";
    const datasets = new Map<string, {state: string}>();
    // How often a file that has been sent is looked at before the service has read it.
    const reading = new Map<string, number>();
    const jobs = new Map<string, Record<string, unknown>>();
    let late = true;
    answer = ({method, path, search, json}) => {
      const [, , , , kind, rest = ""] = path.split("/");
      const [name, verb] = rest.split(":") as [string, string?];
      if (kind === "datasets" && method === "POST" && name === "") {
        datasets.set(String(json().datasetId), {state: "UPLOADING"});
        return {body: {}};
      }
      if (kind === "datasets" && verb === "upload") return {body: (reading.set(name, 2), {})};
      if (kind === "datasets") {
        const left = reading.get(name);
        if (left !== undefined) reading.set(name, left - 1);
        if (left === 0) datasets.set(name, {state: "READY"});
        return datasets.has(name) ? {body: datasets.get(name)} : undefined;
      }
      if (method === "POST" && name === "") {
        const wanted = search.get("supervisedFineTuningJobId")!;
        if ([...datasets.values()].some(({state}) => state !== "READY"))
          return {status: 400, body: {error: {message: "dataset is not READY"}}};
        if (jobs.has(wanted)) return {status: 409, body: {error: {message: "already exists"}}};
        jobs.set(wanted, {...json(), name: `accounts/acme/${kind}/${wanted}`, state: "JOB_STATE_CREATING"});
        return {body: jobs.get(wanted)};
      }
      const job = jobs.get(name);
      if (verb === "cancel") return {body: Object.assign(job!, {state: "JOB_STATE_CANCELLED"}) && {}};
      // The list of names lags behind once.
      if (late && job === undefined) return undefined;
      return job && {body: job};
    };
    const id = await noted(settings(), {settings: {epochs: 2}});
    const {job, how} = await startJob(workspace, id);
    expect(how).toBe("started");
    const own = `assay-${job.key.slice(0, 24)}`;
    expect(job.remote?.id).toBe(`supervisedFineTuningJobs/${own}`);
    expect(server.of("POST", `${home}/supervisedFineTuningJobs`)[0]!.json()).toEqual({
      displayName: id,
      dataset: `accounts/acme/datasets/${own}-train`,
      evaluationDataset: `accounts/acme/datasets/${own}-validation`,
      outputModel: `accounts/acme/models/${own}`,
      baseModel: "base-model",
      epochs: 2,
      loraRank: 8
    });
    late = false;
    const other = await temporaryWorkspace();
    await noteJob(other, planOf(other, settings(), {settings: {epochs: 2}}));
    expect((await startJob(other, id)).how).toBe("found");
    expect(jobs.size).toBe(1);
    Object.assign(jobs.get(own)!, {state: "JOB_STATE_RUNNING", jobProgress: {percent: 40}});
    expect((await lookAt(workspace, id)).look).toMatchObject({status: "JOB_STATE_RUNNING", detail: "40%"});
    expect((await cancelJob(workspace, id)).look.outcome).toBe("cancelled");
    Object.assign(jobs.get(own)!, {state: "JOB_STATE_COMPLETED"});
    expect((await collectJob(workspace, id)).model.settings).toMatchObject({
      model: `accounts/acme/models/${own}`,
      endpoint: {baseUrl: `${server.url}/inference/v1`}
    });
    expect(() => openService(settings()).check({base: "m", format: "openai", settings: {seed: 1}})).toThrow(
      /no place for/
    );
  });

  it("trains all weights when asked, keeps every row to train on, and ends in whatever way", async () => {
    const home = "/v1/accounts/acme";
    let state: string | undefined;
    answer = ({method, path}) => {
      if (path.includes("/datasets/")) return {body: {state: "READY"}};
      if (method === "POST") state = "JOB_STATE_CREATING";
      return state === undefined ? undefined : {body: {state}};
    };
    const plan = planOf(workspace, settings(), {settings: {method: "full"}});
    const {id} = await noteJob(workspace, {...plan, data: plan.data.slice(0, 1)});
    await startJob(workspace, id);
    const request = server.of("POST", `${home}/supervisedFineTuningJobs`)[0]!.json();
    expect(request).toMatchObject({loraRank: 0, evalAutoCarveout: false});
    expect(request).not.toHaveProperty("evaluationDataset");
    const outcomes = {
      EARLY_STOPPED: "succeeded",
      DELETING_CLEANING_UP: "cancelled",
      DELETED: "cancelled",
      ARCHIVED: "cancelled",
      PAUSED: undefined
    };
    const {look} = openService(settings());
    for (const [word, outcome] of Object.entries(outcomes)) {
      state = `JOB_STATE_${word}`;
      const at = {remote: "supervisedFineTuningJobs/a"} as Parameters<typeof look>[0];
      expect((await look(at)).outcome, word).toBe(outcome);
    }
  });
});

describe("a job at Hugging Face", () => {
  const settings = (): ServiceSettings => ({
    service: "huggingface",
    trust: "contract",
    namespace: "acme",
    flavor: "t4-small",
    hubUrl: server.url,
    apiKeyEnv: "TEST_HUB_TOKEN",
    timeoutHours: 2
  });

  it("is refused where HF_ENDPOINT holds a password, without showing it", () => {
    vi.stubEnv("HF_ENDPOINT", "http://user:hubPW77@127.0.0.1:1");
    const opened = () => openService({...settings(), hubUrl: undefined} as ServiceSettings);
    expect(opened).toThrow("HF_ENDPOINT must be an http or https address without credentials.");
    expect(opened).not.toThrow(/hubPW77/);
    vi.unstubAllEnvs();
  });

  it("sends data and script to a private dataset, starts the machine once, and reads its figures", async () => {
    const jobs: Record<string, unknown>[] = [];
    let repository = false;
    let busy = 1;
    answer = ({method, path, search, body, json}): Answer | "drop" | undefined => {
      if (path === "/api/jobs/hardware")
        return {
          body: [
            {
              name: "t4-small",
              prettyName: "T4",
              cpu: "4 vCPU",
              ram: "15 GB",
              unitCostUSD: 0.0067,
              unitLabel: "minute",
              accelerator: {model: "T4", quantity: "1", vram: "16 GB"}
            }
          ]
        };
      if (path === "/api/jobs/acme" && method === "POST") {
        if (busy-- > 0) return {status: 429, headers: {"retry-after": "0"}, body: {error: "busy"}};
        jobs.push({
          ...json(),
          id: `job-${jobs.length}`,
          type: "job",
          status: {stage: "SCHEDULING", failureCount: 0}
        });
        return jobs.length === 1 ? "drop" : {body: jobs.at(-1)};
      }
      if (path === "/api/jobs/acme")
        return search.has("cursor")
          ? {body: jobs}
          : {
              body: [{id: "other", status: {stage: "RUNNING"}}],
              headers: {link: `<${server.url}${path}?cursor=2>; rel="next"`}
            };
      if (path === "/api/jobs/acme/job-0") return {body: jobs[0]};
      if (path === "/api/jobs/acme/job-0/cancel")
        return {body: Object.assign(jobs[0]!, {status: {stage: "CANCELED"}})};
      if (path === "/api/jobs/acme/job-0/logs")
        return {
          headers: {"content-type": "text/event-stream"},
          body: `data: ${JSON.stringify({data: "{'loss': 1.5, 'epoch': 0.5}", timestamp: "2026-11-26T10:00:00Z"})}\n\ndata: ${JSON.stringify({data: "hello", timestamp: "2026-11-26T10:00:01Z"})}\n\n`
        };
      if (path.endsWith("/preupload/main")) {
        const {files} = JSON.parse(body) as {files: {path: string}[]};
        return {body: {files: files.map((file) => ({path: file.path, uploadMode: "regular"}))}};
      }
      if (path.endsWith("/commit/main")) return {body: {commitOid: "c1", commitUrl: "u", hookOutput: ""}};
      if (path === "/api/repos/create") {
        repository = true;
        return {body: {url: "u", name: "n", id: "id"}};
      }
      return repository && path.startsWith("/api/datasets/acme/")
        ? {body: {id: "x", _id: "y", sha: "s"}}
        : undefined;
    };
    const service = openService(settings());
    expect(await service.offer!("base-model")).toBe(
      "t4-small (T4): 4 vCPU, 15 GB, 1 × T4 (16 GB), $0.0067 a minute, 2 h at the most"
    );
    const id = await noted(settings(), {format: "trl"});
    const {job} = await startJob(workspace, id);
    expect(job.remote?.id).toBe("job-0");
    expect(server.of("POST", "/api/jobs/acme")).toHaveLength(2);
    expect(jobs[0]).toMatchObject({
      command: ["uv", "run", "/data/train.py"],
      flavor: "t4-small",
      labels: {assay: job.key.slice(0, 40)},
      volumes: [{type: "dataset", source: `acme/assay-${job.key.slice(0, 16)}`, mountPath: "/data"}],
      timeoutSeconds: 7200,
      secrets: {HF_TOKEN: "hf_service_secret_123456"}
    });
    expect(server.of("POST", "/api/repos/create")[0]!.json()).toMatchObject({
      visibility: "private",
      type: "dataset"
    });
    const commit = server.of("POST", `/api/datasets/acme/assay-${job.key.slice(0, 16)}/commit`)[0]!.body;
    for (const name of ["train.jsonl", "validation.jsonl", "train.py"]) expect(commit).toContain(name);
    const script = readFileSync(join(jobDir(workspace, id), "train.py"), "utf8");
    expect(script).toContain(job.data[0]!.sha256);
    expect(script).toContain(`"acme/answers-${job.key.slice(0, 8)}"`);
    await lookAt(workspace, id);
    expect((await readJobEvents(workspace, id)).map(({data}) => data)).toEqual([{loss: 1.5, epoch: 0.5}]);
    expect(readFileSync(join(jobDir(workspace, id), "manifest.json"), "utf8")).not.toContain("hf_service");
    const {look} = await cancelJob(workspace, id);
    expect(look).toMatchObject({status: "CANCELED", outcome: "cancelled"});
  });
});
