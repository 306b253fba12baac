import {execFile} from "node:child_process";
import {mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {promisify} from "node:util";
import {afterAll, beforeAll, expect, it} from "vitest";
import {Engine} from "../../../src/inference/localModels/engine.js";
import {convertAdapter, convertCheckpoint, libraryQuantiser} from "../../../src/weights/gguf/index.js";
import {writeSafetensors} from "../../../src/weights/safetensors/index.js";
import {childScript} from "../../support/childScript.js";
import {tinyLanguageModel} from "../../support/tinyLanguageModel.js";
import {answer, type LaneMemory} from "./support/laneMemory.js";

let folder: string;
let path: string;
let adapter: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-lanes-"));
  const quantise = await libraryQuantiser();
  const base = await tinyLanguageModel(join(folder, "base"), {config: {max_position_embeddings: 65_536}});
  path = join(folder, "base.gguf");
  await convertCheckpoint(base, path, "f32", {quantise});
  const module = "base_model.model.model.layers.0.mlp.up_proj";
  await writeSafetensors(join(folder, "adapter_model.safetensors"), [
    {name: `${module}.lora_A.weight`, dtype: "F32", shape: [1, 64], data: new Uint8Array(256)},
    {name: `${module}.lora_B.weight`, dtype: "F32", shape: [96, 1], data: new Uint8Array(384)}
  ]);
  await writeFile(join(folder, "adapter_config.json"), JSON.stringify({peft_type: "LORA", r: 1}));
  const config = JSON.parse(await readFile(join(base, "config.json"), "utf8")) as Record<string, unknown>;
  adapter = join(folder, "adapter.gguf");
  await convertAdapter(folder, config, adapter, "f32", {quantise});
});
afterAll(() => rm(folder, {recursive: true}));

it("an adapter that answers takes one lane of memory, not the model's, too", async () => {
  // A process of its own: what other tests have left in this one may be given back meanwhile.
  const script = await childScript(new URL("support/laneMemory.ts", import.meta.url));
  const {stdout} = await promisify(execFile)(process.execPath, [script, path, adapter]);
  const {lane, loaded, answered} = JSON.parse(stdout) as LaneMemory;
  expect(lane).toBe(4 * 65_536 * 2 * 2 * 16 * 2 * 4);
  expect(loaded).toBeLessThan(0.7 * lane);
  expect(answered).toBeGreaterThan(0.9 * lane);
  expect(answered).toBeLessThan(1.7 * lane);
});

it("a lane that does not fit beside the open ones is refused when it is asked for, with its name", async () => {
  let free = 1e12;
  const options = {path, adapters: {a: adapter, b: adapter}, parallel: 1, contextTokens: 128, threads: 1};
  const engine = await Engine.load(options, () => free);
  try {
    await answer(engine, "a");
    free = 1000;
    await answer(engine, "a");
    await expect(answer(engine, "b")).rejects.toThrow(/The adapter b needs .* GiB .*fewer adapters/);
    await expect(answer(engine)).rejects.toThrow(/The model needs .* GiB/);
  } finally {
    engine.close();
  }
});

it("lanes that do not fit together are refused when all are to be open from the beginning, with the name of the first", async () => {
  const options = {path, adapters: {a: adapter, b: adapter}, parallel: 1, contextTokens: 128, threads: 1};
  const lasting = (times: number) => () => (times-- > 0 ? 1e12 : 1000);
  for (const [fits, refused] of [
    [1, /The model needs .* GiB/],
    [3, /The adapter b needs .* GiB/]
  ] as const)
    await expect(Engine.load({...options, openAll: true}, lasting(fits))).rejects.toThrow(refused);
  const engine = await Engine.load({...options, openAll: true}, lasting(4));
  await answer(engine, "b");
  engine.close();
});

it("a model whose weights fit and whose first lane does not is refused before it is loaded", async () => {
  await expect(Engine.load({path, threads: 1}, () => 1_000_000)).rejects.toThrow(
    /keys and values .* GiB, a step .* GiB\); 0\.0 GiB is free/
  );
});
