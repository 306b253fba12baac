import {isMapping} from "../recipe/reader.js";
import {referenceText} from "../recipe/reference.js";
import type {OutputSlice} from "../recipe/types.js";
import type {OpenModel} from "./model.js";

/** Members of config.json, or of its text_config, with an entry (or a letter) for every layer. */
const ENTRIES = [
  "layer_types",
  "mlp_layer_types",
  "layers_block_type",
  "block_configs",
  "attention_layers",
  "attn_type_list",
  "no_rope_layers",
  "hybrid_layer_pattern",
  "hybrid_override_pattern",
  "moe_layer_freq",
  "moe_topk",
  "moe_intermediate_size",
  "num_shared_expert",
  "intermediate_size",
  "activation_sparsity_pattern",
  "num_query_heads",
  "num_kv_heads",
  "ffn_multipliers"
];

/** Members that number the layers of a kind. */
const NUMBERS = [
  "mlp_only_layers",
  "moe_layers",
  "full_attn_idxs",
  "attn_layer_indices",
  "hybrid_layer_ids",
  "cross_attention_layers"
];

type LayeredConfig = Record<string, unknown>;

/** A configuration and the one of its text model. */
export function sectionsOf(config: LayeredConfig): LayeredConfig[] {
  return isMapping(config.text_config) ? [config, config.text_config] : [config];
}

/**
 * Makes what config.json lists by layer that of the result: each slice's part of what its first source lists, or the
 * donor where that lists nothing. A list too short for a slice is left out, so that the kind's default holds.
 */
export function sliceLists(
  config: LayeredConfig,
  slices: readonly OutputSlice[],
  models: ReadonlyMap<string, OpenModel>
): void {
  for (const [s, section] of sectionsOf(config).entries()) {
    let next = 0;
    const parts = slices.map(({sources: [source]}) => {
      const own = sectionsOf(models.get(referenceText(source!.model))!.config)[s] ?? {};
      const [from, to] = source!.layerRange!;
      const part = {listed: (key: string) => own[key] ?? section[key], from, to, start: next};
      next += to - from;
      return part;
    });
    const changed: LayeredConfig = {};
    for (const key of ENTRIES)
      if (isList(section[key]))
        changed[key] = joined(
          section[key],
          parts.map((part) => entriesOf(part, key))
        );
    for (const key of NUMBERS)
      if (Array.isArray(section[key])) changed[key] = parts.flatMap((part) => numbersOf(part, key));
    if (Array.isArray(section.attention_types)) changed.attention_types = [[parts.flatMap(kindsOf), 1]];
    for (const [key, value] of Object.entries(changed))
      if (value === undefined) delete section[key];
      else section[key] = value;
  }
}

/** The layers that a slice takes, what their model lists, and the number that the first has in the result. */
interface SliceLayers {
  listed(key: string): unknown;
  from: number;
  to: number;
  start: number;
}

function isList(value: unknown): value is unknown[] | string {
  return Array.isArray(value) || typeof value === "string";
}

function entriesOf({listed, from, to}: SliceLayers, key: string): unknown[] | string | undefined {
  const list = listed(key);
  return isList(list) && list.length >= to ? list.slice(from, to) : undefined;
}

function joined(before: unknown[] | string, parts: (unknown[] | string | undefined)[]): unknown {
  if (parts.some((part) => typeof part !== typeof before)) return undefined;
  return typeof before === "string" ? parts.join("") : parts.flat();
}

function numbersOf({listed, from, to, start}: SliceLayers, key: string): number[] {
  const numbers = listed(key);
  if (!Array.isArray(numbers)) return [];
  return (numbers as number[]).flatMap((layer) =>
    layer >= from && layer < to ? [layer - from + start] : []
  );
}

/** GPT-Neo's kinds of attention, which are listed as kinds and how often these are repeated. */
function kindsOf({listed, from, to}: SliceLayers): string[] {
  const types = listed("attention_types") as [kinds: string[], times: number][];
  const kinds = types.flatMap(([own, times]) => Array.from({length: times}, () => own).flat());
  return kinds.slice(from, to);
}
