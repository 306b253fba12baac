import {referenceText} from "../recipe/reference.js";
import type {OutputSlice} from "../recipe/types.js";
import {aliasNames, isAfterLayers, layerCounts, layerName, layerOf} from "./layers.js";
import type {OpenModel} from "./model.js";
import type {TensorContext, TensorSite} from "./site.js";
import {countedLayers, isMultimodal, isOfTower, mainStack, statedLayers} from "./stacks.js";

function tensorNames({checkpoint}: OpenModel, {owns}: TensorContext): string[] {
  const names = [...checkpoint.tensors.keys()];
  return owns ? names.filter(owns) : names;
}

/** The tensors of a slice's sources. One that an earlier source has under an alias goes by that. */
function namesOf(slice: OutputSlice, context: TensorContext): Set<string> {
  const base = slice.base ?? context.recipe.base;
  const ids = slice.sources.map(({model}) => referenceText(model));
  const first = base && ids.includes(referenceText(base)) ? [referenceText(base)] : [];
  const names = new Set<string>();
  for (const id of new Set([...first, ...ids])) {
    const model = context.models.get(id)!;
    const {tensors} = model.checkpoint;
    for (const name of tensorNames(model, context))
      if (!aliasNames(name).some((alias) => names.has(alias) && !tensors.has(alias))) names.add(name);
  }
  return names;
}

/** The tensors of a recipe of models. Models of different depth are a problem. */
export function sitesOfModels(context: TensorContext): TensorSite[] {
  const slice = context.recipe.slices[0]!;
  if (depthsDiffer(slice, context)) return [];
  const names = namesOf(slice, context);
  const counts = layerCounts(names);
  return [...names].map((name) => {
    const layer = layerOf(name);
    const count = layer ? counts.get(layer.stack)! : 0;
    return {
      name,
      slice,
      sliceIndex: 0,
      t: layer ? (count > 1 ? layer.index / (count - 1) : 1) : 0,
      inputNames: slice.sources.map(() => name),
      layer: layer?.index
    };
  });
}

/** Whether the main stacks of a slice's models have different numbers of layers, which is told as a problem. */
function depthsDiffer(slice: OutputSlice, context: TensorContext): boolean {
  const {models, problems, recipe} = context;
  const opened = slice.sources.map(({model}) => models.get(referenceText(model))!);
  const stack = opened[0] && stackOf(opened[0], context);
  if (stack === undefined) return false;
  const depths = opened.flatMap((model) => {
    const layers = layersOf(model, stack, context);
    return layers > 0 ? [{id: model.id, layers}] : [];
  });
  const other = depths.find(({layers}) => layers !== depths[0]!.layers);
  if (!other) return false;
  problems.push({
    line: recipe.lines.models,
    message: `${depths[0]!.id} has ${depths[0]!.layers} layers but ${other.id} has ${other.layers}. Merge models of one depth, or choose layers of each with "slices".`
  });
  return true;
}

/** The stack of layers that recipes count in. A module is planned by its own tensors alone. */
function stackOf(model: OpenModel, context: TensorContext): string | undefined {
  return mainStack(tensorNames(model, context), context.owns ? {} : model.config);
}

function layersOf(model: OpenModel, stack: string, context: TensorContext): number {
  const stated = context.owns ? undefined : statedLayers(model.config);
  return stated ?? countedLayers(tensorNames(model, context), stack);
}

/** Of the layers that config.json states, those that the checkpoint holds. */
function fullLayers(model: OpenModel, stack: string, context: TensorContext): number {
  const counted = countedLayers(tensorNames(model, context), stack);
  const stated = context.owns ? undefined : statedLayers(model.config);
  return stated === undefined || counted === 0 ? (stated ?? counted) : Math.min(stated, counted);
}

/** The tensors of a recipe of slices. */
export function sitesOfSlices(context: TensorContext): TensorSite[] {
  const {recipe, models, problems} = context;
  const modelOf = (slice: OutputSlice, k: number) => models.get(referenceText(slice.sources[k]!.model))!;
  const first = modelOf(recipe.slices[0]!, 0);
  const multimodal = !context.owns && isMultimodal(first.config);
  const stack = stackOf(first, context);
  if (stack === undefined) {
    problems.push({
      line: recipe.lines.slices,
      message: multimodal
        ? `nothing tells which layers of ${first.id} are its language model's. Merge it module by module, with "modules".`
        : 'the models have no numbered layers. Use "models" instead of "slices".'
    });
    return [];
  }
  const isAfter = (name: string) => isAfterLayers(name) && !(multimodal && isOfTower(name));
  const depths = new Map([...models].map(([id, model]) => [id, fullLayers(model, stack, context)]));
  const sites: TensorSite[] = [];
  const last = recipe.slices.length - 1;
  let at = 0;
  recipe.slices.forEach((slice, s) => {
    slice.sources.forEach(({layerRange, model}, k) => {
      const layers = depths.get(referenceText(model))!;
      if (layerRange && layerRange[1] > layers)
        problems.push({
          line: recipe.lines[`slices.${s}.sources.${k}.layer_range`],
          message: `layer_range ends at ${layerRange[1]} but ${referenceText(model)} has ${layers} layers.`
        });
    });
    const names = namesOf(slice, context);
    const ranges = slice.sources.map(({layerRange}) => layerRange!);
    const length = ranges[0]![1] - ranges[0]![0];
    const rests = new Set<string>();
    for (const name of names) {
      const layer = layerOf(name);
      if (layer?.stack === stack) rests.add(layer.rest);
      else if (s === (isAfter(name) ? last : 0))
        sites.push({name, slice, sliceIndex: s, t: 0, inputNames: slice.sources.map(() => name)});
    }
    for (let i = 0; i < length; i++)
      for (const rest of rests)
        sites.push({
          name: layerName({stack, index: at + i, rest}),
          slice,
          sliceIndex: s,
          t: length > 1 ? i / (length - 1) : 1,
          inputNames: ranges.map(([from]) => layerName({stack, index: from + i, rest})),
          layer: at + i
        });
    at += length;
  });
  const before = layersOf(first, stack, context);
  if (recipe.module !== undefined && context.owns && at !== before)
    problems.push({
      line: recipe.lines.slices,
      message: `the module ${recipe.module} would have ${at} layers instead of ${before}, which config.json of several modules cannot be told. Keep the number of layers.`
    });
  return sites;
}
