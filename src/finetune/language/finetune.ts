import {existsSync} from "node:fs";
import {copyFile, mkdir, rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {
  parameterCount,
  readModelConfig,
  resultFolder,
  runTraining,
  targetModules,
  type TrainingJob,
  type TrainingOutcome,
  type TrainingProgress,
  type TrainingSettings
} from "../../language/index.js";
import {keepModel, type ModelManifest, NotMade} from "../../models/index.js";
import {hashJson, UserError} from "../../store/index.js";
import type {BuildContext, ModelSource} from "../modelSource.js";
import {builtOnce} from "../trainedSource.js";
import {findBase} from "./base.js";
import {modelCard} from "./card.js";
import {checkFinetune, type FinetuneDefinition, isSource} from "./definition.js";
import {prepareJob} from "./prepareJob.js";
import type {PreparedRows} from "./prepare.js";
import {TEXT_FILES} from "./tokenizer.js";

/** A language model that can be trained: what `finetunes/NAME.finetune.ts` default-exports. */
export interface Finetune extends ModelSource {
  definition: FinetuneDefinition;
  /** Prepares everything, predicts the memory, trains nothing. */
  check(context: BuildContext): Promise<FinetuneCheck>;
  build(context: BuildContext, options?: BuildOptions): Promise<ModelManifest>;
}

export interface BuildOptions {
  onStep?(progress: TrainingProgress): void;
  /** Begin although the memory seems too small. */
  force?: boolean;
}

/** What a training would be. */
export interface FinetuneCheck {
  base: {name: string; id: string; parameters: number};
  trained: number;
  train: Omit<PreparedRows<unknown>, "items">;
  validation?: Omit<PreparedRows<unknown>, "items">;
  steps: number;
  epochs: number;
  memoryBytes: number;
  settings: TrainingSettings;
}

/** Raise when the same definition would give other bytes. */
const VERSION = 2;

/**
 * Declares a fine-tune of a language model. A file `finetunes/NAME.finetune.ts` default-exports what this returns; in an
 * eval it is a source of a model like any trainer. Throws a UserError that names every field that is absent or wrong.
 * @param unnamed what its model is called when the definition has no `name`; `assay finetune` gives the file's
 */
export function finetune(definition: FinetuneDefinition, unnamed = "fine-tune"): Finetune {
  checkFinetune(definition);
  const name = definition.name ?? unnamed;
  const configHash = (context: BuildContext) =>
    hashJson({
      // What a file's name adds is not in it: an eval that imports the file means the same model.
      name: definition.name,
      definition: describe(definition),
      base: isSource(definition.base) ? definition.base.configHash(context) : undefined,
      dataset: context.dataset,
      version: context.version,
      split: context.split,
      seed: context.seed,
      trainer: VERSION
    });
  return {
    name,
    definition,
    configHash,
    async check(context) {
      const work = workFolder(context, configHash(context));
      const prepared = await prepareJob(definition, context, work);
      const outcome = await runTraining({...prepared.job, checkOnly: true}, {signal: context.signal});
      const config = await readModelConfig(prepared.base.folder);
      return {
        base: {name: prepared.base.name, id: prepared.base.id, parameters: parameterCount(config)},
        trained: await trainedCount(prepared.job),
        train: countsOf(prepared.train),
        validation: prepared.validation && countsOf(prepared.validation),
        steps: prepared.job.settings.steps,
        epochs: prepared.job.settings.steps / prepared.stepsAnEpoch,
        memoryBytes: outcome.memory.predicted,
        settings: prepared.job.settings
      };
    },
    async build(context, options = {}) {
      const hash = configHash(context);
      const work = workFolder(context, hash);
      if (context.onlyKnown && typeof definition.base === "object" && !existsSync(work))
        throw new NotMade(name, hash);
      await mkdir(work, {recursive: true});
      // A purge of the dataset takes what was begun with its rows.
      await writeFile(join(work, "about.json"), JSON.stringify({dataset: context.dataset}));
      const base = await findBase(definition, context, work);
      // The folder that a path names may have got other weights since.
      return builtOnce(context, name, hashJson([hash, base.id]), () =>
        make(name, definition, context, work, options)
      );
    }
  };
}

function workFolder(context: BuildContext, hash: string): string {
  return join(context.dir, ".training", hash.slice(0, 24));
}

function countsOf(prepared: PreparedRows<unknown>): Omit<PreparedRows<unknown>, "items"> {
  return {...prepared, items: undefined} as Omit<PreparedRows<unknown>, "items">;
}

function describe({subset, base, ...rest}: FinetuneDefinition): Record<string, unknown> {
  return {
    ...rest,
    base: isSource(base) ? base.name : base,
    dataset: undefined,
    threads: undefined,
    subset: subset && `${subset.words}: ${subset.where.toString()}`
  };
}

async function trainedCount({base, settings}: TrainingJob): Promise<number> {
  const config = await readModelConfig(base);
  const {adapter} = settings;
  if (!adapter) return parameterCount(config);
  return targetModules(config, adapter.targets).reduce(
    (sum, {out, in: width}) => sum + adapter.rank * (out + width) + (adapter.dora ? out : 0),
    0
  );
}

async function make(
  name: string,
  definition: FinetuneDefinition,
  context: BuildContext,
  work: string,
  {onStep, force}: BuildOptions
): Promise<ModelManifest> {
  const {base, job, train} = await prepareJob(definition, context, work);
  const {settings} = job;
  context.onProgress?.(`training ${name} on ${train.items.length} rows, ${settings.steps} steps`);
  const started = performance.now();
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
    throw new UserError(
      `${name}: stopped after step ${outcome.step} of ${settings.steps}. Run it again to go on from there.`
    );
  if (outcome.status === "diverged") throw new UserError(`${name}: ${outcome.advice}`);
  const seconds = (performance.now() - started) / 1000;
  const folder = resultFolder(work);
  for (const file of TEXT_FILES)
    if (existsSync(join(base.folder, file))) await copyFile(join(base.folder, file), join(folder, file));
  const training = {
    dataset: context.dataset,
    version: context.version,
    split: context.split,
    part: definition.part ?? "train",
    subset: definition.subset?.words,
    rows: train.items.length,
    rowsSha256: train.rowsSha256,
    seed: context.seed
  };
  const deciding = {...settings, threads: undefined};
  const record = {
    method: definition.method,
    format: definition.format,
    learn: definition.learn ?? "answers",
    ...deciding,
    preference: job.data.kind === "pairs" ? job.data.preference : undefined,
    base: base.id,
    library: outcome.library
  };
  await writeFile(
    join(folder, "README.md"),
    modelCard({name, base, training, settings: record, outcome, facts: context.facts ?? []})
  );
  const {curve, validations} = outcome;
  await writeFile(join(folder, "training.json"), `${JSON.stringify({curve, validations}, null, 1)}\n`);
  const manifest = await keepModel(context.dir, folder, {
    name,
    architecture: settings.adapter ? "language-model-adapter" : "language-model",
    settings: record,
    parents: base.scratch ? [] : [{id: base.id, name: base.name}],
    training: {...training, seconds},
    recipe: {method: `finetune-${definition.method}`, sha256: hashJson(describe(definition))},
    metrics: metricsOf(outcome, seconds)
  });
  await rm(work, {recursive: true, force: true});
  return manifest;
}

function metricsOf(outcome: TrainingOutcome, seconds: number): Record<string, number> {
  const {curve, validations, resultStep, memory} = outcome;
  const tokens = curve.reduce((sum, record) => sum + record.tokens, 0);
  const validated = validations.find(({step}) => step === resultStep);
  const metrics: Record<string, number> = {
    steps: outcome.step,
    resultStep,
    trainLoss: curve.at(-1)!.loss,
    trainedTokens: tokens,
    tokensPerSecond: tokens / seconds,
    peakMemoryBytes: memory.peak
  };
  if (validated) metrics.validationLoss = validated.loss;
  return metrics;
}

/** One line of where a training stands. */
export function progressText(name: string, progress: TrainingProgress): string {
  const {step, steps, loss, tokensPerSecond, secondsLeft} = progress;
  return `${name}: step ${step} of ${steps}, loss ${loss.toFixed(3)}, ${tokensPerSecond.toFixed(0)} tokens/s, ${secondsLeft.toFixed(0)} s left`;
}
