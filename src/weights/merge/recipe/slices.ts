import {layered} from "./modules.js";
import {readParameters} from "./parameters.js";
import {isMapping, type RecipeReader} from "./reader.js";
import {referenceText} from "./reference.js";
import type {ModelReference, OutputSlice, RecipeSource} from "./types.js";

/** The single slice that a list of models stands for; an unlisted base model is added to it. */
export function readModels(
  value: unknown,
  base: ModelReference | undefined,
  method: string | undefined,
  reader: RecipeReader
): OutputSlice[] {
  if (value === undefined) return [];
  const sources = readSources(value, "models", ["model", "parameters"], method, reader);
  if (base && !sources.some(({model}) => referenceText(model) === referenceText(base)))
    sources.push({model: base, parameters: {}});
  return [{sources, parameters: {}}];
}

/** Slices of layers; none when the value is no list of them. */
export function readSlices(value: unknown, method: string | undefined, reader: RecipeReader): OutputSlice[] {
  if (!Array.isArray(value) || value.length === 0) {
    reader.problem("slices", "slices is a list of {sources: [{model, layer_range}]}.");
    return [];
  }
  return value.map((slice: unknown, i) => {
    const path = `slices.${i}`;
    if (!isMapping(slice)) {
      reader.problem(path, "a slice is a mapping with sources.");
      return {sources: [], parameters: {}};
    }
    reader.keys(slice, path, ["sources", "base_model", "residual_weight", "parameters"]);
    const sources = readSources(
      slice.sources,
      `${path}.sources`,
      ["model", "layer_range", "parameters"],
      method,
      reader
    );
    if (slice.residual_weight != null)
      reader.warning(
        `${path}.residual_weight`,
        "residual_weight changes nothing: the reference reads it and makes no use of it either."
      );
    const lengths = new Set(sources.flatMap(({layerRange: r}) => (r ? [r[1] - r[0]] : [])));
    if (lengths.size > 1)
      reader.problem(
        path,
        `the sources of one slice have different lengths (${[...lengths].join(", ")} layers). Give them equally long layer_ranges.`
      );
    const base =
      slice.base_model == null ? undefined : reader.reference(slice.base_model, `${path}.base_model`);
    return {
      sources,
      base,
      parameters: readParameters(slice.parameters, `${path}.parameters`, method, "any", reader)
    };
  });
}

function readSources(
  value: unknown,
  path: string,
  keys: readonly string[],
  method: string | undefined,
  reader: RecipeReader
): RecipeSource[] {
  if (!Array.isArray(value) || value.length === 0) {
    reader.problem(path, `${path} is a list of models, each as {model: PATH}.`);
    return [];
  }
  const sources: RecipeSource[] = [];
  value.forEach((entry: unknown, i) => {
    const at = `${path}.${i}`;
    if (!isMapping(entry)) return reader.problem(at, "a model is listed as {model: PATH, parameters: {…}}.");
    reader.keys(entry, at, keys);
    const model = reader.reference(entry.model, `${at}.model`);
    const parameters = readParameters(entry.parameters, `${at}.parameters`, method, "model", reader);
    const layerRange = keys.includes("layer_range") ? readRange(entry.layer_range, at, reader) : undefined;
    if (!model) return;
    const twin = keys.includes("layer_range")
      ? undefined
      : sources.find((source) => referenceText(source.model) === referenceText(model));
    if (!twin) return sources.push({model, parameters, layerRange});
    twin.parameters = layered(twin.parameters, parameters);
    reader.warning(
      at,
      `${referenceText(model)} is listed twice: it counts once, and of parameters that both have the first holds.`
    );
  });
  return sources;
}

/** No model comes near; every layer of a range is planned for. */
const MOST_LAYERS = 10_000;

function readRange(value: unknown, path: string, reader: RecipeReader): [number, number] | undefined {
  if (
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((n) => Number.isSafeInteger(n) && (n as number) >= 0 && (n as number) <= MOST_LAYERS) &&
    (value[1] as number) > (value[0] as number)
  )
    return value as [number, number];
  reader.problem(
    `${path}.layer_range`,
    `layer_range is [FIRST, LAST+1], two whole numbers of which the second is larger, up to ${MOST_LAYERS}.`
  );
  return undefined;
}
