import {createHash} from "node:crypto";
import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {afterEach, expect, it, vi} from "vitest";
import {collectJob, noteJob, openService, type ServiceSettings} from "../../../src/training/jobs/index.js";
import {type JobRecord, updateJob} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";
import {type Asked, jsonServer} from "./support/jsonServer.js";
import {planOf} from "./support/plan.js";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const FILES: Record<string, string> = {
  "adapter_config.json": '{"peft_type": "LORA", "base_model_name_or_path": "base-model"}',
  "adapter_model.safetensors": "weights",
  "tokenizer.json": "{}",
  "training_args.bin": "pickle",
  "README.md": "# card"
};

afterEach(() => vi.unstubAllEnvs());

it("what a job at Hugging Face made is fetched from its private repository by the job's own token, once", async () => {
  vi.stubEnv("HF_TOKEN", "hf_of_somebody_else");
  vi.stubEnv("TEST_HUB_TOKEN", "hf_of_the_job_123456");
  const workspace = await temporaryWorkspace();
  let stage = "RUNNING";
  let repository = "";
  let cut = 1;
  const server = await jsonServer((asked: Asked) => {
    const {path, headers} = asked;
    if (headers.authorization !== "Bearer hf_of_the_job_123456")
      return {status: 401, body: {error: "whose?"}};
    if (path === "/api/jobs/acme/job-0") return {body: {id: "job-0", status: {stage}}};
    if (path === `/api/models/${repository}/revision/main`) return {body: {id: repository, sha: COMMIT}};
    if (path === `/api/models/${repository}/tree/${COMMIT}`)
      return {
        body: Object.entries(FILES).map(([name, text]) => ({
          type: "file",
          path: name,
          size: text.length,
          oid: createHash("sha1").update(`blob ${text.length}\0${text}`).digest("hex")
        }))
      };
    const name = path.split(`/${repository}/resolve/${COMMIT}/`)[1];
    if (name === "adapter_model.safetensors" && cut-- > 0) return "drop";
    return name !== undefined && name in FILES ? {body: FILES[name]} : undefined;
  });
  try {
    const settings: ServiceSettings = {
      service: "huggingface",
      trust: "contract",
      namespace: "acme",
      flavor: "t4-small",
      hubUrl: server.url,
      apiKeyEnv: "TEST_HUB_TOKEN"
    };
    const {id, key} = await noteJob(workspace, planOf(workspace, settings, {format: "trl"}));
    await updateJob(workspace, id, () => ({remote: {id: "job-0", at: "2026-11-26T10:00:00Z"}}));
    repository = `acme/answers-${key.slice(0, 8)}`;
    await expect(collectJob(workspace, id)).rejects.toThrow(/is RUNNING: there is nothing to collect yet/);
    stage = "COMPLETED";
    await expect(collectJob(workspace, id)).rejects.toThrow();
    const {model, job} = await collectJob(workspace, id);
    expect(model).toMatchObject({
      name: "answers",
      architecture: "adapter",
      training: {dataset: "questions", part: "train", rows: 12},
      recipe: {method: "job at huggingface", source: id}
    });
    expect(model.files.map(({path}) => path)).toEqual([
      "adapter_config.json",
      "adapter_model.safetensors",
      "tokenizer.json"
    ]);
    expect(job.model?.id).toBe(model.id);
    const folder = join(workspace.project, model.folder!);
    expect(readFileSync(join(folder, "adapter_model.safetensors"), "utf8")).toBe("weights");
    expect(existsSync(join(folder, "training_args.bin"))).toBe(false);
    const fetched = server.asked.length;
    expect((await collectJob(workspace, id)).model.id).toBe(model.id);
    expect(server.asked.slice(fetched).filter(({path}) => path.includes("/resolve/"))).toEqual([]);
  } finally {
    await server.close();
  }
});

it.each([
  ["answers", "answers"],
  ["a--b---c.d", "a-b-c.d"],
  ["answers-", "answers"],
  ["x".repeat(128), "x".repeat(87)],
  [`${"x".repeat(86)}.y`, "x".repeat(86)]
])(
  "the repository of a job's result (%s) is made under a name the hub takes, before the training",
  (name, clean) => {
    const job = {
      name,
      key: "0123456789abcdef",
      settings: {},
      format: "trl",
      data: [{path: "train.jsonl"}],
      split: {}
    };
    const {configuration} = openService({
      service: "huggingface",
      trust: "contract",
      namespace: "acme",
      flavor: "t4-small"
    });
    const script = configuration!(job as unknown as JobRecord)["train.py"]!;
    const order = [
      `create_repo("acme/${clean}-01234567"`,
      "trainer.train()",
      `repo_id="acme/${clean}-01234567"`
    ];
    const places = order.map((line) => script.indexOf(line));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  }
);
