import {isVocabulary, layerOf} from "../plan/layers.js";
import type {OpenModel} from "../plan/model.js";
import type {StoredTensor} from "../../safetensors/open.js";

/** Weights and biases of heads that have a row for each token where their first dimension is the vocabulary. */
const HEADS =
  /(^|\.)(lm_head|lm_head\.decoder|embed_out|predictions|predictions\.decoder|vocab_projector)\.(weight|bias)$|^(decoder|output)\.(weight|bias)$/;

/** Rows of a model's largest vocabulary table; 0 without any. */
export function tableRows({checkpoint}: OpenModel): number {
  let rows = 0;
  for (const {name, shape} of checkpoint.tensors.values())
    if (isTable(name, shape)) rows = Math.max(rows, shape[0]!);
  return rows;
}

/** The tensors with a row, or an element, for each token of a model. */
export function vocabularyTensors(model: OpenModel): StoredTensor[] {
  const rows = tableRows(model);
  return [...model.checkpoint.tensors.values()].filter(
    ({name, shape}) => isTable(name, shape) || (HEADS.test(name) && shape[0] === rows)
  );
}

/**
 * The tensors outside the layers that are as large as the vocabulary in one dimension, or have a table of their own for
 * each layer, and of which it is not known how they go by it.
 */
export function unknownTensors(model: OpenModel): string[] {
  const known = new Set(vocabularyTensors(model).map(({name}) => name));
  const rows = tableRows(model);
  const widths = new Set([...known].map((name) => model.checkpoint.tensors.get(name)!.shape[1]));
  return [...model.checkpoint.tensors.values()].flatMap(({name, shape}) => {
    if (known.has(name) || layerOf(name) || /pos/i.test(name)) return [];
    const asLarge = shape.includes(rows) && !widths.has(rows);
    return asLarge || /(^|\.)embed_tokens_per_layer\.weight$/.test(name) ? [name] : [];
  });
}

function isTable(name: string, shape: readonly number[]): boolean {
  return isVocabulary(name) && shape.length === 2;
}
