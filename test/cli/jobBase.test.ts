// @module-tag long
import {existsSync, readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {collectVerb} from "../../src/cli/models/training/jobs.js";
import {submitVerb} from "../../src/cli/models/training/jobSubmit.js";
import {purgeVerb} from "../../src/cli/data/purge.js";
import {listModels, type ModelManifest} from "../../src/weights/models/index.js";
import {modelsDir, openWorkspace} from "../../src/base/store/index.js";
import {writeLoader} from "../support/assay.js";
import {jobProject, noted} from "../support/jobProject.js";
import {printed} from "../support/printed.js";

let project: string;
let models: ModelManifest[];
let learned: string;

const split = `split: {strategy: "random", name: "random", test: 0.2, validation: 0.1}`;
const run = (config: string) =>
  `{service: "command", trust: "local", tool: "axolotl", run: "mkdir output; echo '${config}' > output/config.json; echo '${config}' > output/model.safetensors"}`;

beforeAll(async () => {
  const made = await jobProject();
  project = made.project;
  writeLoader(
    project,
    "others",
    `{name: "others", id: "id", text: "question", label: "answer", source: {kind: "rows", rows: () =>
      Array.from({length: 20}, (_, i) => ({id: "o" + i, question: "Other " + i, answer: "answer " + i}))}}`
  );
  const others = `dataset: "others", ${split}, method: "full"`;
  made.writeJob("first", run("1"));
  made.writeJob("second", run("2"), others, "first");
  made.writeJob("third", run("3"), others, "../../../no-such-model");
  for (const name of ["first", "second", "third"]) {
    await noted(() => submitVerb(name, {skipUnresolved: true, watch: true}));
    if (name === "first") {
      const jobs = join(project, ".assay", "jobs");
      const [id] = readdirSync(jobs);
      learned = /Question (\d+)"/.exec(readFileSync(join(jobs, id!, "train.jsonl"), "utf8"))![1]!;
    }
    await printed(() => collectVerb(name, {}));
  }
  models = await listModels(modelsDir(await openWorkspace(project)));
});
afterAll(() => {
  process.exitCode = 0;
  vi.unstubAllEnvs();
});

describe("assay purge of a row that a job's base learned from", () => {
  it("reaches what the job made of that base, and nothing else", async () => {
    const note = (name: string) =>
      existsSync(join(modelsDirOf(), models.find((one) => one.name === name)!.id, "erased-training.json"));
    const said = await printed(() =>
      purgeVerb("questions", {where: `id = 'r${learned}'`, reason: "a request"})
    );
    expect(said).toContain("second");
    expect(["first", "second", "third"].map(note)).toEqual([true, true, false]);
  });
});

const modelsDirOf = () => join(project, ".assay", "models");
