import {emptyRecord} from "../../base/validation/memberOf.js";
import {
  localCandidate,
  type MergeParameters,
  mergedModel,
  storedModel,
  trained
} from "../candidates/index.js";
import type {ModelSource} from "../../training/finetunes/index.js";
import {
  assertUsable,
  hasLoader,
  listModels,
  manyMeant,
  meantModel,
  type ModelManifest,
  withoutWeights
} from "../../weights/models/index.js";
import {nearest, UserError} from "../../base/validation/index.js";
import type {Candidate} from "../runner/define.js";
import {isPairwise, needsBase, type SearchSpace, type SearchModels} from "./space.js";
import {REST} from "./groups.js";
import type {Try} from "./tries.js";

/**
 * The models that a space names. Throws a UserError that names everyone that is absent, without weights here, or of
 * another architecture or other labels than the first. An adapter stands for its base with it.
 */
export async function findModels(space: SearchSpace, modelsDir: string): Promise<SearchModels> {
  const known = await listModels(modelsDir);
  const problems: string[] = [];
  const find = (wanted: string, at: string): ModelManifest | undefined => {
    const found = meantModel(known, wanted);
    if (!found) {
      const near = nearest(
        wanted,
        known.map(({name}) => name)
      );
      problems.push(
        `\`${at}\` is ${JSON.stringify(wanted)}, which the store does not have${near === undefined ? "" : ` (did you mean ${JSON.stringify(near)}?)`}`
      );
    } else if (withoutWeights(found) !== undefined)
      problems.push(`\`${at}\` is ${wanted}, ${withoutWeights(found)}`);
    return found;
  };
  const models = space.models.map((name, i) => find(name, `models[${i}]`));
  const base = space.base === undefined ? undefined : find(space.base, "base");
  problems.push(...candidateNamesOf(models));
  const [first, ...others] = [...models, ...(base ? [base] : [])];
  for (const other of others)
    if (first && other && architectureKey(first) !== architectureKey(other))
      problems.push(`${other.name} and ${first.name} differ in architecture or labels and cannot be merged`);
  if (problems.length > 0) throw new UserError(`${problems.join("; ")}. \`assay models\` lists the store's.`);
  for (const model of [...models, base]) if (model) await assertUsable(modelsDir, model);
  const names = [...space.models, ...(space.base === undefined ? [] : [space.base])];
  return {
    models: models as ModelManifest[],
    base,
    notes: [...new Set(names)].flatMap((name) => manyMeant(known, name) ?? [])
  };
}

/** A candidate goes by its model's name: one model, and one name, stands there once. */
function candidateNamesOf(models: readonly (ModelManifest | undefined)[]): string[] {
  return models.flatMap((model, i) => {
    if (!model) return [];
    const before = models.slice(0, i).find((other) => other?.name === model.name);
    if (before?.id === model.id) return [`\`models[${i}]\` is ${model.name}, which stands there before`];
    if (before) return [`two of \`models\` are called ${model.name}: register one under another name`];
    return model.name === AVERAGE ? [`\`models[${i}]\` is called as the average of all models is`] : [];
  });
}

/** Language models are called by who made them ("checkpoint", "LlamaForCausalLM" …): their tensors are compared when they are merged. */
function architectureKey({architecture, labels}: ModelManifest): string {
  return JSON.stringify([hasLoader(architecture) ? architecture : "language model", labels]);
}

/** The candidates of a search's race, and what each of them is. */
export interface SearchCandidates {
  candidates: Candidate[];
  parents: string[];
  average: string;
  tries: string[];
}

/** The name of the uniform average, which is in every race. */
const AVERAGE = "uniform average";

/** Every model by itself, their uniform average, and the merges to try. */
export function searchCandidates(
  space: SearchSpace,
  {models, base}: SearchModels,
  tries: readonly Try[]
): SearchCandidates {
  const sources = models.map(({id}) => storedModel(id));
  const asked = (name: string, source: ModelSource, {architecture}: ModelManifest): Candidate =>
    hasLoader(architecture)
      ? trained(name, source)
      : localCandidate(name, source, {params: space.params ?? {temperature: 0}});
  const merge = (name: string, method: string, parameters: MergeParameters[], own: MergeParameters) =>
    isPairwise(method)
      ? mergedModel({
          name,
          method,
          base: sources[0],
          models: sources.map((source) => ({source})),
          parameters: own
        })
      : mergedModel({
          name,
          method,
          base: base && needsBase(method) ? storedModel(base.id) : undefined,
          models: sources.map((source, i) => ({source, parameters: parameters[i]})),
          parameters: own
        });
  const average = merge(
    AVERAGE,
    "linear",
    models.map(() => ({weight: 1})),
    {}
  );
  const tried = tries.map((one) => ({
    name: one.name,
    source: merge(one.name, one.method, ...mergeParameters(one, space))
  }));
  return {
    candidates: [
      ...models.map((model, i) => asked(model.name, sources[i]!, model)),
      asked(AVERAGE, average, models[0]!),
      ...tried.map(({name, source}) => asked(name, source, models[0]!))
    ],
    parents: models.map(({name}) => name),
    average: AVERAGE,
    tries: tried.map(({name}) => name)
  };
}

/** How many merges were tried by a race whose candidates `candidatesOf` gave, in their order. */
export function triesRaced(candidates: readonly string[]): number {
  const average = candidates.indexOf(AVERAGE);
  return average < 0 ? 0 : candidates.length - average - 1;
}

/** What a try gives each model, and the merge as a whole. */
function mergeParameters(
  {weights, density, method}: Try,
  {models, layers = {}}: SearchSpace
): [MergeParameters[], MergeParameters] {
  const valuesAt = (place: number) =>
    weights.length === 1
      ? weights[0]!.values[place]!
      : weights.map(({group, values}) => ({
          filter: group === REST ? undefined : layers[group],
          value: values[place]!
        }));
  if (isPairwise(method)) return [[], weights.length === 0 ? {} : {t: valuesAt(0)}];
  const own: MergeParameters[] = models.map((_, i) => {
    const parameters: MergeParameters = emptyRecord();
    if (weights.length > 0) parameters.weight = valuesAt(i);
    if (density !== undefined) parameters.density = density;
    return parameters;
  });
  return [own, {}];
}
