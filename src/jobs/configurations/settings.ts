import type {JobRecord} from "../../store/index.js";
import type {JobTraining} from "../define.js";
import type {JobService} from "../service.js";

/** The share of the steps in which the rate rises. */
export const WARM_UP = 0.03;
const USUAL_EPOCHS = 3;

/** What every tool's configuration says, with our defaults where the job says nothing. */
export interface ToolSettings {
  /** Undefined: all weights are trained. */
  adapter?: {rank: number; alpha: number};
  epochs: number;
  rows: number;
  rate: number;
  length: number;
  seed: number;
  /** Of DPO; undefined when the examples are no pairs. */
  beta?: number;
  /** What the job says in the tool's own words. */
  more?: Record<string, unknown>;
  /** These words say how it warms up: ours would contradict them. */
  ownWarmUp: boolean;
}

/** As of `finetune`; all weights of a large model take less than those of a small one. */
function usualRate(pairs: boolean, method: "full" | "lora"): number {
  if (pairs) return method === "full" ? 1e-6 : 2e-5;
  return method === "full" ? 2e-5 : 2e-4;
}

export function toolSettings({settings, format}: Pick<JobRecord, "settings" | "format">): ToolSettings {
  const training = settings as JobTraining;
  const {
    method = "lora",
    epochs = USUAL_EPOCHS,
    rows = 8,
    rate,
    lora = {},
    length = 1024,
    seed = 0,
    more
  } = training;
  const pairs = format.endsWith("-dpo");
  return {
    adapter: method === "full" ? undefined : {rank: lora.rank ?? 16, alpha: lora.alpha ?? 32},
    epochs,
    rows,
    rate: rate ?? usualRate(pairs, method),
    length,
    seed,
    beta: pairs ? (training.preference?.beta ?? 0.1) : undefined,
    more,
    ownWarmUp: ["warmup_ratio", "warmup_steps"].some((name) => more?.[name] !== undefined)
  };
}

/**
 * What holds for a job of a tool: its epochs, and what happens to long examples.
 * @param name what the tool calls the most tokens of an example
 */
export function toolRules(
  name: string,
  then: (pairs: boolean) => string
): Pick<JobService, "usualEpochs" | "limit"> {
  return {
    usualEpochs: USUAL_EPOCHS,
    limit(job) {
      const {length, beta, more} = toolSettings(job);
      const own = more && name in more ? more[name] : length;
      return {
        most: typeof own === "number" ? own : Infinity,
        then: `${then(beta !== undefined)} (${name})`
      };
    }
  };
}
