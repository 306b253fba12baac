import {mkdir, readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {merge, mergeMoe} from "../../../src/weights/merge/index.js";
import {openCheckpoint} from "../../../src/weights/safetensors/open.js";
import {writeSafetensors} from "../../../src/weights/safetensors/write.js";
import {readBytes, workFolder} from "./support.js";

let work: Awaited<ReturnType<typeof workFolder>>;
const weight = "model.layers.0.mlp.up_proj.weight";
const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

async function write(name: string, config: object, tensors: Parameters<typeof writeSafetensors>[1]) {
  await mkdir(join(work.path, name), {recursive: true});
  await writeSafetensors(join(work.path, name, "model.safetensors"), tensors);
  await writeFile(join(work.path, name, "config.json"), JSON.stringify(config));
}

beforeAll(async () => {
  work = await workFolder();
  const fp8 = {model_type: "qwen3", num_hidden_layers: 1, quantization_config: {quant_method: "fp8"}};
  for (const [k, name] of ["fp8-a", "fp8-b"].entries())
    await write(name, fp8, [
      {name: weight, dtype: "F8_E4M3", shape: [1, 2], data: Uint8Array.of(0x38 + k, 0x40)},
      {name: `${weight}_scale_inv`, dtype: "F32", shape: [1, 1], data: floats(1 + 9 * k)}
    ]);
  const packed = new Uint8Array(Int32Array.of(1, 2).buffer);
  await write("gptq", {model_type: "llama", quantization_config: {quant_method: "gptq", bits: 4}}, [
    {name: "model.layers.0.mlp.up_proj.qweight", dtype: "I32", shape: [1, 2], data: packed},
    {name: "model.layers.0.mlp.up_proj.scales", dtype: "F32", shape: [1, 2], data: floats(1, 1)}
  ]);
  await write("awq", {model_type: "llama"}, [
    {name: "model.layers.0.mlp.up_proj.qweight", dtype: "I32", shape: [1, 2], data: packed},
    {name: "model.layers.0.mlp.up_proj.scales", dtype: "F32", shape: [1, 2], data: floats(1, 1)}
  ]);
  const plain = [{name: weight, dtype: "F32" as const, shape: [1, 2], data: floats(1, 2)}];
  await write("plain", {model_type: "qwen3", num_hidden_layers: 1}, plain);
  await write("when-loaded", fp8, plain);
});
afterAll(() => work.remove());

let counter = 0;
const options = () => ({
  out: join(work.path, `out-${counter++}`),
  resolveModel: (name: string) => join(work.path, name),
  hashCache: join(work.path, "hashes.json")
});
const run = (method: string, models: string[], more: object = {}) =>
  merge(
    {merge_method: method, models: models.map((model) => ({model})), parameters: {weight: 1}, ...more},
    options()
  );
const layers = (...models: string[]) =>
  merge(
    {
      merge_method: "passthrough",
      slices: models.map((model) => ({sources: [{model, layer_range: [0, 1]}]}))
    },
    options()
  );

describe("quantised models", () => {
  it("are refused by name and kind, with what to do", async () => {
    await expect(run("linear", ["fp8-a", "fp8-b"])).rejects.toThrow(
      /fp8-a is quantised \(fp8\): linear cannot reckon with packed weights\. Name the model it was quantised from, or dequantise it first\.[^]*fp8-b is quantised/
    );
    await expect(run("linear", ["gptq"])).rejects.toThrow(/gptq is quantised \(gptq\)/);
    await expect(run("linear", ["awq"])).rejects.toThrow(/awq is quantised \(gptq or awq\)/);
    await expect(
      mergeMoe(
        {
          base_model: "fp8-a",
          gate_mode: "random",
          experts: [{source_model: "fp8-a"}, {source_model: "fp8-b"}]
        },
        options()
      )
    ).rejects.toThrow(/fp8-b is quantised \(fp8\)/);
  });

  it("quantised alike pass through byte for byte", async () => {
    const {out, warnings} = await layers("fp8-a", "fp8-b");
    expect(warnings).toEqual([]);
    const made = await openCheckpoint(out);
    expect(made.tensors.get(weight)!.dtype).toBe("F8_E4M3");
    expect([...(await readBytes(made, weight))]).toEqual([0x38, 0x40]);
    expect([...(await readBytes(made, weight.replace(".0.", ".1.")))]).toEqual([0x39, 0x40]);
    const config = await readFile(join(out, "config.json"), "utf8");
    expect(JSON.parse(config)).toMatchObject({
      num_hidden_layers: 2,
      quantization_config: {quant_method: "fp8"}
    });
  });

  it("do not pass through beside others, or changed", async () => {
    await expect(layers("fp8-a", "plain")).rejects.toThrow(
      /fp8-a is quantised \(fp8\): passthrough takes it/
    );
    await expect(run("passthrough", ["fp8-a"], {dtype: "bfloat16", parameters: {}})).rejects.toThrow(
      /without dtype, scale or adapter/
    );
    await expect(run("passthrough", ["fp8-a"], {parameters: {scale: 2}})).rejects.toThrow(
      /without dtype, scale/
    );
  });

  it("are those whose weights are packed, not those that are to be when loaded", async () => {
    const {tensors} = await run("linear", ["when-loaded", "plain"]);
    expect(tensors[0]!.norm).toBeCloseTo(Math.sqrt(5), 6);
  });
});
