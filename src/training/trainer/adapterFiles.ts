import {existsSync} from "node:fs";
import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {
  type AdapterConfig,
  openAdapterConfig,
  readHeader,
  readTensorFloats,
  writeSafetensors
} from "../../weights/safetensors/index.js";
import {writeAtomic} from "../../base/system/files.js";
import {UserError} from "../../base/validation/errors.js";

export const ADAPTER_PREFIX = "base_model.model.";
const WEIGHTS = "adapter_model.safetensors";
const CONFIG = "adapter_config.json";

/** A tensor as a file has it: row-major. */
export interface FileTensor {
  shape: number[];
  data: Float32Array;
}

/** A PEFT adapter's two files. */
export interface AdapterFiles {
  folder: string;
  config: AdapterConfig;
  /** adapter_config.json as it is. */
  json: Record<string, unknown>;
  /** By name, without "base_model.model." in front. */
  tensors: Map<string, FileTensor>;
}

/** Reads an adapter's folder. Throws when a file is missing or damaged, or the adapter is of another kind. */
export async function readAdapter(folder: string): Promise<AdapterFiles> {
  const {value: json, config} = await openAdapterConfig(folder);
  const file = join(folder, WEIGHTS);
  if (!existsSync(file))
    throw new UserError(`The adapter ${folder} has no ${WEIGHTS}. Convert it to safetensors first.`);
  const tensors = new Map<string, FileTensor>();
  for (const tensor of (await readHeader(file)).tensors) {
    const name = tensor.name.startsWith(ADAPTER_PREFIX)
      ? tensor.name.slice(ADAPTER_PREFIX.length)
      : tensor.name;
    tensors.set(name, {shape: tensor.shape, data: await readTensorFloats({...tensor, file})});
  }
  return {folder, config, json: json as Record<string, unknown>, tensors};
}

/** What an adapter is to be, in PEFT's words. */
export interface AdapterSettings {
  rank: number;
  alpha: number;
  rslora: boolean;
  dora: boolean;
  /** Names of modules, as PEFT matches them: whole, or after a dot. */
  targets: string[];
}

/** Writes an adapter as PEFT does, each file through a temporary one. `base` names the model it belongs to. */
export async function writeAdapter(
  folder: string,
  {rank, alpha, rslora, dora, targets}: AdapterSettings,
  base: string,
  tensors: ReadonlyMap<string, FileTensor>
): Promise<void> {
  const config = {
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    base_model_name_or_path: base,
    r: rank,
    lora_alpha: alpha,
    lora_dropout: 0,
    target_modules: [...targets].sort(),
    bias: "none",
    fan_in_fan_out: false,
    use_rslora: rslora,
    use_dora: dora,
    lora_bias: false,
    modules_to_save: null,
    rank_pattern: {},
    alpha_pattern: {},
    init_lora_weights: true,
    inference_mode: true
  };
  await writeSafetensors(
    join(folder, WEIGHTS),
    [...tensors].map(([name, {shape, data}]) => ({
      name: ADAPTER_PREFIX + name,
      dtype: "F32" as const,
      shape,
      data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    }))
  );
  await writeAtomic(join(folder, CONFIG), (temporary) =>
    writeFile(temporary, `${JSON.stringify(config, null, 2)}\n`)
  );
}
