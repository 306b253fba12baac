import {existsSync} from "node:fs";
import {mkdir, mkdtemp, open, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {decode, encode, type FloatDtype} from "../../../src/weights/merge/numeric/convert.js";
import {type Checkpoint, openCheckpoint} from "../../../src/weights/safetensors/open.js";
import {writeSafetensors} from "../../../src/weights/safetensors/write.js";
import {merge, mergeMoe} from "../../../src/weights/merge/index.js";
import type {MergeOptions} from "../../../src/weights/merge/options.js";
import type {MergeReport} from "../../../src/weights/merge/report.js";

/**
 * The golden folder: ASSAY_GOLDEN names one, else it lies in the shared folder (ASSAY_SHARED, or beside the checkout).
 * Undefined on a clone without any. Throws when ASSAY_GOLDEN names a folder without manifest.json.
 */
export const GOLDEN = goldenFolder(process.env);

function goldenFolder({ASSAY_GOLDEN, ASSAY_SHARED}: NodeJS.ProcessEnv): string | undefined {
  const holds = (folder: string) => existsSync(join(folder, "manifest.json"));
  if (ASSAY_GOLDEN !== undefined) {
    if (holds(ASSAY_GOLDEN)) return resolve(ASSAY_GOLDEN);
    throw new Error(`ASSAY_GOLDEN is ${ASSAY_GOLDEN}, which has no manifest.json`);
  }
  const shared = [ASSAY_SHARED, resolve("../shared")].filter((root) => root !== undefined);
  return shared.map((root) => join(root, "golden/merge")).find(holds);
}

export interface Values {
  dtype: string;
  shape: number[];
  values: Float32Array;
}

export async function readBytes(checkpoint: Checkpoint, name: string): Promise<Uint8Array> {
  const {file, offset, bytes} = checkpoint.tensors.get(name)!;
  const handle = await open(file, "r");
  try {
    const data = new Uint8Array(new ArrayBuffer(bytes));
    await handle.read(data, 0, bytes, offset);
    return data;
  } finally {
    await handle.close();
  }
}

export async function readTensors(path: string): Promise<Map<string, Values>> {
  const checkpoint = await openCheckpoint(path);
  const result = new Map<string, Values>();
  for (const {name, dtype, shape} of checkpoint.tensors.values()) {
    const count = shape.reduce((a, b) => a * b, 1);
    const values = new Float32Array(count);
    decode(dtype, await readBytes(checkpoint, name), count, values);
    result.set(name, {dtype, shape, values});
  }
  return result;
}

export type Tensors = Record<string, {shape?: number[]; values: number[]; dtype?: FloatDtype}>;

/** Writes a small model of one file and its config.json. */
export async function writeModel(
  folder: string,
  tensors: Tensors,
  config: Record<string, unknown> = {}
): Promise<string> {
  await mkdir(folder, {recursive: true});
  await writeSafetensors(
    join(folder, "model.safetensors"),
    Object.entries(tensors).map(([name, {shape, values, dtype = "F32"}]) => {
      const data = new Uint8Array(values.length * (dtype === "F32" ? 4 : 2));
      encode(dtype, Float32Array.from(values), values.length, data);
      return {name, dtype, shape: shape ?? [values.length], data};
    })
  );
  await writeFile(join(folder, "config.json"), JSON.stringify(config));
  return folder;
}

/** Writes a PEFT adapter below `parent` and gives its name. */
export async function writeAdapterIn(
  parent: string,
  name: string,
  config: object,
  tensors: Tensors
): Promise<string> {
  const folder = join(parent, name);
  await mkdir(folder, {recursive: true});
  await writeFile(join(folder, "adapter_config.json"), JSON.stringify({peft_type: "LORA", ...config}));
  await writeSafetensors(
    join(folder, "adapter_model.safetensors"),
    Object.entries(tensors).map(([key, {shape, values}]) => ({
      name: key,
      dtype: "F32" as const,
      shape: shape ?? [values.length],
      data: new Uint8Array(Float32Array.from(values).buffer)
    }))
  );
  return name;
}

/** A temporary folder for one test file, and its removal. */
export async function workFolder(): Promise<{path: string; remove(): Promise<void>}> {
  const path = await mkdtemp(join(tmpdir(), "assay-merge-"));
  return {path, remove: () => rm(path, {recursive: true, force: true})};
}

let counter = 0;

/** Merges into a fresh folder and reads the result. */
export async function mergeIn(
  folder: string,
  recipe: string | object,
  options: Partial<MergeOptions> = {}
): Promise<{report: MergeReport; tensors: Map<string, Values>; out: string}> {
  const out = options.out ?? join(folder, `out-${counter++}`);
  const report = await merge(recipe, {
    resolveModel: (name) => (existsSync(join(folder, name)) ? join(folder, name) : undefined),
    hashCache: join(folder, "hashes.json"),
    ...options,
    out
  });
  return {report, tensors: await readTensors(out), out};
}

/** Makes a mixture of experts in a fresh folder and reads the result. */
export async function mixIn(folder: string, recipe: string | object) {
  const out = join(folder, `mixture-${counter++}`);
  const report = await mergeMoe(recipe, {
    out,
    resolveModel: (name) => join(folder, name),
    hashCache: join(folder, "hashes.json")
  });
  const config = JSON.parse(await readFile(join(out, "config.json"), "utf8")) as Record<string, unknown>;
  return {report, config, tensors: await readTensors(out)};
}
