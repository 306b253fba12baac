import {type Planned, Storage} from "../../weights/ggml/index.js";
import {type Rng, rng} from "../../base/stats/rng.js";
import {adapterScale} from "../../weights/safetensors/index.js";
import {UserError} from "../../base/validation/errors.js";
import type {AdapterFiles, AdapterSettings, FileTensor} from "./adapterFiles.js";
import type {LanguageConfig} from "./config.js";
import type {LanguageModel} from "./model.js";
import {linearLayers} from "./weightNames.js";

/** Linear layers an adapter may change when no targets are given. */
export const allTargets = [
  "q_proj",
  "k_proj",
  "v_proj",
  "o_proj",
  "gate_proj",
  "up_proj",
  "down_proj"
] as const;

/** The modules PEFT's `target_modules` list means: those named, whole or after a dot. */
export function targetModules(
  config: LanguageConfig,
  targets: readonly string[]
): {path: string; out: number; in: number}[] {
  const modules: {path: string; out: number; in: number}[] = [];
  for (let i = 0; i < config.layers; i++)
    for (const {path, out, in: width} of linearLayers(config))
      modules.push({path: `model.layers.${i}.${path}`, out, in: width});
  modules.push({path: "lm_head", out: config.vocabulary, in: config.hidden});
  const matches = (path: string, target: string) => path === target || path.endsWith(`.${target}`);
  const unknown = targets.filter((target) => !modules.some(({path}) => matches(path, target)));
  if (unknown.length > 0)
    throw new UserError(
      `targets: ${unknown.join(", ")} is no linear layer of this model. Choose from ${allTargets.join(", ")}, lm_head.`
    );
  return modules.filter(({path}) => targets.some((target) => matches(path, target)));
}

/** What PEFT's configuration says of an adapter with these settings. */
export function adapterConfig({rank, alpha, rslora, dora}: AdapterSettings): AdapterFiles["config"] {
  return {
    r: rank,
    alpha,
    rslora,
    fanInFanOut: false,
    useDora: dora,
    rankPattern: [],
    alphaPattern: []
  };
}

/**
 * A new adapter's tensors: A uniform within ±1/√in, B zero, DoRA's magnitudes the lengths of the base's rows. The same
 * seed gives the same tensors, whatever the order of targets. `base` is asked for DoRA's modules alone, one after the
 * other.
 */
export async function newAdapter(
  config: LanguageConfig,
  {rank, dora, targets}: AdapterSettings,
  seed: number | string,
  base: (name: string) => Float32Array | Promise<Float32Array>
): Promise<Map<string, FileTensor>> {
  const tensors = new Map<string, FileTensor>();
  for (const {path, out, in: width} of targetModules(config, targets)) {
    const random: Rng = rng(seed, "lora_A", path);
    const bound = 1 / Math.sqrt(width);
    tensors.set(`${path}.lora_A.weight`, {
      shape: [rank, width],
      data: Float32Array.from({length: rank * width}, () => (2 * random() - 1) * bound)
    });
    tensors.set(`${path}.lora_B.weight`, {shape: [out, rank], data: new Float32Array(out * rank)});
    if (dora) {
      const own = path === "lm_head" && config.tied ? "model.embed_tokens" : path;
      tensors.set(`${path}.lora_magnitude_vector`, {
        shape: [out],
        data: rowLengths(await base(`${own}.weight`), out, width)
      });
    }
  }
  return tensors;
}

function rowLengths(weight: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from({length: rows}, (_, row) => {
    let sum = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) sum += weight[i]! ** 2;
    return Math.sqrt(sum);
  });
}

const LOW_RANK = /^(.*)\.(lora_A\.weight|lora_embedding_A)$/;

/** An adapter in the library, switched on in a model. */
export class ActiveAdapter {
  readonly storage: Storage;
  private readonly replacing = new Map<string, string>();

  /**
   * Puts an adapter's tensors beside a model's weights. Throws with every entry that does not fit. `on` and `off`
   * switch it; off leaves the model as it was.
   */
  constructor(
    private readonly model: LanguageModel,
    private readonly files: Pick<AdapterFiles, "config" | "json" | "tensors">
  ) {
    const {backend} = model;
    const problems: string[] = [];
    const planned: (Planned & {data: Float32Array})[] = [];
    for (const [name, {shape, data}] of files.tensors) {
      if (name.endsWith(".lora_embedding_A")) {
        // Kept the other way round: a token's column becomes a row that can be looked up.
        planned.push({name, shape, data: turn(data, shape[0]!, shape[1]!)});
        continue;
      }
      planned.push({name, shape: [...shape].reverse(), data});
      if (/\.(lora_[AB]\.(weight|bias)|lora_embedding_B|lora_magnitude_vector)$/.test(name)) continue;
      const target = plainName(name);
      if (target.endsWith(".token_adapter.trainable_tokens_delta")) continue;
      const own = model.storage.find(target);
      const tied = target === "lm_head.weight" ? model.storage.find("model.embed_tokens.weight") : undefined;
      if (!own && !tied) problems.push(`${name} changes ${target}, which the model does not have`);
      else if ((own ?? tied)!.shape.join() !== [...shape].reverse().concat([1, 1, 1]).slice(0, 4).join())
        problems.push(`${name} is [${shape.join(", ")}], the model's is another shape`);
      else this.replacing.set(target, name);
    }
    planned.push(...tokenRows(model, files, problems));
    for (const name of files.tensors.keys()) this.checkPair(name, problems);
    if (problems.length > 0)
      throw new UserError(
        `The adapter does not fit the model:\n${problems.map((problem) => `  ${problem}`).join("\n")}`
      );
    this.storage = new Storage(backend, planned);
    for (const {name, data} of planned) this.storage.write(name, data);
    for (const {name} of planned)
      if (name.startsWith(REPLACED)) this.replacing.set(name.slice(REPLACED.length), name);
    this.on();
  }

  on(): void {
    for (const name of this.files.tensors.keys()) {
      const part = LOW_RANK.exec(name);
      if (!part) continue;
      const path = part[1]!;
      const embedding = part[2] === "lora_embedding_A";
      this.model.adapters.set(path, {
        scale: adapterScale(this.files.config, path).scale,
        a: this.storage.get(name),
        b: this.storage.get(`${path}.${embedding ? "lora_embedding_B" : "lora_B.weight"}`),
        bias: this.storage.find(`${path}.lora_B.bias`),
        magnitude: this.storage.find(`${path}.lora_magnitude_vector`)
      });
    }
    for (const [target, name] of this.replacing) this.model.replaced.set(target, this.storage.get(name));
  }

  off(): void {
    this.model.adapters.clear();
    for (const target of this.replacing.keys()) this.model.replaced.delete(target);
  }

  /** The tensors as they are now, as an adapter's file has them. */
  tensors(): Map<string, FileTensor> {
    return new Map(
      [...this.files.tensors].map(([name, {shape}]) => {
        const values = this.storage.read(name);
        const data = name.endsWith(".lora_embedding_A") ? turn(values, shape[1]!, shape[0]!) : values;
        return [name, {shape, data}];
      })
    );
  }

  free(): void {
    this.off();
    this.storage.free();
  }

  private checkPair(name: string, problems: string[]): void {
    const part = LOW_RANK.exec(name);
    if (!part) return;
    const path = part[1]!;
    const {tensors, config} = this.files;
    const embedding = part[2] === "lora_embedding_A";
    const a = tensors.get(name)!;
    const b = tensors.get(`${path}.${embedding ? "lora_embedding_B" : "lora_B.weight"}`);
    const weight =
      this.model.storage.find(`${path}.weight`) ??
      (path === "lm_head" ? this.model.storage.find("model.embed_tokens.weight") : undefined);
    if (!b) return void problems.push(`${name} has no B beside it`);
    if (!weight) return void problems.push(`${path} is no module of the model`);
    const {rank} = adapterScale(config, path);
    if (a.shape[0] !== rank || b.shape[1] !== rank)
      problems.push(`${name} has rank ${a.shape[0]}, adapter_config.json says ${rank}`);
    const [width, out] = embedding ? [weight.shape[1], weight.shape[0]] : weight.shape;
    if (a.shape[1] !== width || b.shape[0] !== out)
      problems.push(
        `${path}: the adapter maps ${a.shape[1]} to ${b.shape[0]}, the model's module ${width} to ${out}`
      );
  }
}

const REPLACED = "replaced/";

/** Embeddings with some rows trained (`trainable_token_indices`): the whole table with those rows in place. */
function tokenRows(
  model: LanguageModel,
  {json, tensors}: Pick<AdapterFiles, "json" | "tensors">,
  problems: string[]
): (Planned & {data: Float32Array})[] {
  const given = json.trainable_token_indices as Record<string, number[]> | number[] | null | undefined;
  if (!given) return [];
  const indices: Record<string, number[]> = Array.isArray(given) ? {embed_tokens: given} : given;
  const planned = [];
  for (const [name, {shape, data}] of tensors) {
    const path = /^(.*)\.token_adapter\.trainable_tokens_delta$/.exec(name)?.[1];
    if (path === undefined) continue;
    const module = path.split(".").at(-1)!;
    const rows = indices[module];
    const table = model.storage.find(`${path}.weight`);
    if (!rows || !table || table.type !== "F32" || rows.length !== shape[0]) {
      problems.push(`${name} does not fit trainable_token_indices of adapter_config.json`);
      continue;
    }
    const values = model.storage.read(`${path}.weight`);
    const width = shape[1]!;
    rows.forEach((row, i) => values.set(data.subarray(i * width, (i + 1) * width), row * width));
    planned.push({name: `${REPLACED}${path}.weight`, shape: table.shape, data: values});
  }
  return planned;
}

/** A name of the adapter as the base has it. */
function plainName(name: string): string {
  return name.replace(/\.(modules_to_save(\.default)?|base_layer|original_module)(?=\.|$)/g, "");
}

function turn(values: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(values.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) turned[c * rows + r] = values[r * columns + c]!;
  return turned;
}
