import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, it, vi} from "vitest";
import {usageCounter} from "../../../src/inference/endpoints/estimatedTokens.js";
import {recorded} from "../../../src/inference/endpoints/index.js";
import {localModel} from "../../../src/inference/localModels/index.js";
import {humanLabels, type ScoreInput} from "../../../src/evals/scorers/index.js";
import {inProject} from "../../../src/base/system/index.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

const cwd = process.cwd();
let project: string;
beforeEach(async () => {
  project = await temporaryProject();
  await mkdir(join(project, "evals", "more"), {recursive: true});
  await writeFile(join(project, "labels.jsonl"), '{"id": "1", "output": "a", "score": 1}\n');
  await writeFile(
    join(project, "tokenizer.json"),
    JSON.stringify({
      version: "1.0",
      added_tokens: [],
      normalizer: null,
      post_processor: null,
      decoder: null,
      pre_tokenizer: {type: "Whitespace"},
      model: {type: "WordLevel", vocab: {"[UNK]": 0}, unk_token: "[UNK]"}
    })
  );
});
afterEach(() => {
  vi.unstubAllEnvs();
  process.chdir(cwd);
});

const places = {
  "in the project's folder": () => process.chdir(project),
  "in a folder of the project": () => process.chdir(join(project, "evals", "more")),
  "elsewhere, with ASSAY_PROJECT": () => vi.stubEnv("ASSAY_PROJECT", project),
  "elsewhere, with ASSAY_PROJECT as a path from there": () => {
    process.chdir(join(project, "evals"));
    vi.stubEnv("ASSAY_PROJECT", "..");
  }
};

describe.each(Object.entries(places))("a path of a definition, for a command started %s,", (_, start) => {
  beforeEach(() => {
    vi.stubEnv("ASSAY_PROJECT", "");
    vi.stubEnv("ASSAY_DIR", join(project, ".assay"));
    start();
  });

  it("is from the project's folder", async () => {
    expect(inProject("labels.jsonl")).toBe(join(project, "labels.jsonl"));
    const labels = humanLabels("labels.jsonl");
    expect(labels({output: "a", row: {id: "1"}} as unknown as ScoreInput)).toMatchObject({value: 1});
    const replay = recorded({name: "replay", file: "labels.jsonl"});
    expect(await replay.preflight!("m", {})).toMatchObject([{status: "ok"}]);
    await replay.close!();
    const count = await usageCounter("server", "tokenizer.json");
    expect(count([{role: "user", content: "two words"}], "one")).toMatchObject({promptTokens: 2});
    await expect(localModel("models/none").find()).rejects.toThrow(join(project, "models/none"));
  });
});

it("is from the current folder outside a project, as a program of one's own may start a run", async () => {
  vi.stubEnv("ASSAY_PROJECT", "");
  const folder = await temporaryProject();
  process.chdir(folder);
  expect(inProject("labels.jsonl")).toBe(join(folder, "labels.jsonl"));
});
