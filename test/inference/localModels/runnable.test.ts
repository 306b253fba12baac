import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {findModel, localModel, runnable} from "../../../src/inference/localModels/index.js";
import {readGguf} from "../../../src/weights/gguf/index.js";
import {encode, type FloatDtype} from "../../../src/weights/merge/numeric/convert.js";
import {openCheckpoint, readTensorFloats, writeSafetensors} from "../../../src/weights/safetensors/index.js";
import {openWorkspace, type Workspace} from "../../../src/base/store/index.js";
import {tinyLanguageModel} from "../../support/tinyLanguageModel.js";

let folder: string;
let workspace: Workspace;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-runnable-"));
  workspace = await openWorkspace(folder, join(folder, "store"));
});
afterAll(() => rm(folder, {recursive: true}));

/** A model whose config.json says one dtype and whose tensors have others. */
async function stored(
  name: string,
  torch_dtype: string | undefined,
  dtypeOf: (tensor: string) => FloatDtype
) {
  const path = await tinyLanguageModel(join(folder, name), {config: {torch_dtype}});
  const {tensors} = await openCheckpoint(path);
  const written = [];
  for (const tensor of tensors.values()) {
    const values = await readTensorFloats(tensor);
    const dtype = dtypeOf(tensor.name);
    const data = new Uint8Array(values.length * (dtype === "F32" ? 4 : 2));
    encode(dtype, values, values.length, data);
    written.push({name: tensor.name, dtype, shape: tensor.shape, data});
  }
  await writeSafetensors(join(path, "model.safetensors"), written);
  return name;
}

async function typeOf(name: string): Promise<string> {
  const {path} = await runnable(await findModel(name, workspace), workspace);
  const {tensors} = await readGguf(path);
  return tensors.find((tensor) => tensor.name === "blk.0.attn_q.weight")!.type.name;
}

const identityOf = (name: string) => localModel(name, {workspace}).identity(name);

describe("a checkpoint's own type", () => {
  const norms = (dtype: FloatDtype) => (tensor: string) =>
    tensor.endsWith("norm.weight") ? ("F32" as const) : dtype;

  it.each<[string, string | undefined, (tensor: string) => FloatDtype, string, string | undefined]>([
    ["32 bits that are called 16", "bfloat16", () => "F32", "F32", "f32"],
    ["16 bits with norms of 32", "bfloat16", norms("BF16"), "BF16", undefined],
    ["16 bits that are called others", "bfloat16", () => "F16", "F16", "f16"],
    ["16 bits that nothing is said of", undefined, () => "BF16", "BF16", "bf16"],
    ["both", "bfloat16", (tensor) => (tensor.includes("mlp") ? "F32" : "BF16"), "F32", "f32"]
  ])("is that of its matrices: %s", async (name, says, dtypeOf, type, identity) => {
    await stored(name, says, dtypeOf);
    expect(await typeOf(name)).toBe(type);
    expect((await identityOf(name)).type).toBe(identity);
  });
});
