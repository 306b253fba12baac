import {mkdir, readFile, rm} from "node:fs/promises";
import {join} from "node:path";
import {type BuildContext, builtOnce, type ModelSource} from "../finetune/index.js";
import {merge, mergeRecord, type MergeReport, mergeVersion, METHODS} from "../merge/index.js";
import {
  mergeConflict,
  type MergeRecord,
  modelFolder,
  type ModelManifest,
  roundTable,
  saveModel,
  withPlainFolders
} from "../models/index.js";
import {decodeSafetensors, encodeSafetensors} from "../models/safetensors.js";
import {
  assertChecked,
  byName,
  either,
  exactly,
  fits,
  flag,
  listOf,
  number,
  oneOf,
  text
} from "../store/checked.js";
import {hashJson, temporaryPath, UserError} from "../store/index.js";

/** Numbers by their names; with `filter` they hold for the tensors whose names contain it, the first that fits. */
export type MergeParameters = Record<string, number | boolean | {filter?: string; value: number}[]>;

export interface MergedOptions {
  name: string;
  /** Any method of `assay merge`. */
  method: string;
  /** The models to merge with their parameters (weight, density …). */
  models: {source: ModelSource; parameters?: MergeParameters}[];
  /** What the models are fine-tunes of: task-vector methods need it. */
  base?: ModelSource;
  /** Parameters of the method (t, normalize, lambda …). */
  parameters?: MergeParameters;
}

const parametersSchema = byName(
  either(
    "a number, true, false, or numbers by what tensors' names contain",
    number(),
    flag(),
    listOf(
      exactly<{filter?: string; value: number}>("a value such as {filter, value}", {
        filter: text("what tensors' names contain").optional(),
        value: number()
      }),
      "a list of values",
      1
    )
  ),
  "parameters by name"
);
const sourceSchema = fits(
  (value) => typeof (value as Partial<ModelSource> | null)?.build === "function",
  "a source of a model, such as a trainer or storedModel(…) gives"
);

const schema = exactly<MergedOptions>("a merge such as {name, method, models}", {
  name: text(),
  method: oneOf(Object.keys(METHODS)),
  models: listOf(
    exactly<MergedOptions["models"][number]>("a model such as {source}", {
      source: sourceSchema,
      parameters: parametersSchema.optional()
    }),
    "a list of models",
    1
  ),
  base: sourceSchema.optional(),
  parameters: parametersSchema.optional()
});

/** A model merged from others of the store by `merge`, the same code and recipe as `assay merge`. */
export function mergedModel(options: MergedOptions): ModelSource {
  assertChecked("mergedModel", schema, options);
  const {name, method, models, base, parameters} = options;
  const sources = [...(base ? [base] : []), ...models.map(({source}) => source)];
  const configHash = (context: BuildContext) =>
    hashJson({
      name,
      method,
      parameters,
      models: models.map(({source, parameters: own}) => [source.configHash(context), own]),
      base: base?.configHash(context),
      seed: context.seed,
      code: mergeVersion(method)
    });
  const make = async (context: BuildContext): Promise<ModelManifest> => {
    const parents = new Map<ModelSource, ModelManifest>();
    for (const source of sources) parents.set(source, await source.build(context));
    const idOf = (source: ModelSource) => parents.get(source)!.id;
    const recipe = {
      merge_method: method,
      base_model: base ? idOf(base) : undefined,
      models: models.map(({source, parameters: own}) => ({
        model: idOf(source),
        parameters: own
      })),
      parameters,
      dtype: "float32"
    };
    context.onProgress?.(`merging ${models.length} models by ${method}`);
    return mergeInto(
      context,
      name,
      recipe,
      [...new Set(sources)].map((source) => parents.get(source)!)
    );
  };
  return {name, configHash, build: (context) => builtOnce(context, name, configHash(context), make)};
}

async function mergeInto(
  context: BuildContext,
  name: string,
  recipe: Record<string, unknown>,
  parents: ModelManifest[]
): Promise<ModelManifest> {
  const first = parents[0]!;
  const conflict = mergeConflict(parents);
  if (conflict) throw new UserError(`${name}: ${conflict}`);
  const out = temporaryPath(join(context.dir, "merge"));
  await mkdir(context.dir, {recursive: true});
  try {
    const report = await withPlainFolders(context.dir, (plain) =>
      merge(recipe, {
        out,
        seed: seedNumber(context.seed),
        resolveModel: (path) => (parents.some(({id}) => id === path) ? plain(path) : undefined),
        signal: context.signal
      })
    );
    const folder = await modelFolder(context.dir, first.id);
    const shared = first.files.map(({path}) => path).filter((path) => !ownFiles.has(path));
    return await saveModel(context.dir, {
      name,
      architecture: first.architecture,
      labels: first.labels,
      settings: {...first.settings, recipe: report.recipe.sha256},
      files: {
        "config.json": await readFile(join(folder, "config.json")),
        "model.safetensors": settled(first, await readFile(join(out, "model.safetensors")))
      },
      pack: {like: first.id},
      sharedFiles: Object.fromEntries(
        await Promise.all(shared.map(async (path) => [path, await readFile(join(folder, path))] as const))
      ),
      parents: parents.map(({id, name: parent}) => ({id, name: parent})),
      recipe: {method: report.method, sha256: report.recipe.sha256, source: report.recipe.text},
      metrics: figuresOf(report),
      merge: named(mergeRecord(report), parents)
    });
  } finally {
    await rm(out, {recursive: true, force: true});
  }
}

/** What tells of one model alone: a merge has its own, or none. */
const ownFiles = new Set(["model.safetensors", "config.json", "README.md", "training.json"]);

/** The weights as a trainer would keep them: token tables on their grid. */
function settled({architecture}: ModelManifest, weights: Buffer): Uint8Array {
  if (architecture !== "static-embedding") return weights;
  const tensors = decodeSafetensors(weights);
  roundTable(tensors["embedding.weight"]!.data);
  return encodeSafetensors(tensors);
}

/** The recipe names parents by their ids; people know them by their names. */
function named(record: MergeRecord, parents: readonly ModelManifest[]): MergeRecord {
  const nameOf = (id: string) => parents.find((parent) => parent.id === id)?.name ?? id;
  return {
    ...record,
    base: record.base === undefined ? undefined : nameOf(record.base),
    models: record.models.map(nameOf),
    layers: record.layers.map(({relations, ...layer}) => ({
      ...layer,
      relations: {...relations, models: relations.models.map(nameOf)}
    }))
  };
}

/** Norms of the changes, cosines of pairs and sign conflict over all tensors, under names a page can show. */
function figuresOf(report: MergeReport): Record<string, number> {
  const figures: Record<string, number> = {mergeSeconds: report.timings.mergeSeconds};
  for (const {layer, relations} of report.layers) {
    const where = layer === undefined ? "all" : `layer ${layer}`;
    (relations.deltaNorms ?? relations.norms).forEach(
      (norm, i) => (figures[`norm ${i + 1} (${where})`] = norm)
    );
    const n = relations.models.length;
    for (let a = 0; a < n; a++)
      for (let b = a + 1; b < n; b++) {
        const cosine = relations.cosine[a * n + b];
        if (cosine !== null && cosine !== undefined) figures[`cosine ${a + 1}–${b + 1} (${where})`] = cosine;
      }
    if (relations.signConflict !== null) figures[`sign conflict (${where})`] = relations.signConflict;
  }
  return figures;
}

/** The merge's random methods take a number. */
function seedNumber(seed: string): number {
  return Number.parseInt(hashJson(seed).slice(0, 8), 16);
}
