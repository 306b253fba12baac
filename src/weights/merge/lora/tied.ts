import {isTied, type AdapterConfig} from "../../safetensors/index.js";
import type {StoredTensor} from "../../safetensors/open.js";
import {tiedNames} from "../plan/layers.js";

export const PREFIX = "base_model.model.";

/** A key of the adapter as the base names it. */
export function plain(key: string): string {
  const path = key.startsWith(PREFIX) ? key.slice(PREFIX.length) : key;
  return path.replace(/\.(modules_to_save(\.default)?|base_layer|original_module)(?=\.|$)/g, "");
}

/** What stands on a model and is often not in its checkpoint: what the weights are tied to, or a task needs. */
export const HEAD =
  /^(lm_head|embed_out|score|classifier|classification_head|pre_classifier|qa_outputs|v_head|pooler|cls)\./;

type Tensors = ReadonlyMap<string, StoredTensor>;

/** What an adapter means for a table of its base that is the head's, too. */
export type TiedTable =
  /** PEFT changes one of the two alone: the result needs a head of its own, which begins as this. */
  | {kind: "apart"; table: string; head: StoredTensor}
  /** PEFT changes both alike. */
  | {kind: "tied"; table: string; head: string}
  /** The saved table has other rows, and the adapter does not tell those of the head. */
  | {kind: "unknown"; table: string; head: string};

/** The head that a tied table of embeddings is used as; undefined of models without one. */
function headOf(table: string): string | undefined {
  if (table === "gpt_neox.embed_in.weight") return "embed_out.weight";
  const part = /^((?:language_model|text_model)\.)model\.embed_tokens\.weight$/.exec(table)?.[1];
  if (part !== undefined) return `${part}lm_head.weight`;
  return /^(model|transformer)\.(.+\.)?(embed_tokens|wte|word_embeddings)\.weight$/.test(table)
    ? "lm_head.weight"
    : undefined;
}

/**
 * The table of a tied base that an adapter changes, or whose head it changes; undefined when it leaves both, or has a head of
 * its own. `tensors` are the base's with what the adapter saves whole in place. PEFT puts the change where the module is called,
 * so that the other one keeps the base's weights, unless `ensure_weight_tying` was set.
 */
export function tiedTable(
  base: {tensors: Tensors; config: Readonly<Record<string, unknown>>},
  tensors: Tensors,
  adapter: {config: AdapterConfig; file: string; keys: readonly string[]}
): TiedTable | undefined {
  if (!isTied(base.config)) return undefined;
  const {config, file, keys} = adapter;
  const modules = new Set(
    keys.flatMap((key) => /^(.*)\.(?:lora_A\.weight|lora_embedding_A)$/.exec(plain(key))?.[1] ?? [])
  );
  const isChanged = (name: string) => modules.has(name.replace(/\.weight$/, ""));
  for (const table of tensors.values()) {
    const head = headOf(table.name);
    if (head === undefined || tensors.has(head)) continue;
    const path = table.name.split(".");
    const isSaved = table.file === file && (config.modulesToSave ?? []).some((one) => path.includes(one));
    if (!isSaved && !isChanged(table.name) && !isChanged(head)) continue;
    // Of one that holds the head's change alone nothing tells the embedding's.
    if (config.ensureWeightTying && !isSaved && !isChanged(table.name)) continue;
    if (config.ensureWeightTying) return {kind: "tied", table: table.name, head};
    const kept = isSaved ? base.tensors.get(table.name) : table;
    if (!kept || kept.shape[0] !== table.shape[0]) return {kind: "unknown", table: table.name, head};
    return {kind: "apart", table: table.name, head: {...kept, name: head}};
  }
  return undefined;
}

/** What is to be said of a saved table whose head the adapter does not tell. */
export function headUnknown({table, head}: {table: string; head: string}): string {
  return `the adapter saves ${table} with other rows than the base's and no ${head}, so the result's head is that table, too. PEFT trains it with a head that stays as it was: save both, with modules_to_save.`;
}

/** Why a tensor that an adapter changes is not among the base's. */
export function whyAbsent(target: string, tensors: Tensors): string {
  const tied = tiedNames(target).find((name) => tensors.has(name));
  return tied === undefined
    ? "which the base does not have"
    : `which is the base's ${tied} (tied), and nothing tells the two apart: save the base with a head of its own (tie_word_embeddings: false), or train without lm_head`;
}
