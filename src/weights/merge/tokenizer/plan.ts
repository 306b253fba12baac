import type {RowMap} from "../engine/rowMap.js";
import {type OpenModel, tokenizerFolder} from "../plan/model.js";
import {RecipeError} from "../recipe/problems.js";
import {referenceText} from "../recipe/reference.js";
import type {Recipe} from "../recipe/types.js";
import {fillerOf} from "./fillers.js";
import {tokenizerOutputConfig, outputJson, outputVocabulary} from "./output.js";
import {previewOf} from "./preview.js";
import {refuseUnfit, tokenizerLine} from "./problems.js";
import {type RowContext, rowMapOf} from "./rowMaps.js";
import {tableRows, unknownTensors, vocabularyTensors} from "./tables.js";
import {readMapping} from "../readMapping.js";
import {nextId, readVocabulary, type TokenizerVocabulary} from "./vocabulary.js";

/** The result's tokenizer and how every model's vocabulary tables are re-ordered for it. */
export interface TokenizerPlan {
  rows(model: string, tensor: string): RowMap | undefined;
  /** The model whose tokenizer files are the starting point. */
  donor: OpenModel;
  /** The result's tokenizer.json. */
  json: Record<string, unknown>;
  /** The result's tokenizer_config.json where it is not the donor's. */
  config?: Record<string, unknown>;
  vocabSize: number;
  preview: ReturnType<typeof previewOf>;
  warnings: string[];
}

/**
 * Plans the vocabulary of a merge, or gives undefined when the recipe sets no tokenizer. A token that a model lacks
 * gets, in this order: the configured source, the only model that has it, the base's row, the mean of those that have
 * it, zeros. Padding rows beyond the tokens are kept, not trimmed.
 */
export async function planTokenizer(
  recipe: Recipe,
  models: ReadonlyMap<string, OpenModel>
): Promise<TokenizerPlan | undefined> {
  const settings = recipe.tokenizer;
  if (!settings) return undefined;
  const vocabularies = new Map<string, TokenizerVocabulary>();
  for (const model of models.values()) {
    const vocabulary = await readVocabulary(tokenizerFolder(model), tableRows(model));
    if (vocabulary) vocabularies.set(model.id, vocabulary);
  }
  const base = recipe.base && referenceText(recipe.base);
  const first = base ?? referenceText(recipe.slices[0]!.sources[0]!.model);
  const named = typeof settings.source === "string" ? first : referenceText(settings.source);
  refuseUnfit(recipe, models, vocabularies, named);
  const donor = models.get(named)!;
  const output = outputVocabulary(settings, vocabularies, named);
  const {ids} = output;
  const ownRows = tableRows(donor);
  const top = nextId(ids);
  const multiple = settings.padToMultipleOf ?? 1;
  const vocabSize = Math.ceil(Math.max(top, ownRows) / multiple) * multiple;
  const fillers = new Map(
    [...ids.keys()].map((token) => [
      token,
      fillerOf(token, settings.tokens[token]?.source, vocabularies, base)
    ])
  );
  const warnings = new Set<string>();
  if (ownRows > top) warnings.add(`The vocabulary has ${ownRows - top} rows without a token; they are kept.`);
  const tokens = new Array<string | undefined>(vocabSize).fill(undefined);
  for (const [token, id] of ids) tokens[id] = token;
  const force = (token: string) => settings.tokens[token]?.force ?? false;
  const maps = rowMaps(recipe, {tokens, fillers, force, models, vocabularies, warnings});
  const config = await readMapping(tokenizerFolder(donor), "tokenizer_config.json");
  return {
    rows: (model, tensor) => maps.get(`${model}\0${tensor}`),
    donor,
    json: outputJson(vocabularies.get(named)!, ownRows, output),
    config: tokenizerOutputConfig(config, ownRows),
    vocabSize,
    preview: previewOf(ids, fillers, vocabularies),
    warnings: [...warnings]
  };
}

/** The row maps of all vocabulary tables whose rows move, by model and tensor. */
function rowMaps(recipe: Recipe, context: RowContext): Map<string, RowMap> {
  const maps = new Map<string, RowMap>();
  const unknown: string[] = [];
  for (const model of context.models.values()) {
    let moves = false;
    for (const table of vocabularyTensors(model)) {
      const map = rowMapOf(model, table, context);
      if (!map) continue;
      moves = true;
      maps.set(`${model.id}\0${table.name}`, map);
    }
    if (moves) unknown.push(...unknownTensors(model).map((name) => `${name} of ${model.id}`));
  }
  if (unknown.length > 0)
    throw new RecipeError(
      unknown.map((tensor) => ({
        line: tokenizerLine(recipe),
        message: `${tensor} goes by the vocabulary in a way that is not known here, so the tokenizer setting cannot re-order it. Merge models of one vocabulary, without the setting.`
      }))
    );
  return maps;
}
