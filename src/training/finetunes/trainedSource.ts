import {moduleVersion} from "../../base/fingerprint/index.js";
import {
  erasedTraining,
  forgetErasedTraining,
  NotMade,
  saveModel,
  recordAt,
  type ModelManifest,
  type NewModel
} from "../../weights/models/index.js";
import {hashJson} from "../../base/system/index.js";
import {modelKey, modelsStorage, putJson, withLease} from "../../base/store/index.js";
import {chosenRows} from "./chosenRows.js";
import type {LabelledRows} from "./labelledRows.js";
import type {BuildContext, ClassifierOptions, ModelSource} from "./modelSource.js";

/** The part of a model that a trainer decides. */
export type TrainerResult = Pick<NewModel, "files" | "settings" | "metrics" | "sharedFiles" | "pack">;

export interface Trainer<Rows extends LabelledRows> {
  architecture: string;
  options: ClassifierOptions;
  /** `import.meta.url` of the trainer: its code, and all that it imports, decides the result too. */
  module: string;
  settings: Record<string, unknown>;
  /** The model training starts from. */
  init?: ModelSource;
  /** `readExamples` where labels are classes (`labels` are the parent's), `readRows` where they are not. */
  read(context: BuildContext, options: ClassifierOptions, labels?: readonly string[]): Promise<Rows>;
  train(rows: Rows, context: BuildContext, init?: ModelManifest): Promise<TrainerResult>;
}

/** A model source around a trainer: reads the rows, trains once, keeps the model with its training record. */
export function trainedSource<Rows extends LabelledRows>(trainer: Trainer<Rows>): ModelSource {
  const {architecture, options, module, settings, init} = trainer;
  const name = options.name ?? architecture;
  const method = () => ({
    architecture,
    code: moduleVersion(module),
    ...settings,
    ...classifierFacts(options)
  });
  const configHash = async (context: BuildContext) =>
    hashJson({
      name,
      method: method(),
      chosen: await chosenRows(context, options.subset, [options.part ?? "train"]),
      init: await init?.configHash(context),
      dataset: context.dataset,
      version: context.version,
      split: context.split,
      leftOut: leftOutOf(context, options.part ?? "train"),
      seed: context.seed
    });
  const make = async (context: BuildContext): Promise<ModelManifest> => {
    const parent = await init?.build(context);
    const rows = await trainer.read(context, options, parent?.labels);
    context.onProgress?.(`training ${name} on ${rows.ids.length} rows`);
    const started = performance.now();
    const result = await trainer.train(rows, context, parent);
    const seconds = (performance.now() - started) / 1000;
    return saveModel(context.dir, {
      name,
      architecture,
      labels: rows.classes,
      ...result,
      settings: {...result.settings, seed: context.seed, rowsSha256: rows.rowsSha256},
      parents: parent ? [{id: parent.id, name: parent.name}] : [],
      training: {
        dataset: context.dataset,
        version: context.version,
        split: context.split,
        part: options.part ?? "train",
        subset: rows.subset || undefined,
        rows: rows.ids.length,
        rowsSha256: rows.rowsSha256,
        seed: context.seed,
        seconds
      },
      recipe: {method: architecture, sha256: hashJson(method())}
    });
  };
  return {
    name,
    reads: options.text,
    configHash,
    build: async (context) => builtOnce(context, name, await configHash(context), make)
  };
}

/** What of the parts that a model reads is left out, for its configuration's hash; undefined when nothing is. */
export function leftOutOf(
  {leftOut = {}}: BuildContext,
  ...parts: (string | false)[]
): [part: string, hash: string][] | undefined {
  const found = Object.entries(leftOut).filter(([part]) => parts.includes(part));
  return found.length > 0 ? found.sort(([a], [b]) => (a < b ? -1 : 1)) : undefined;
}

/** Runs `make` unless a model with this configuration is in the store already and learned from no row erased since. Throws NotMade where nothing is to be made. */
export async function builtOnce(
  context: BuildContext,
  name: string,
  configHash: string,
  make: (context: BuildContext) => Promise<ModelManifest>
): Promise<ModelManifest> {
  const place = modelsStorage(context.dir);
  const record = `models/.builds/${configHash}.json`;
  const known = async () => {
    const manifest = await recordAt(place, record);
    const kept = manifest && (await recordAt(place, modelKey(manifest.id, "manifest.json")));
    if (!kept || kept.removed !== undefined) return undefined;
    return (await erasedTraining(context.dir, manifest.id)) ? undefined : manifest;
  };
  const found = await known();
  if (!found && context.onlyKnown) throw new NotMade(name, configHash, !(await place.has(record)));
  return (
    found ??
    withLease(
      place,
      `locks/build-${configHash}.json`,
      {
        what: `Training of ${name}`,
        waitMs: 600_000,
        onWait: context.onProgress
      },
      async () => {
        const other = await known();
        if (other) return other;
        const manifest = await make(context);
        await forgetErasedTraining(context.dir, manifest.id);
        await putJson({place}, record, manifest);
        return manifest;
      }
    )
  );
}

function classifierFacts({
  text,
  label,
  part = "train",
  sample,
  subset
}: ClassifierOptions): Record<string, unknown> {
  return {text, label, part, sample, subset: subset?.words};
}
