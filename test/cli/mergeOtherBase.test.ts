import {mkdir, readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {mergeVerb} from "../../src/cli/models/merge/merge.js";
import {recordFiles} from "../../src/training/jobs/index.js";
import {listModels, type ModelManifest} from "../../src/weights/models/index.js";
import {modelsDir, type Workspace} from "../../src/base/store/index.js";
import {printed} from "../support/printed.js";
import {temporaryWorkspace} from "../support/temporaryWorkspace.js";
import {tinyAdapter} from "../support/tinyAdapter.js";
import {tinyLanguageModel} from "../support/tinyLanguageModel.js";

let workspace: Workspace;
let own: ModelManifest;
let newer: ModelManifest;
const at = (name: string) => join(workspace.project, name);
const added = {parents: [], settings: {}};
const short = ({id}: ModelManifest) => id.slice(0, 12);

async function recipe(name: string, ...lines: string[]): Promise<string> {
  await writeFile(at(name), lines.join("\n"));
  return at(name);
}

const average = (...models: string[]) => [
  "merge_method: linear",
  "models:",
  ...models.map((model) => `  - {model: ${model}, parameters: {weight: 0.5}}`)
];

const warning = () =>
  `The adapter steering was made on base (${short(own)}), but is put on base (${short(newer)}), which has other weights: its answers are not what it learned. Put it on its own base.`;

beforeAll(async () => {
  workspace = await temporaryWorkspace();
  await mkdir(at("data-loaders"));
  await mkdir(at("evals"));
  vi.stubEnv("ASSAY_PROJECT", workspace.project);
  vi.stubEnv("XDG_CACHE_HOME", workspace.project);
  await tinyLanguageModel(at("first"), {seed: "first"});
  await tinyLanguageModel(at("second"), {seed: "second"});
  own = await recordFiles(workspace, at("first"), {name: "base", ...added});
  await tinyAdapter(at("steer"), 1, "../first");
  await recordFiles(workspace, at("steer"), {name: "steering", ...added});
  newer = await recordFiles(workspace, at("second"), {name: "base", ...added});
});
afterAll(() => vi.unstubAllEnvs());

const newest = () =>
  `the store has 2 models called "base" with different weights. The newest is taken: ${short(newer)}, made ${newer.createdAt.slice(0, 16).replace("T", " ")} UTC. Name it "${short(newer)}" to keep it when a newer one is made.`;

describe("a merge that puts an adapter on another base than its own", () => {
  it("says so in the check, the report, the model card and the lineage", async () => {
    const file = await recipe("other.yml", ...average("base+steering", "base"));
    const flat = (text: string) => text.replace(/\s+/g, " ");
    expect(flat(await printed(() => mergeVerb(file, {check: true})))).toContain(warning());
    expect(flat(await printed(() => mergeVerb(file, {out: at("other")})))).toContain(warning());
    expect(JSON.parse(await readFile(at("other/merge_report.json"), "utf8"))).toMatchObject({
      report: {warnings: [warning(), newest()]}
    });
    expect(await readFile(at("other/README.md"), "utf8")).toContain(warning());
    const made = (await listModels(modelsDir(workspace))).find(({name}) => name === "other")!;
    expect(made.merge!.warnings).toEqual([warning(), newest()]);
  });

  it("says so of an expert of a mixture", async () => {
    const file = await recipe(
      "mixture.yml",
      "base_model: base",
      "gate_mode: random",
      "dtype: float32",
      "experts:",
      "  - source_model: base+steering",
      "  - source_model: base"
    );
    const {documents} = JSON.parse(await printed(() => mergeVerb(file, {check: true, json: true}))) as {
      documents: {warnings: string[]}[];
    };
    expect(documents[0]!.warnings).toContain(warning());
  });

  it("says nothing where it is put on its own, whatever that is called", async () => {
    await recordFiles(workspace, at("first"), {name: "copy", parents: [], settings: {copied: true}});
    for (const base of [short(own), "copy"]) {
      const file = await recipe("own.yml", ...average(`${base}+steering`, "base"));
      expect(await printed(() => mergeVerb(file, {check: true}))).not.toContain("other weights");
    }
  });

  it("names the base by its id where its name means another model", async () => {
    const file = await recipe("alone.yml", ...average("steering", "base"));
    await expect(mergeVerb(file, {check: true})).rejects.toThrow(
      `steering is an adapter: write it with its base, ${short(own)}+steering.`
    );
  });
});
