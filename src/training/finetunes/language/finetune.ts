import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {
  availableMemory,
  parameterCount,
  readModelConfig,
  runTraining,
  targetModules,
  tooLarge,
  type TrainingJob,
  type TrainingSettings
} from "../../trainer/index.js";
import {type ModelManifest, NotMade} from "../../../weights/models/index.js";
import {hashJson} from "../../../base/system/index.js";
import {trainingDir} from "../../../base/store/index.js";
import {type OrAnswers, withAnswersData} from "../answersData.js";
import {chosenRows} from "../chosenRows.js";
import type {BuildContext, ModelSource} from "../modelSource.js";
import {builtOnce, leftOutOf} from "../trainedSource.js";
import {findBase} from "./base.js";
import {checkedPart, type FinetuneDefinition, isSource} from "./definition.js";
import {checkFinetune} from "./definitionSchema.js";
import {type FinetuneBuildOptions, makeFinetune} from "./makeFinetune.js";
import {prepareJob} from "./prepareJob.js";
import type {PreparedRows} from "./prepare.js";

/** A language model that can be trained: what `finetunes/NAME.finetune.ts` default-exports. */
export interface Finetune extends ModelSource {
  definition: FinetuneDefinition;
  /** Prepares everything, predicts the memory, trains nothing. */
  check(context: BuildContext): Promise<FinetuneCheck>;
  build(context: BuildContext, options?: FinetuneBuildOptions): Promise<ModelManifest>;
}

/** What a training would be. */
export interface FinetuneCheck {
  base: {name: string; id: string; parameters: number};
  trained: number;
  train: Omit<PreparedRows<unknown>, "items">;
  validation?: Omit<PreparedRows<unknown>, "items">;
  steps: number;
  /** Rows of up to `settings.packed` tokens that the examples are packed into; undefined when each is a row. */
  packedRows?: number;
  epochs: number;
  memoryBytes: number;
  /** That there is not so much memory, and what makes the training smaller; undefined when there is. */
  tooLarge?: string;
  settings: TrainingSettings;
}

/** Raise when the same definition would give other bytes. */
const VERSION = 4;
/** That of preferences: pairs of one answer are left out. */
const PAIRS_VERSION = 5;

/**
 * Declares a fine-tune of a language model. A file `finetunes/NAME.finetune.ts` default-exports what this returns; in an
 * eval it is a source of a model like any trainer. Its `dataset` may be `answersOf(…)`, without a split. Throws a UserError that
 * names every field that is absent or wrong.
 * @param unnamed what its model is called when the definition has no `name`; `assay finetune` gives the file's
 */
export function finetune(given: OrAnswers<FinetuneDefinition>, unnamed = "fine-tune"): Finetune {
  const definition = withAnswersData(given);
  checkFinetune(definition);
  const name = definition.name ?? unnamed;
  /** Its own data, whoever asks, and no seed but its own: the same model for every eval, command and fine-tune that names it. */
  const own = async (given: BuildContext): Promise<BuildContext> => ({
    ...((await given.declared?.(definition, name)) ?? given),
    seed: "assay"
  });
  const parts = [definition.part ?? "train", checkedPart(definition)].filter((part) => part !== false);
  const hashOf = async (context: BuildContext) =>
    hashJson({
      // What a file's name adds is not in it: an eval that imports the file means the same model.
      name: definition.name,
      definition: definitionFacts(definition),
      base: isSource(definition.base) ? await definition.base.configHash(context) : undefined,
      chosen: await chosenRows(context, definition.subset, parts),
      dataset: context.dataset,
      version: context.version,
      split: context.split,
      leftOut: leftOutOf(context, ...parts),
      seed: context.seed,
      trainer: definition.format === "preference" ? PAIRS_VERSION : VERSION
    });
  return {
    name,
    definition,
    configHash: async (given) => hashOf(await own(given)),
    async check(given) {
      const context = await own(given);
      // A folder of its own: a build of the same model may be under way.
      const work = await mkdtemp(join(tmpdir(), "assay-finetune-check-"));
      try {
        return await checked(definition, context, work);
      } finally {
        await rm(work, {recursive: true, force: true});
      }
    },
    async build(given, options = {}) {
      const context = await own(given);
      const hash = await hashOf(context).catch((error: unknown) => {
        throw error instanceof NotMade ? new NotMade(name, error.configHash) : error;
      });
      const work = trainingDir(context.dir, hash.slice(0, 24));
      const base = await findBase(definition, context, work).catch((error: unknown) => {
        throw error instanceof NotMade ? new NotMade(name, hash) : error;
      });
      const made = {name, definition, context, base, work, recipe: definitionFacts(definition)};
      // The folder that a path names may have got other weights since.
      return builtOnce(context, name, hashJson([hash, base.id]), () =>
        context.learning ? context.learning(() => makeFinetune(made, options)) : makeFinetune(made, options)
      );
    }
  };
}

async function checked(
  definition: FinetuneDefinition,
  context: BuildContext,
  work: string
): Promise<FinetuneCheck> {
  const base = await findBase(definition, context, work);
  const {job, train, validation, stepsAnEpoch, packedRows} = await prepareJob(
    definition,
    context,
    base,
    work
  );
  const {memory} = await runTraining({...job, checkOnly: true}, {signal: context.signal});
  return {
    base: {name: base.name, id: base.id, parameters: parameterCount(await readModelConfig(base.folder))},
    trained: await trainedCount(job),
    train: countsOf(train),
    validation: validation && countsOf(validation),
    steps: job.settings.steps,
    packedRows,
    epochs: job.settings.steps / stepsAnEpoch,
    memoryBytes: memory.predicted,
    tooLarge: tooLarge(memory.predicted, availableMemory(), job),
    settings: job.settings
  };
}

function countsOf(prepared: PreparedRows<unknown>): Omit<PreparedRows<unknown>, "items"> {
  return {...prepared, items: undefined} as Omit<PreparedRows<unknown>, "items">;
}

function definitionFacts({subset, base, ...rest}: FinetuneDefinition): Record<string, unknown> {
  return {
    ...rest,
    // Stated, so that models of releases that checked this part on itself are not taken for the same.
    validation: rest.part === "validation" ? checkedPart(rest) : rest.validation,
    base: isSource(base) ? base.name : base,
    dataset: undefined,
    threads: undefined,
    subset: subset?.words
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
