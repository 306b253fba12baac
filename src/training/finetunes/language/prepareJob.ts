import {availableParallelism} from "node:os";
import {
  defaultAdamW,
  type TokenExample,
  packing,
  readModelConfig,
  type TrainingJob,
  type TrainingSettings
} from "../../trainer/index.js";
import {UserError} from "../../../base/validation/index.js";
import {hashJson} from "../../../base/system/index.js";
import type {BuildContext} from "../modelSource.js";
import type {Base} from "./base.js";
import {checkedPart, defaultsOf, type FinetuneDefinition, isCompared} from "./definition.js";
import {cutRows, type CutRows, nothingLeft, samePairs} from "./cutRows.js";
import {prepareRows, type PreparedRows} from "./prepare.js";
import {initialOf, writeScratchTexts} from "./scratch.js";
import {readTokenizer} from "./tokenizer.js";
import {type PreparedItem, trainingData, unbalanced} from "./trainingData.js";

/** A training as it will be run, and what it was made of. */
export interface Prepared {
  base: Base;
  job: TrainingJob;
  train: PreparedRows<PreparedItem>;
  validation?: PreparedRows<PreparedItem>;
  /** What the examples of each part lost at `length`, and pairs of one answer; none where nothing was. */
  cuts: CutRows[];
  stepsAnEpoch: number;
  /** Rows that the examples are packed into; undefined when each is a row. */
  packedRows?: number;
}

/**
 * Reads base and rows into a training, which draws the weights of a base from scratch itself. Throws a UserError for
 * whatever cannot be trained on.
 */
export async function prepareJob(
  definition: FinetuneDefinition,
  context: BuildContext,
  base: Base,
  work: string
): Promise<Prepared> {
  if (base.scratch) await writeScratchTexts(base.scratch, base.folder);
  const config = await readModelConfig(base.folder);
  if (definition.method !== "full" && config.tied && definition.lora?.targets?.includes("lm_head"))
    throw new UserError(
      `lora.targets: lm_head of ${base.name} has no weights of its own, its output weights are those of the embedding (tie_word_embeddings). Leave it out, or use \`method: "full"\`.`
    );
  const reader = await readTokenizer(base.folder);
  if (reader.vocabulary > config.vocabulary)
    throw new UserError(
      `${base.folder}: the tokenizer has ${reader.vocabulary} tokens, the model only ${config.vocabulary}. They do not belong together.`
    );
  const defaults = defaultsOf(definition);
  const length = Math.min(definition.length ?? defaults.length, config.maxPositions);
  const part = definition.part ?? "train";
  const of = (rows: AsyncIterable<{id: string}>, asked = definition) =>
    prepareRows<PreparedItem>(asked, reader, rows as never, length);
  const train = await of(context.rows(part));
  refuseBroken(context, part, train);
  tellSoft(context, train);
  const limit = {length, most: config.maxPositions, dataset: context.dataset};
  const lossesOf = (name: string, prepared: typeof train) =>
    [cutRows(name, prepared, limit), samePairs(name, prepared, context.dataset)].filter(
      (one) => one !== undefined
    );
  const lost = lossesOf(part, train);
  if (train.items.length === 0) {
    const why = nothingLeft(train, length);
    throw new UserError(
      why === undefined
        ? `${context.dataset}: part "${part}" gives no example (${train.rows} rows). Check \`columns\` and \`subset\`.`
        : `${context.dataset}: part "${part}" gives no example (${train.rows} rows, ${why}): there is nothing to learn. ${lost.map(({advice}) => advice).join(" ")}`
    );
  }
  const wanted = checkedPart(definition);
  // What is learned from a teacher's probabilities is checked by its words, as any other training.
  const validation =
    wanted === false ? undefined : await of(context.rows(wanted), {...definition, soft: undefined});
  const cuts = [...lost, ...(wanted === false ? [] : lossesOf(wanted, validation!))];
  if (wanted !== false && validation?.items.length === 0) tellUnchecked(definition, context, wanted);
  const settings = trainingSettings(definition, length, train.items, context);
  const {stepsAnEpoch, packedRows, ...training} = settings;
  const data = trainingData(definition, train.items, validation?.items ?? [], {seed: training.seed, length});
  if (data.kind === "marked") tellMarked(definition, context, {part, train, validation: data.validation});
  const deciding = {...training, threads: undefined};
  const job: TrainingJob = {
    base: base.folder,
    baseName: base.reference,
    initial: base.scratch && initialOf(base.scratch),
    work,
    identity: hashJson({
      base: base.id,
      settings: deciding,
      rows: train.rowsSha256,
      tokens: hashJson(train.items),
      validation: validation && hashJson(validation.items)
    }),
    settings: training,
    data,
    checkpointing: definition.checkpointing ?? false,
    checkpointEvery: definition.checkpointEvery ?? 50
  };
  return {
    base,
    job,
    train,
    validation: validation?.items.length ? validation : undefined,
    cuts,
    stepsAnEpoch,
    packedRows
  };
}

/** Says that nothing will be checked, where that was asked or the part has rows that are left out. */
function tellUnchecked(
  {validation, validateEvery, patience}: FinetuneDefinition,
  {dataset, leftOut, onProgress}: BuildContext,
  part: string
): void {
  if ((validation ?? validateEvery ?? patience ?? leftOut?.[part]) === undefined) return;
  const ends = patience === undefined ? "" : ", and `patience` ends nothing";
  onProgress?.(
    `${dataset}: part "${part}" gives no example: nothing is checked while it trains${ends}. The last weights are the result.`
  );
}

/** Says how the marks are balanced; refuses parts in which no answer has another beside it. */
function tellMarked(
  definition: FinetuneDefinition,
  {dataset, onProgress}: BuildContext,
  {part, train, validation}: {part: string; train: PreparedRows<unknown>; validation: readonly unknown[]}
): void {
  const single = [train.items.length === 1 && part, validation.length === 1 && checkedPart(definition)];
  const alone = single.find((one) => one !== false);
  if (alone !== undefined)
    throw new UserError(
      `${dataset}: part "${alone}" gives one marked answer, and the reference point of format "kto" needs the answers to other prompts. Add rows${alone === part ? "" : ", or take `validation: false`"}.`
    );
  const words = unbalanced(definition, train);
  if (words !== undefined) onProgress?.(`${dataset}: ${words}`);
}

/** Says how many examples have no probabilities of the teacher; refuses when none has. */
function tellSoft({dataset, onProgress}: BuildContext, {soft, items}: PreparedRows<unknown>): void {
  if (soft === undefined || soft === items.length) return;
  const why = "their answers' tokens are not the teacher's, whose tokenizer is another, or it told none";
  if (soft === 0)
    throw new UserError(
      `${dataset}: no example has log probabilities to learn: ${why}. Leave out \`soft\`, or take a base with the teacher's tokenizer.`
    );
  onProgress?.(
    `${dataset}: ${items.length - soft} of ${items.length} examples are learned by their words alone: ${why}`
  );
}

function refuseBroken({dataset}: BuildContext, part: string, {broken, rows}: PreparedRows<unknown>): void {
  if (broken.length === 0) return;
  const shown = broken.slice(0, 5).map(({row, reason}) => `  row ${row}: ${reason}`);
  const more = broken.length > 5 ? `\n  and ${broken.length - 5} more` : "";
  throw new UserError(
    `${dataset}: ${broken.length} of ${rows} rows of part "${part}" make no example. Mend them in the data loader, then run \`assay pull ${dataset}\`; or leave them out with \`subset\`.\n${shown.join("\n")}${more}`
  );
}

function trainingSettings(
  definition: FinetuneDefinition,
  length: number,
  items: readonly PreparedItem[],
  context: BuildContext
): TrainingSettings & {stepsAnEpoch: number; packedRows?: number} {
  const defaults = defaultsOf(definition);
  const rows = definition.rows ?? defaults.rows;
  const accumulate = definition.accumulate ?? defaults.accumulate;
  const packed = (definition.packing ?? !isCompared(definition.format)) ? length : undefined;
  const count =
    packed === undefined
      ? items.length
      : packing(
          items.map((item) => (item as TokenExample).ids.length),
          packed
        ).length;
  const stepsAnEpoch = Math.max(1, Math.ceil(count / (rows * accumulate)));
  const steps = definition.steps ?? Math.max(1, Math.round((definition.epochs ?? 3) * stepsAnEpoch));
  const {rank, alpha, targets, rslora} = {...defaults, rslora: false, ...definition.lora};
  return {
    stepsAnEpoch,
    packedRows: packed === undefined ? undefined : count,
    adapter:
      definition.method === "full"
        ? undefined
        : {rank, alpha, targets, rslora, dora: definition.method === "dora"},
    precision: definition.method === "full" ? "f32" : (definition.precision ?? "f32"),
    steps,
    rows,
    accumulate,
    packed,
    rate: definition.rate ?? defaults.rate,
    schedule: definition.schedule ?? "cosine",
    warmUp: definition.warmUp ?? Math.min(100, Math.round(0.03 * steps)),
    optimizer: {...defaultAdamW, weightDecay: definition.weightDecay ?? 0},
    dropout: definition.dropout || undefined,
    clip: definition.clip === false ? undefined : (definition.clip ?? 1),
    seed: `${definition.seed ?? "assay"}/${context.seed}`,
    validateEvery: definition.validateEvery ?? stepsAnEpoch,
    patience: definition.patience,
    keepLast: definition.keep === "last" || undefined,
    threads: definition.threads && Math.min(definition.threads, availableParallelism())
  };
}
