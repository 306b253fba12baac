import {type BuildContext, builtOnce, type ModelSource} from "../../training/finetunes/index.js";
import {mergeVersion, METHODS} from "../../weights/merge/index.js";
import {hasLoader, type ModelManifest} from "../../weights/models/index.js";
import {mergeParents, type MergeParent, parentOf} from "./mergeParents.js";
import {
  assertChecked,
  byName,
  either,
  exactly,
  passing,
  flag,
  listOf,
  number,
  oneOf,
  text
} from "../../base/validation/checked.js";
import {hashJson} from "../../base/system/index.js";

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
const sourceSchema = passing(
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
  const configHash = async (context: BuildContext) =>
    hashJson({
      name,
      method,
      parameters,
      models: await Promise.all(
        models.map(async ({source, parameters: own}) => [await source.configHash(context), own])
      ),
      base: await base?.configHash(context),
      seed: context.seed,
      code: mergeVersion(method)
    });
  const make = async (context: BuildContext): Promise<ModelManifest> => {
    const parents = new Map<ModelSource, MergeParent>();
    for (const source of sources) parents.set(source, await parentOf(await source.build(context), context));
    const idOf = (source: ModelSource) => parents.get(source)!.reference;
    const recipe = {
      merge_method: method,
      base_model: base ? idOf(base) : undefined,
      models: models.map(({source, parameters: own}) => ({
        model: idOf(source),
        parameters: own
      })),
      parameters,
      // A language model keeps its models' dtype, as by `assay merge`.
      dtype: hasLoader(parents.get(models[0]!.source)!.manifest.architecture) ? "float32" : undefined
    };
    context.onProgress?.(`merging ${models.length} models by ${method}`);
    return mergeParents(
      context,
      {name, recipe, key: await configHash(context)},
      [...new Set(sources)].map((source) => parents.get(source)!)
    );
  };
  return {
    name,
    reads: readByAll(sources),
    configHash,
    build: async (context) => builtOnce(context, name, await configHash(context), make)
  };
}

function readByAll(sources: readonly ModelSource[]): string | undefined {
  const [first] = sources;
  return sources.every(({reads}) => reads === first?.reads) ? first?.reads : undefined;
}
