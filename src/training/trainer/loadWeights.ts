import {type Backend, type Planned, Storage, type TypeName, TYPES} from "../../weights/ggml/index.js";
import {type Checkpoint, readTensorFloats} from "../../weights/safetensors/index.js";
import {UserError} from "../../base/validation/errors.js";
import type {LanguageConfig} from "./config.js";
import {type WeightPlan, weightPlan} from "./weightNames.js";

/** How the matrices of a frozen model are kept. */
export type Precision = "f32" | "f16" | "q8_0";

const TYPE_OF: Record<Precision, TypeName> = {f32: "F32", f16: "F16", q8_0: "Q8_0"};

/** The type a weight is kept in: vectors always and rows that do not fill blocks of 32 stay wider. */
export function weightsType({matrix, shape}: WeightPlan, precision: Precision): TypeName {
  if (!matrix) return "F32";
  if (precision === "q8_0" && shape.at(-1)! % 32 !== 0) return "F16";
  return TYPE_OF[precision];
}

/** The tensors a model of this configuration keeps, fastest dimension first. */
export function plannedWeights(config: LanguageConfig, precision: Precision): Planned[] {
  return weightPlan(config).map((plan) => ({
    name: plan.name,
    shape: [...plan.shape].reverse(),
    type: weightsType(plan, precision)
  }));
}

/**
 * Names and shapes of a checkpoint held against its configuration. Throws with every tensor that is missing or has
 * another shape. Tensors the configuration does not know are ignored (tied output weights, rotation tables).
 */
export function checkWeights(config: LanguageConfig, checkpoint: Checkpoint): void {
  const problems: string[] = [];
  for (const {name, shape} of weightPlan(config)) {
    const found = checkpoint.tensors.get(name);
    if (!found) problems.push(`${name} is missing`);
    else if (found.shape.join() !== shape.join())
      problems.push(`${name} is [${found.shape.join(", ")}], config.json needs [${shape.join(", ")}]`);
  }
  if (problems.length > 0)
    throw new UserError(
      `The checkpoint ${checkpoint.folder} does not fit its config.json:\n${problems
        .slice(0, 20)
        .map((problem) => `  ${problem}`)
        .join("\n")}${problems.length > 20 ? `\n  and ${problems.length - 20} more` : ""}`
    );
}

/** Reads a checkpoint's weights into the library, one tensor at a time. NaN or infinite weights are an error. */
export async function loadWeights(
  backend: Backend,
  config: LanguageConfig,
  checkpoint: Checkpoint,
  precision: Precision
): Promise<Storage> {
  checkWeights(config, checkpoint);
  const storage = new Storage(backend, plannedWeights(config, precision));
  try {
    for (const {name} of weightPlan(config)) {
      const values = await readTensorFloats(checkpoint.tensors.get(name)!);
      const bad = values.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0)
        throw new UserError(
          `${checkpoint.folder}: ${name} holds ${values[bad]} at position ${bad}. The checkpoint is damaged or its training diverged.`
        );
      writeAs(backend, storage, name, values);
    }
  } catch (error) {
    storage.free();
    throw error;
  }
  return storage;
}

/** Sets a weight from floats, rounded to the type it is kept in. */
export function writeAs(backend: Backend, storage: Storage, name: string, values: Float32Array): void {
  const {shape, type} = storage.get(name);
  if (type === "F32") return storage.write(name, values);
  const {base} = backend.ggml;
  const rows = values.length / shape[0];
  const bytes = new Uint8Array(Number(base.row_size(TYPES[type], shape[0])) * rows);
  base.quantize_chunk(TYPES[type], values, bytes, 0, rows, shape[0], null);
  storage.write(name, bytes);
}
