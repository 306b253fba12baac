import {datasetSchema} from "../../../data/datasets/definitionSchema.js";
import {preferenceLosses, type Precision, scheduleNames} from "../../trainer/index.js";
import {splitSchema} from "../../../data/splits/specSchema.js";
import {
  anyObject,
  anyText,
  assertChecked,
  chosen,
  either,
  exactly,
  passing,
  flag,
  folderName,
  func,
  holding,
  listOf,
  number,
  oneOf,
  problemsOf,
  text
} from "../../../base/validation/checked.js";
import {columnsSchema} from "./columnsSchema.js";
import {type TrainingProblem, trainingProblems} from "./trainingProblems.js";
import {type FinetuneDefinition, type FromScratch, isCompared} from "./definition.js";
import {isObject} from "../../../base/validation/isObject.js";

type Inner<K extends keyof FinetuneDefinition> = NonNullable<FinetuneDefinition[K]>;

const PRECISIONS: readonly Precision[] = ["f32", "f16", "q8_0"];
const positiveWhole = () => number({above: 0, whole: true}).optional();
const positive = () => number({above: 0}).optional();
const nonNegative = () => number({least: 0}).optional();

const fromScratch = exactly<FromScratch>("a model that begins with random weights: {config, tokenizer}", {
  config: anyObject("what config.json holds"),
  tokenizer: either("a folder, or what byteTokenizer makes", text(), anyObject())
});

const aBase = passing(
  (value) => typeof value === "string" && value !== "",
  "a folder, a model of the store, another fine-tune, or {config, tokenizer}"
);

/** What another source makes is not looked into. */
const base = chosen((value) => {
  const isMade = isObject(value) && typeof value.build === "function";
  return {schema: isMade ? anyObject() : isObject(value) ? fromScratch : aBase, value};
});

const stated = exactly<FinetuneDefinition>("a fine-tune such as {dataset, split, base, format, method}", {
  name: folderName().optional(),
  dataset: either("a dataset or the name of one", text(), datasetSchema),
  split: splitSchema,
  part: oneOf(["train", "validation"]).optional(),
  validation: either(
    '"validation", "test" or false',
    oneOf(["validation", "test"]),
    passing((value) => value === false, "false")
  ).optional(),
  subset: exactly<Inner<"subset">>("a subset such as {words, where}", {
    words: text("what the subset is, in words"),
    where: func("a function of the row")
  }).optional(),
  base,
  format: oneOf(["chat", "prompt", "preference", "kto"]),
  columns: columnsSchema.optional(),
  system: anyText().optional(),
  learn: oneOf(["answers", "all"]).optional(),
  method: oneOf(["full", "lora", "dora"]),
  lora: exactly<Inner<"lora">>("settings such as {rank: 16, alpha: 32}", {
    rank: positiveWhole(),
    alpha: positive(),
    targets: listOf(text("a linear layer's name"), "a list of linear layers", 1).optional(),
    rslora: flag().optional()
  }).optional(),
  soft: exactly<Inner<"soft">>("settings such as {share: 0.5}", {
    share: number({above: 0, most: 1}).optional(),
    column: text("a column's name").optional()
  }).optional(),
  preference: exactly<Inner<"preference">>("settings such as {beta: 0.1}", {
    loss: oneOf(preferenceLosses).optional(),
    beta: positive(),
    labelSmoothing: number({least: 0, below: 0.5}).optional(),
    sft: nonNegative(),
    goodWeight: positive(),
    badWeight: positive()
  }).optional(),
  precision: oneOf(PRECISIONS).optional(),
  epochs: positive(),
  steps: positiveWhole(),
  rows: positiveWhole(),
  accumulate: positiveWhole(),
  length: positiveWhole(),
  packing: flag().optional(),
  rate: positive(),
  schedule: oneOf(scheduleNames).optional(),
  warmUp: number({least: 0, whole: true}).optional(),
  weightDecay: nonNegative(),
  dropout: number({least: 0, below: 1}).optional(),
  clip: either(
    "a number above 0, or false",
    number({above: 0}),
    passing((value) => value === false, "false")
  ).optional(),
  validateEvery: positiveWhole(),
  patience: positiveWhole(),
  keep: oneOf(["best", "last"]).optional(),
  checkpointing: flag().optional(),
  checkpointEvery: positiveWhole(),
  threads: positiveWhole(),
  seed: text().optional()
});

const COMPARED: Partial<Record<FinetuneDefinition["format"], string>> = {
  preference: "preference pairs",
  kto: "marked answers"
};

const PAIRS_ONLY = ["loss", "labelSmoothing", "sft"] as const;
const MARKED_ONLY = ["goodWeight", "badWeight"] as const;

function preferenceProblems(
  format: FinetuneDefinition["format"],
  preference: Inner<"preference">
): TrainingProblem[] {
  if (!isCompared(format)) return [{path: ["preference"], message: 'goes with format "preference" or "kto"'}];
  const {loss, labelSmoothing, sft} = preference;
  const [foreign, owner] =
    format === "kto" ? ([PAIRS_ONLY, "preference"] as const) : ([MARKED_ONLY, "kto"] as const);
  const problems: TrainingProblem[] = foreign
    .filter((name) => preference[name] !== undefined)
    .map((name) => ({path: ["preference", name], message: `goes with format "${owner}"`}));
  if (format !== "preference") return problems;
  if (labelSmoothing && loss !== "robust")
    problems.push({
      path: ["preference", "labelSmoothing"],
      message: 'goes with loss "robust": the other losses have none'
    });
  if (sft && loss === "orpo")
    problems.push({
      path: ["preference", "sft"],
      message: 'goes without loss "orpo", which has the plain loss in it'
    });
  return problems;
}

/** What a fine-tune's definition may say. */
const finetuneSchema = holding<FinetuneDefinition>(stated, (definition) => {
  const {
    soft,
    format,
    method,
    columns = {},
    precision = "f32",
    steps,
    epochs,
    packing,
    dropout,
    lora,
    learn,
    preference
  } = definition;
  const problems = trainingProblems(definition, "a fine-tune");
  const isScratch = typeof definition.base === "object" && !("build" in definition.base);
  if (format === "preference" && (!columns.prompt || !columns.chosen || !columns.rejected))
    problems.push({path: ["columns"], message: "must name prompt, chosen and rejected for preference data"});
  if (method === "full" && precision !== "f32")
    problems.push({
      path: ["precision"],
      message: "below f32 goes with lora or dora: trained weights are kept in 32 bits"
    });
  if (lora && method === "full")
    problems.push({path: ["lora"], message: 'goes with method "lora" or "dora": all weights are trained'});
  if (preference) problems.push(...preferenceProblems(format, preference));
  if (format === "kto" && learn === "all")
    problems.push({
      path: ["learn"],
      message: 'must be "answers" for format "kto": the mark is that of the answer'
    });
  if (soft && isCompared(format))
    problems.push({path: ["soft"], message: `goes with no ${COMPARED[format]!}, which are compared`});
  if (dropout && method !== "full")
    problems.push({path: ["dropout"], message: 'goes with method "full": adapters are trained without'});
  if (dropout && isCompared(format))
    problems.push({
      path: ["dropout"],
      message: `goes with no ${COMPARED[format]!}, which are compared without`
    });
  if (isScratch && method !== "full")
    problems.push({path: ["method"], message: 'must be "full" for a model from scratch'});
  if (steps !== undefined && epochs !== undefined)
    problems.push({path: ["steps"], message: "goes without `epochs`"});
  if (packing && isCompared(format))
    problems.push({path: ["packing"], message: `goes with no ${COMPARED[format]!}`});
  return problems;
});

/**
 * Everything wrong with a definition, in words; empty is good. Looks at types and combinations only: names of columns and
 * models are checked when it runs.
 */
export function finetuneProblems(definition: Partial<FinetuneDefinition>): string[] {
  return problemsOf(finetuneSchema, definition);
}

/** Checks a definition; throws with everything that is wrong. */
export function checkFinetune(definition: FinetuneDefinition, where = "fine-tune"): void {
  assertChecked(where, finetuneSchema, definition);
}
