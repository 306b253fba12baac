import {join} from "node:path";
import {writeSafetensors} from "../../weights/safetensors/index.js";
import {rng} from "../../base/stats/rng.js";
import type {LanguageConfig} from "./config.js";
import type {FileTensor} from "./adapterFiles.js";
import {type WeightPlan, weightPlan} from "./weightNames.js";

/**
 * A weight to begin training from scratch with: matrices normal with standard deviation `deviation`, norms neutral,
 * biases zero. Each weight has its own random stream, so the seed and the name decide it.
 */
function initialWeight(
  config: LanguageConfig,
  {name, shape, matrix}: WeightPlan,
  seed: number | string,
  deviation = 0.02
): FileTensor {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  if (matrix) {
    const random = rng(seed, "initial weight", name);
    for (let i = 0; i < data.length; i++) data[i] = deviation * random.normal();
  } else if (!name.endsWith(".bias") && !config.gemma) data.fill(1);
  return {shape, data};
}

/** Every weight of a new model, in the order of the forward pass. */
export function* initialWeights(
  config: LanguageConfig,
  seed: number | string,
  deviation?: number
): Generator<FileTensor & {name: string}> {
  for (const plan of weightPlan(config))
    yield {name: plan.name, ...initialWeight(config, plan, seed, deviation)};
}

/** How the weights of a new model are drawn. */
export interface InitialSettings {
  seed: string;
  /** Standard deviation of matrices; 0.02 when absent. */
  deviation?: number;
}

/**
 * Writes the weights of a new model into a folder, one tensor in memory at a time. `before` is called before each tensor and may
 * throw, which leaves no file.
 */
export async function writeInitialWeights(
  folder: string,
  config: LanguageConfig,
  {seed, deviation}: InitialSettings,
  before: () => void
): Promise<void> {
  await writeSafetensors(
    join(folder, "model.safetensors"),
    weightPlan(config).map((plan) => ({
      name: plan.name,
      dtype: "F32" as const,
      shape: plan.shape,
      data: () => {
        before();
        return new Uint8Array(initialWeight(config, plan, seed, deviation).data.buffer);
      }
    }))
  );
}
