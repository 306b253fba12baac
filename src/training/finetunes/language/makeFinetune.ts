import {existsSync} from "node:fs";
import {copyFile, rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {
  resultFolder,
  runTraining,
  type TrainingJob,
  type TrainingOutcome,
  type TrainingProgress
} from "../../trainer/index.js";
import {type CheckedOn, keepModel, type ModelManifest} from "../../../weights/models/index.js";
import {StoppedError, UserError} from "../../../base/validation/index.js";
import {hashJson, makeFolder} from "../../../base/system/index.js";
import {noteTraining} from "../../../base/store/index.js";
import type {BuildContext} from "../modelSource.js";
import type {Base} from "./base.js";
import {finetuneCard, worseThanBefore} from "./card.js";
import {MANY_CUT} from "./cutRows.js";
import {checkedPart, type FinetuneDefinition} from "./definition.js";
import type {PreparedRows} from "./prepare.js";
import {prepareJob} from "./prepareJob.js";
import {TEXT_FILES} from "./tokenizer.js";

export interface FinetuneBuildOptions {
  onStep?(progress: TrainingProgress): void;
  /** Begin although the memory seems too small. */
  force?: boolean;
}

/** A fine-tune that is to be made, and where. */
export interface PlannedFinetune {
  name: string;
  definition: FinetuneDefinition;
  context: BuildContext;
  base: Base;
  work: string;
  /** What of the definition decides the model. */
  recipe: Record<string, unknown>;
}

/** Trains and keeps the model. The training goes on from its checkpoint in `work`, which is removed at the end. */
export async function makeFinetune(
  {name, definition, context, base, work, recipe}: PlannedFinetune,
  {onStep, force}: FinetuneBuildOptions
): Promise<ModelManifest> {
  await makeFolder(work);
  await noteTraining(work, {
    name,
    dataset: context.dataset,
    version: context.version,
    startedAt: new Date().toISOString()
  });
  const {job, train, validation, cuts} = await prepareJob(definition, context, base, work);
  const {settings} = job;
  for (const {sentence, advice} of cuts)
    context.onProgress?.(`${sentence} ${advice} \`assay finetune ${name} --check\` counts without training.`);
  context.onProgress?.(
    `training ${name} on ${train.items.length} rows, ${settings.steps} ${settings.steps === 1 ? "step" : "steps"}`
  );
  const outcome = await runTraining(
    {...job, force},
    {
      signal: context.signal,
      onProgress: (progress) => {
        onStep?.(progress);
        if (!onStep && progress.step % 20 === 0) context.onProgress?.(progressText(name, progress));
      }
    }
  );
  if (outcome.status === "stopped")
    throw new StoppedError(
      outcome.step === 0
        ? `${name}: stopped before the first step of this start. Run it again to train from the last checkpoint, or from the base where there is none.`
        : `${name}: stopped after step ${outcome.step} of ${settings.steps}. Run it again to go on from there.`
    );
  const folder = resultFolder(work);
  if (existsSync(folder))
    for (const file of TEXT_FILES)
      if (existsSync(join(base.folder, file))) await copyFile(join(base.folder, file), join(folder, file));
  if (outcome.status === "diverged") throw new UserError(`${name}: ${outcome.advice}`);
  const training = {
    dataset: context.dataset,
    version: context.version,
    split: context.split,
    part: definition.part ?? "train",
    subset: definition.subset?.words,
    rows: train.items.length,
    rowsSha256: train.rowsSha256,
    cut: train.cut,
    leftOut: train.leftOut,
    validation: validation && checkedOn(definition, validation, outcome),
    seed: definition.seed ?? context.seed
  };
  // Threads change no byte: the same training on other cores is the same model.
  const deciding = {...settings, threads: undefined};
  const {version, features} = outcome.library;
  const record = {
    method: definition.method,
    format: definition.format,
    learn: definition.learn ?? "answers",
    ...deciding,
    soft: definition.soft && {share: 0.5, ...definition.soft, examples: train.soft},
    preference: comparisonOf(job.data),
    goodAnswers: train.good,
    base: base.id,
    library: {version, features}
  };
  await writeFile(
    join(folder, "README.md"),
    finetuneCard({name, base, training, settings: record, outcome, facts: context.facts ?? []})
  );
  const {curve, validations, before} = outcome;
  await writeFile(
    join(folder, "training.json"),
    `${JSON.stringify({curve, validations, before}, null, 1)}\n`
  );
  const manifest = await keepModel(context.dir, folder, {
    name,
    architecture: settings.adapter ? "language-model-adapter" : "language-model",
    settings: record,
    parents: base.scratch ? [] : [base.record ?? {id: base.id, name: base.name}],
    training: {...training, seconds: outcome.use.seconds},
    recipe: {method: `finetune-${definition.method}`, sha256: hashJson(recipe)},
    metrics: metricsOf(outcome)
  });
  await rm(work, {recursive: true, force: true});
  for (const {sentence, share} of cuts) if (share >= MANY_CUT) context.onProgress?.(sentence);
  const worse = worseThanBefore(outcome);
  if (worse !== undefined)
    context.onProgress?.(
      `! ${name}: the kept weights are ${worse}. Keep the base, or try a lower \`rate\` (${settings.rate} now).`
    );
  return manifest;
}

function comparisonOf(data: TrainingJob["data"]): object | undefined {
  if (data.kind === "pairs") return data.preference;
  return data.kind === "marked" ? data.kto : undefined;
}

/** What the weights were checked on, and whether that decided which they are: one check at the end chooses nothing. */
function checkedOn(
  definition: FinetuneDefinition,
  {items, rowsSha256, cut, leftOut}: Omit<PreparedRows<unknown>, "tokens">,
  {validations}: TrainingOutcome
): CheckedOn {
  const decided: CheckedOn["decided"] = [];
  if (validations.length > 1 && definition.keep !== "last") decided.push("best");
  if (validations.length > 1 && definition.patience !== undefined) decided.push("patience");
  return {
    part: checkedPart(definition) as string,
    rows: items.length,
    rowsSha256,
    cut,
    leftOut,
    decided
  };
}

function metricsOf({
  curve,
  validations,
  before,
  resultStep,
  memory,
  ...outcome
}: TrainingOutcome): Record<string, number> {
  const {seconds, since} = outcome.use;
  const tokensOf = (steps: typeof curve) => steps.reduce((sum, record) => sum + record.tokens, 0);
  const timed = tokensOf(curve.filter(({step}) => step > since));
  const validated = validations.find(({step}) => step === resultStep);
  const metrics: Record<string, number> = {
    steps: outcome.step,
    resultStep,
    trainLoss: curve.at(-1)!.loss,
    trainedTokens: tokensOf(curve),
    threads: outcome.library.threads,
    peakMemoryBytes: memory.peak
  };
  if (timed > 0) metrics.tokensPerSecond = timed / seconds;
  if (validated) metrics.validationLoss = validated.loss;
  if (before) metrics.validationLossBefore = before.loss;
  return metrics;
}

/** One line of where a training stands. */
export function progressText(name: string, progress: TrainingProgress): string {
  const {step, steps, loss, tokensPerSecond, secondsLeft} = progress;
  return `${name}: step ${step} of ${steps}, loss ${loss.toFixed(3)}, ${tokensPerSecond.toFixed(0)} tokens/s, ${secondsLeft.toFixed(0)} s left`;
}
