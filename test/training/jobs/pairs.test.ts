import {mkdtempSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from "vitest";
import {
  collectJob,
  lookAt,
  noteJob,
  openService,
  type ServiceSettings,
  startJob
} from "../../../src/training/jobs/index.js";
import {sha256} from "../../../src/base/system/index.js";
import type {Workspace} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";
import {type Answer, type Asked, type JsonServer, jsonServer} from "./support/jsonServer.js";
import {planOf} from "./support/plan.js";

let server: JsonServer;
let workspace: Workspace;
let answer: (asked: Asked) => Answer | undefined;

beforeAll(() => void (process.env.TEST_PAIRS_KEY = "pairs-secret-key-123456"));
afterAll(() => void delete process.env.TEST_PAIRS_KEY);
beforeEach(async () => {
  server = await jsonServer((asked) => answer(asked));
  workspace = await temporaryWorkspace();
});
afterEach(() => server.close());

/** A job of pairs, submitted. */
async function submitted(
  service: Pick<ServiceSettings, "service"> & Record<string, unknown>
): Promise<string> {
  const {id} = await noteJob(
    workspace,
    planOf(workspace, {trust: "contract", apiKeyEnv: "TEST_PAIRS_KEY", ...service} as ServiceSettings, {
      format: "openai-dpo",
      settings: {epochs: 2, rows: 4, preference: {beta: 0.2}}
    })
  );
  await startJob(workspace, id);
  return id;
}

describe("pairs of answers are sent as DPO", () => {
  it("in the manner of OpenAI", async () => {
    answer = ({method, path}) => {
      if (path === "/v1/files") return {body: method === "POST" ? {id: "file-1"} : {data: []}};
      return {body: method === "POST" ? {id: "ftjob-1", status: "queued"} : {data: []}};
    };
    await submitted({service: "openai", baseUrl: `${server.url}/v1`});
    expect(server.of("POST", "/v1/fine_tuning/jobs")[0]!.json()).toMatchObject({
      model: "base-model",
      method: {type: "dpo", dpo: {hyperparameters: {n_epochs: 2, batch_size: 4, beta: 0.2}}}
    });
  });

  it("to Together", async () => {
    answer = ({method, path}) => {
      if (path === "/v1/files/upload") return {body: {id: "file-1"}};
      return {body: method === "POST" ? {id: "ft-1", status: "pending"} : {data: []}};
    };
    await submitted({service: "together", baseUrl: `${server.url}/v1`});
    expect(server.of("POST", "/v1/fine-tunes")[0]!.json()).toMatchObject({
      n_epochs: 2,
      batch_size: 4,
      training_method: {method: "dpo", dpo_beta: 0.2}
    });
  });

  it("to Fireworks, whose DPO jobs name the model in their training and check on no rows", async () => {
    let job: Record<string, unknown> | undefined;
    let created = false;
    answer = ({method, path, json}) => {
      if (method === "POST" && path.endsWith("/datasets")) created = true;
      if (path.includes("/datasets"))
        return method === "POST" ? {body: {}} : created ? {body: {state: "READY"}} : undefined;
      if (method === "POST") return {body: (job = {...json(), state: "JOB_STATE_RUNNING"})};
      return job && {body: job};
    };
    const id = await submitted({service: "fireworks", account: "acme", baseUrl: server.url});
    const [sent] = server.of("POST", "/v1/accounts/acme/dpoJobs");
    const name = sent!.search.get("dpoJobId")!;
    expect(sent!.json()).toEqual({
      displayName: id,
      dataset: `accounts/acme/datasets/${name}-train`,
      trainingConfig: {
        baseModel: "base-model",
        outputModel: `accounts/acme/models/${name}`,
        epochs: 2,
        batchSizeSamples: 4,
        loraRank: 8
      },
      lossConfig: {method: "DPO", dpo: {beta: 0.2}}
    });
    expect(server.asked.filter(({path}) => path.endsWith(":upload"))).toHaveLength(1);
    expect((await lookAt(workspace, id)).look.status).toBe("JOB_STATE_RUNNING");
    const check = (settings: Record<string, unknown>) => () =>
      openService({
        service: "fireworks",
        trust: "contract",
        account: "acme",
        apiKeyEnv: "TEST_PAIRS_KEY"
      }).check({
        base: "m",
        format: "openai-dpo",
        settings
      });
    expect(check({preference: {beta: 0.5}})).toThrow(/beta` below 0\.5/);
    expect(check({method: "full"})).toThrow(/DPO jobs train LoRA/);
    expect(check({preference: {beta: 0.49}})).not.toThrow();
    job!.state = "JOB_STATE_COMPLETED";
    const {model} = await collectJob(workspace, id);
    expect(model.settings.model).toBe(`accounts/acme/models/${name}`);
    expect(model.training?.validation).toBeUndefined();
  });
});

describe("a file that Fireworks does not take in one request", () => {
  it("goes to the address that it signs, without our key, and is sent again where that was cut off", async () => {
    let uploads = 0;
    let state: string | undefined;
    answer = ({method, path, json}) => {
      if (path.startsWith("/bucket/")) {
        uploads++;
        // The storage is busy once; its errors repeat the address.
        return uploads === 1
          ? {status: 503, body: `busy: ${server.url}${path}?sign=hush-hush`}
          : {body: "<ok/>"};
      }
      if (path.endsWith(":getUploadEndpoint")) {
        const [name] = Object.keys(json().filenameToSize as object);
        return {body: {filenameToSignedUrls: {[name!]: `${server.url}/bucket/${name}?sign=hush-hush`}}};
      }
      if (path.endsWith(":validateUpload")) return {body: ((state = "READY"), {})};
      if (path.includes("/datasets"))
        return method === "POST" ? {body: {}} : state ? {body: {state}} : undefined;
      return method === "POST" ? {body: {state: "JOB_STATE_CREATING"}} : undefined;
    };
    const settings: ServiceSettings = {
      service: "fireworks",
      trust: "contract",
      account: "acme",
      baseUrl: server.url,
      apiKeyEnv: "TEST_PAIRS_KEY"
    };
    const text = `${JSON.stringify({messages: [{role: "user", content: "Grüße"}]})}\n`;
    const folder = mkdtempSync(join(workspace.tmpDir, "large-"));
    writeFileSync(join(folder, "train.jsonl"), text);
    const data = [
      {path: "train.jsonl", part: "train", bytes: 150_000_001, sha256: sha256(text), rows: 1, rowsSha256: "r"}
    ];
    const {id} = await noteJob(workspace, planOf(workspace, settings, {folder, data, settings: {}}));
    expect((await startJob(workspace, id)).how).toBe("started");
    const put = server.of("PUT", "/bucket/");
    expect(put).toHaveLength(2);
    expect(put[1]!.body).toBe(text);
    const size = String(Buffer.byteLength(text));
    expect(put[1]!.headers).toMatchObject({
      "content-length": size,
      "content-type": "application/octet-stream",
      "x-goog-content-length-range": `${size},${size}`
    });
    expect(put[1]!.headers).not.toHaveProperty("authorization");
    expect(put[1]!.search.get("sign")).toBe("hush-hush");
    expect(server.asked.map(({path}) => path.split(":")[1]).filter(Boolean)).toEqual([
      "getUploadEndpoint",
      "validateUpload"
    ]);
  });

  it("is refused without the address in the message", async () => {
    answer = ({method, path, json}) => {
      if (path.startsWith("/bucket/")) return {status: 403, body: `no: ${server.url}${path}?sign=hush-hush`};
      if (path.endsWith(":getUploadEndpoint")) {
        const [name] = Object.keys(json().filenameToSize as object);
        return {body: {filenameToSignedUrls: {[name!]: `${server.url}/bucket/${name}?sign=hush-hush`}}};
      }
      return method === "POST" ? {body: {}} : undefined;
    };
    const plan = planOf(workspace, {
      service: "fireworks",
      trust: "contract",
      account: "acme",
      baseUrl: server.url,
      apiKeyEnv: "TEST_PAIRS_KEY"
    });
    plan.settings = {};
    for (const one of plan.data) one.bytes = 2e8;
    const {id} = await noteJob(workspace, plan);
    const message = await startJob(workspace, id).catch((error: Error) => error.message);
    expect(message).toMatch(/fireworks: The server answered 403/);
    expect(message).not.toContain("hush-hush");
  });
});
