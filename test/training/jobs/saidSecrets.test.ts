import {readFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, afterEach, beforeAll, beforeEach, expect, it} from "vitest";
import {lookAt, noteJob, type ServiceSettings, startJob} from "../../../src/training/jobs/index.js";
import {jobDir, readJob, readJobEvents, updateJob, type Workspace} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";
import {type Answer, type Asked, type JsonServer, jsonServer} from "./support/jsonServer.js";
import {planOf} from "./support/plan.js";

const KEY = "hf_service+secret/key-123456";
const SAID = `Incorrect key ${KEY}, sent as ${encodeURIComponent(KEY)}`;

let server: JsonServer;
let workspace: Workspace;
let answer: (asked: Asked) => Answer | undefined;

beforeAll(() => void (process.env.TEST_SERVICE_KEY = KEY));
afterAll(() => void delete process.env.TEST_SERVICE_KEY);
beforeEach(async () => {
  server = await jsonServer((asked) => answer(asked));
  workspace = await temporaryWorkspace();
});
afterEach(() => server.close());

const common = () => ({trust: "contract" as const, apiKeyEnv: "TEST_SERVICE_KEY"});
const openAI = (): ServiceSettings => ({service: "openai", baseUrl: `${server.url}/v1`, ...common()});
const hub = (): ServiceSettings => ({
  service: "huggingface",
  namespace: "acme",
  flavor: "t4-small",
  hubUrl: server.url,
  ...common()
});

const failed: Record<string, {service: () => ServiceSettings; job: object; events?: object}> = {
  openai: {
    service: openAI,
    job: {status: "failed", error: {message: SAID}},
    events: {data: [{id: "e1", message: SAID, data: {why: SAID}}]}
  },
  together: {
    service: () => ({service: "together", baseUrl: `${server.url}/v1`, ...common()}),
    job: {status: "error", why: SAID},
    events: {data: [{message: SAID, created_at: "2026-11-26T10:00:00Z"}]}
  },
  fireworks: {
    service: () => ({service: "fireworks", account: "acme", baseUrl: server.url, ...common()}),
    job: {state: "JOB_STATE_FAILED", status: {message: SAID}}
  },
  huggingface: {service: hub, job: {id: "job-0", status: {stage: "ERROR", message: SAID}}}
};

it.each(Object.keys(failed))("why a job at %s failed is kept and told without the key", async (name) => {
  const {service, job, events} = failed[name]!;
  answer = ({path}) => {
    if (path.endsWith("/events")) return events && {body: events};
    return path.endsWith("/logs") || path.endsWith("/checkpoints") ? undefined : {body: job};
  };
  const {id} = await noteJob(workspace, planOf(workspace, service()));
  await updateJob(workspace, id, () => ({remote: {id: "job-0", at: "2026-11-26T09:00:00Z"}}));
  const looked = await lookAt(workspace, id);
  const kept = [
    looked,
    await readJob(workspace, id),
    await readJobEvents(workspace, id),
    readFileSync(join(jobDir(workspace, id), "manifest.json"), "utf8")
  ];
  const text = JSON.stringify(kept);
  expect(text).not.toContain(KEY);
  expect(text).not.toContain(encodeURIComponent(KEY));
  // The other words stay.
  expect(text).toContain("Incorrect key [hidden], sent as [hidden]");
  if (name !== "together") expect(looked.look.detail).toBe("Incorrect key [hidden], sent as [hidden]");
  if (events) expect(looked.events[0]!.message).toBe("Incorrect key [hidden], sent as [hidden]");
});

it("what a service says of a file that it cannot read is told without the key", async () => {
  answer = ({method, path}) => {
    if (method === "GET") return {body: {data: []}};
    return path.endsWith("/files")
      ? {body: {id: "file-1", filename: "f", status: "error", status_details: SAID}}
      : undefined;
  };
  const {id} = await noteJob(workspace, planOf(workspace, openAI()));
  await expect(startJob(workspace, id)).rejects.toThrow(
    "openai: the service could not read train.jsonl: Incorrect key [hidden], sent as [hidden]."
  );
});

it("what the hub refuses, or may have taken, is told without the token", async () => {
  answer = () => ({status: 400, body: {error: SAID}});
  const {id} = await noteJob(workspace, planOf(workspace, hub(), {format: "trl"}));
  await expect(startJob(workspace, id)).rejects.toThrow("Incorrect key [hidden]");
  answer = ({method, path}) => {
    if (path === "/api/jobs/acme") return method === "POST" ? {status: 409, body: {error: SAID}} : {body: []};
    if (path.endsWith("/preupload/main")) return {body: {files: []}};
    if (path.endsWith("/commit/main")) return {body: {commitOid: "c1", commitUrl: "u", hookOutput: ""}};
    return {body: {id: "x", _id: "y", sha: "s"}};
  };
  await expect(startJob(workspace, id)).rejects.toThrow(/not known whether .*Incorrect key \[hidden\]/);
});
