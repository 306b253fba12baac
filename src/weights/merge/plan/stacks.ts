import {isMapping} from "../recipe/reader.js";
import {aliasNames, layerCountKey, layerCounts, layerOf, statesLayers} from "./layers.js";

type StackConfig = Readonly<Record<string, unknown>>;

/** Where config.json of a model of several modules describes its language model. */
const LANGUAGE_KEYS = ["text_config", "llm_config", "language_config"];
const OTHER_KEYS = ["vision_config", "audio_config", "thinker_config"];

/** Names of what sees, hears, or leads from there to the language model. */
const TOWER =
  /vision|visual|image|audio|video|speech|qformer|resampler|projector|connector|(^|\.)vit(\.|_)|sam_model/i;

/** Whether config.json is of a language model beside a tower that sees or hears. */
export function isMultimodal(config: StackConfig): boolean {
  return [...LANGUAGE_KEYS, ...OTHER_KEYS].some((key) => isMapping(config[key]));
}

/** Whether a tensor of a multimodal model is none of its language model. */
export function isOfTower(name: string): boolean {
  return TOWER.test(name);
}

/**
 * The stack that layer_range counts in: the one with the most tensors, of a multimodal model the language model's.
 * Undefined where there is none, or nothing tells which it is.
 */
export function mainStack(names: Iterable<string>, config: StackConfig): string | undefined {
  const tensors = new Map<string, number>();
  const all = [...names];
  for (const name of all) {
    const layer = layerOf(name);
    if (layer) tensors.set(layer.stack, (tensors.get(layer.stack) ?? 0) + 1);
  }
  const stacks = [...tensors].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([stack]) => stack);
  if (!isMultimodal(config)) return stacks[0];
  if (!languageKey(config) && !statesLayers(config)) return undefined;
  const own = stacks.filter((stack) => !isOfTower(stack));
  const stated = statedLayers(config);
  const counts = layerCounts(all);
  return own.length < 2 || stated === undefined ? own[0] : own.find((stack) => counts.get(stack) === stated);
}

/** How many layers config.json says the main stack has. */
export function statedLayers(config: StackConfig): number | undefined {
  const key = languageKey(config);
  const own = key === undefined ? config : (config[key] as StackConfig);
  const layers = own[layerCountKey(own)];
  return typeof layers === "number" ? layers : undefined;
}

/** How many layers of a stack there are, also where a checkpoint without its head names it otherwise. */
export function countedLayers(names: Iterable<string>, stack: string): number {
  const counts = layerCounts(names);
  return Math.max(0, ...[stack, ...aliasNames(stack)].map((name) => counts.get(name) ?? 0));
}

/** Writes the number of layers of the main stack everywhere config.json states it. */
export function setLayerCount(config: Record<string, unknown>, layers: number): void {
  const key = languageKey(config);
  if (key !== undefined) {
    const own = config[key] as StackConfig;
    config[key] = {...own, [layerCountKey(own)]: layers};
  }
  if (key === undefined || statesLayers(config)) config[layerCountKey(config)] = layers;
}

function languageKey(config: StackConfig): string | undefined {
  return LANGUAGE_KEYS.find((key) => isMapping(config[key]));
}
