import {
  anyObject,
  exactly,
  number,
  oneOf,
  type SchemaShape,
  optionalCount
} from "../../base/validation/checked.js";

/** How a model is trained, in the words of `finetune`; what is not said is the service's own. */
export interface JobTraining {
  method?: "full" | "lora";
  epochs?: number;
  /** Rows at once. */
  rows?: number;
  rate?: number;
  lora?: {rank?: number; alpha?: number};
  /** Most tokens of an example. */
  length?: number;
  seed?: number;
  preference?: {beta?: number};
  /** Goes into the request, or the tool's configuration, as it stands. */
  more?: Record<string, unknown>;
}

export const trainingShape: SchemaShape<JobTraining> = {
  method: oneOf(["full", "lora"]).optional(),
  epochs: number({above: 0}).optional(),
  rows: optionalCount(),
  rate: number({above: 0}).optional(),
  lora: exactly<NonNullable<JobTraining["lora"]>>("settings such as {rank: 16, alpha: 32}", {
    rank: optionalCount(),
    alpha: number({above: 0}).optional()
  }).optional(),
  length: optionalCount(),
  seed: number({least: 0, whole: true}).optional(),
  preference: exactly<NonNullable<JobTraining["preference"]>>("settings such as {beta: 0.1}", {
    beta: number({above: 0}).optional()
  }).optional(),
  more: anyObject("further settings by name").optional()
};
