import {cp, mkdir, readFile, rm, truncate, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import type {AddOptions} from "../../src/cli/models/addModel.js";
import {addModelVerb} from "../../src/cli/models/models.js";
import {convertModel} from "../../src/weights/gguf/index.js";
import {listModels, type ModelManifest} from "../../src/weights/models/index.js";
import {modelsDir, type Workspace} from "../../src/base/store/index.js";
import {printed} from "../support/printed.js";
import {temporaryWorkspace} from "../support/temporaryWorkspace.js";
import {tinyAdapter} from "../support/tinyAdapter.js";
import {tinyLanguageModel} from "../support/tinyLanguageModel.js";

let workspace: Workspace;
const at = (name: string) => join(workspace.project, name);

const added = async (source: string, options: AddOptions = {}) =>
  JSON.parse(await printed(() => addModelVerb(source, {json: true, ...options}))) as ModelManifest;

/** Adding it fails with this message, and the store has no more models than before. */
async function refused(source: string, why: RegExp, options: AddOptions = {}): Promise<void> {
  const before = (await listModels(modelsDir(workspace))).length;
  await expect(added(source, options), source).rejects.toThrow(why);
  expect(await listModels(modelsDir(workspace)), source).toHaveLength(before);
}

beforeAll(async () => {
  workspace = await temporaryWorkspace();
  await mkdir(at("evals"));
  vi.stubEnv("ASSAY_PROJECT", workspace.project);
  vi.stubEnv("HF_ENDPOINT", "http://127.0.0.1:9");
  await tinyLanguageModel(at("tiny"));
  await tinyAdapter(at("steer"), 1);
  await convertModel({from: at("tiny"), to: at("tiny.gguf"), type: "f16"}, {});
});
afterAll(() => vi.unstubAllEnvs());

describe("assay models add of files", () => {
  it("takes a checkpoint, an adapter, and a GGUF file with all its parts", async () => {
    expect(await added("tiny")).toMatchObject({architecture: "checkpoint"});
    expect(await added("steer")).toMatchObject({architecture: "adapter"});
    expect(await added("tiny.gguf")).toMatchObject({architecture: "gguf"});
    for (const part of [1, 2]) await cp(at("tiny.gguf"), at(`two-0000${part}-of-00002.gguf`));
    expect((await added("two-00001-of-00002.gguf")).files).toHaveLength(2);
    await rm(at("two-00002-of-00002.gguf"));
    await refused("two-00001-of-00002.gguf", /two-00002-of-00002\.gguf does not exist/);
  });

  it("refuses a file that is no GGUF file, and one that is cut short", async () => {
    await writeFile(at("rows.csv"), "id,text\n1,hello\n");
    await refused("rows.csv", /rows\.csv is no GGUF file/);
    await cp(at("tiny.gguf"), at("cut.gguf"));
    await truncate(at("cut.gguf"), (await readFile(at("cut.gguf"))).length - 100);
    await refused("cut.gguf", /cut short/);
  });

  it("refuses a folder without weights, or with weights that are cut short", async () => {
    for (const config of ["config.json", "adapter_config.json"]) {
      await mkdir(at(`no-${config}`));
      await writeFile(join(at(`no-${config}`), config), "{}");
      await refused(`no-${config}`, /has no \.safetensors file/);
    }
    for (const [folder, file] of [
      ["tiny", "model.safetensors"],
      ["steer", "adapter_model.safetensors"]
    ] as const) {
      await cp(at(folder), at(`cut-${folder}`), {recursive: true});
      const cut = join(at(`cut-${folder}`), file);
      await truncate(cut, (await readFile(cut)).length - 10);
      await refused(`cut-${folder}`, /cut short/);
    }
  });

  it("refuses an export that is not there", async () => {
    await refused("tiny", /--from-export: .*nope\.jsonl does not exist/, {fromExport: at("nope.jsonl")});
  });

  it("says of what is no path that it was looked for at the hub", async () => {
    const path = at("models/nope").replaceAll(/[/.]/g, "\\$&");
    await refused(
      "models/nope",
      new RegExp(
        `There is no file or folder ${path}, so models/nope was looked for at the hub\\. The hub cannot`
      )
    );
  });
});
