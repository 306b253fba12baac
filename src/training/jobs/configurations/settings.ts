import type {JobRecord} from "../../../base/store/index.js";
import type {JobTraining} from "../training.js";
import {saidNumber, type Words} from "../more.js";
import type {JobService} from "../service.js";

/** The share of the steps in which the rate rises. */
export const WARM_UP = 0.03;
const USUAL_EPOCHS = 3;
const USUAL_SEED = 0;

/** Of TRL, whose configurations go on from those of transformers. */
export const TRL_WORDS: Words = {
  epochs: "num_train_epochs",
  rows: "per_device_train_batch_size",
  rate: "learning_rate",
  length: "max_length",
  seed: "seed",
  "preference.beta": "beta",
  steps: "max_steps"
};

/** What every tool's configuration says, with our defaults where the job says nothing. */
export interface ToolSettings {
  /** Undefined: all weights are trained. */
  adapter?: {rank: number; alpha: number};
  epochs: number;
  rows: number;
  rate: number;
  length: number;
  seed: number;
  /** Of DPO and KTO; undefined when no answers are compared. */
  beta?: number;
  /** What the job says in the tool's own words. */
  more?: Record<string, unknown>;
  /** These words say how it warms up: ours would contradict them. */
  ownWarmUp: boolean;
}

/** As of `finetune`; all weights of a large model take less than those of a small one. */
function usualRate(compared: boolean, method: "full" | "lora"): number {
  if (compared) return method === "full" ? 1e-6 : 2e-5;
  return method === "full" ? 2e-5 : 2e-4;
}

/** @param words of the tool: what `more` says in them holds for the whole configuration */
export function toolSettings(
  {settings, format}: Pick<JobRecord, "settings" | "format">,
  words: Words
): ToolSettings {
  const training = settings as JobTraining;
  const {method = "lora", more} = training;
  const compared = format.endsWith("-dpo") || format.endsWith("-kto");
  const said = (name: keyof Words) => saidNumber(training, words, name);
  return {
    adapter: method === "full" ? undefined : {rank: said("lora.rank") ?? 16, alpha: said("lora.alpha") ?? 32},
    epochs: said("epochs") ?? USUAL_EPOCHS,
    rows: said("rows") ?? 8,
    rate: said("rate") ?? usualRate(compared, method),
    length: said("length") ?? 1024,
    seed: said("seed") ?? USUAL_SEED,
    beta: compared ? (said("preference.beta") ?? 0.1) : undefined,
    more,
    ownWarmUp: ["warmup_ratio", "warmup_steps"].some((name) => more?.[name] !== undefined)
  };
}

/**
 * What holds for a job of a tool: its epochs and seed, and what happens to long examples.
 * @param words the tool's
 */
export function toolRules(
  words: Words,
  then: (pairs: boolean) => string
): Pick<JobService, "usualEpochs" | "usualSeed" | "words" | "limit"> {
  const name = words.length!;
  return {
    usualEpochs: USUAL_EPOCHS,
    usualSeed: USUAL_SEED,
    words: () => words,
    limit(job) {
      const {length, beta, more} = toolSettings(job, words);
      // One that is told as None has no end.
      const endless = more !== undefined && name in more && typeof more[name] !== "number";
      return {
        most: endless ? Infinity : length,
        then: `${then(beta !== undefined)} (${name})`
      };
    }
  };
}
