import type {DatasetDefinition} from "../../data/datasets/index.js";
import {type OrAnswers, withAnswersData} from "../finetunes/answersData.js";
import {columnsSchema, type TrainingColumns} from "../finetunes/language/columnsSchema.js";
import {trainingProblems} from "../finetunes/language/trainingProblems.js";
import {datasetSchema} from "../../data/datasets/definitionSchema.js";
import type {SplitSpec} from "../../data/splits/index.js";
import {
  assertChecked,
  either,
  exactly,
  folderName,
  passing,
  holding,
  oneOf,
  text
} from "../../base/validation/checked.js";
import {splitSchema} from "../../data/splits/specSchema.js";
import {secretsIn} from "./secretsIn.js";
import {type ServiceSettings, serviceSchema} from "./services/index.js";
import {type JobTraining, trainingShape} from "./training.js";

export interface JobDefinition extends JobTraining {
  /** The file's name without `.job.ts` when absent. */
  name?: string;
  dataset: DatasetDefinition | string;
  split: SplitSpec;
  part?: "train" | "validation";
  /** Which part the service checks on: validation when the split has one; false sends none. */
  validation?: "validation" | false;
  /** What the service calls the model that is trained. */
  base: string;
  /** The base's id or name in the store, when it is there: the result's lineage leads through it. */
  parent?: string;
  format: "chat" | "prompt" | "preference" | "kto";
  columns?: TrainingColumns;
  system?: string;
  /** Who trains. */
  on: ServiceSettings;
}

const stated = exactly<JobDefinition>("a job such as {dataset, split, base, format, on}", {
  ...trainingShape,
  name: folderName().optional(),
  dataset: either("a dataset's name or its definition", text(), datasetSchema),
  split: splitSchema,
  part: oneOf(["train", "validation"]).optional(),
  validation: either(
    '"validation" or false',
    oneOf(["validation"]),
    passing((value) => value === false, "false")
  ).optional(),
  base: text("the model that is trained"),
  parent: text("a model of the store").optional(),
  format: oneOf(["chat", "prompt", "preference", "kto"]),
  columns: columnsSchema.optional(),
  system: text().optional(),
  on: serviceSchema
});

const schema = holding<JobDefinition>(stated, (definition) => {
  const {method, lora, format, preference} = definition;
  const problems = trainingProblems(definition, "a job");
  if (method === "full" && lora)
    problems.push({path: ["lora"], message: 'goes with method "lora": all weights are trained'});
  if (preference && format !== "preference" && format !== "kto")
    problems.push({path: ["preference"], message: 'goes with format "preference" or "kto"'});
  for (const path of [...secretsIn(definition.more, ["more"]), ...secretsIn(definition.on, ["on"])])
    problems.push({
      path,
      message: "looks like a secret, and is stored: give it to the training by its environment"
    });
  return problems;
});

export interface Job {
  definition: JobDefinition;
}

/**
 * Declares a training that another machine does, in `finetunes/NAME.job.ts`; `assay jobs submit NAME` sends it. Throws with
 * everything that is wrong. Its `dataset` may be `answersOf(…)`, without a split.
 */
export function job(given: OrAnswers<JobDefinition>): Job {
  const definition = withAnswersData(given);
  checkJob(definition);
  return {definition};
}

/** Throws UserError with everything that keeps something from being a job's definition. */
export function checkJob(definition: unknown): void {
  assertChecked("job", schema, definition);
}
