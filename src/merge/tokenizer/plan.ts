import type {RowMap} from "../engine/job.js";
import {aliasNames, isVocabulary} from "../plan/layers.js";
import type {OpenModel} from "../plan/model.js";
import {type Problem, RecipeError} from "../recipe/problems.js";
import {referenceText} from "../recipe/reference.js";
import type {Recipe, TokenSource} from "../recipe/types.js";
import type {StoredTensor} from "../../safetensors/open.js";
import {rowMap, Tables} from "./rows.js";
import {type AddedToken, byId, readVocabulary, type Vocabulary} from "./vocabulary.js";

/** What happens to a token that not all models have under the same id. */
export interface TokenFate {
  token: string;
  id: number;
  /** The token's id in each model; null where it has none. */
  ids: Record<string, number | null>;
  /** Where models without the token (all of them when forced) get its rows from. */
  source: string;
}

/** The result's tokenizer and how every model's vocabulary tables are re-ordered for it. */
export interface TokenizerPlan {
  rows(model: string, tensor: string): RowMap | undefined;
  /** The model whose tokenizer files are the starting point. */
  donor: OpenModel;
  /** The result's tokenizer.json. */
  json: Record<string, unknown>;
  vocabSize: number;
  preview: {differing: number; tokens: TokenFate[]};
  warnings: string[];
}

/** Tokens told one by one in the preview. */
const PREVIEW = 1000;

type Filler = {kind: "model"; model: string; id: number} | {kind: "mean"; models: string[]} | {kind: "zero"};

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
  const line = recipe.lines.tokenizer ?? recipe.lines.tokenizer_source;
  const problems: Problem[] = [];
  const vocabularies = new Map<string, Vocabulary>();
  for (const model of models.values()) {
    const vocabulary = await readVocabulary(model.checkpoint.folder, tableRows(model));
    if (vocabulary) vocabularies.set(model.id, vocabulary);
    else
      problems.push({
        line,
        message: `${model.id} has no tokenizer.json, which the tokenizer setting needs.`
      });
  }
  const baseId = referenceText(recipe.base ?? recipe.slices[0]!.sources[0]!.model);
  const named = typeof settings.source === "string" ? baseId : referenceText(settings.source);
  const donor = models.get(named);
  if (!donor)
    problems.push({
      line,
      message: `the tokenizer's source ${named} is not one of the models.`
    });
  for (const [token, {source}] of Object.entries(settings.tokens)) {
    const id = source?.model && referenceText(source.model);
    if (id !== undefined && !models.has(id))
      problems.push({
        line,
        message: `the token ${JSON.stringify(token)} takes its row from ${id}, which is not one of the models.`
      });
  }
  if (problems.length > 0) throw new RecipeError(problems);
  const {ids, added} = outputVocabulary(recipe, vocabularies, named);
  const padding = tableRows(donor!);
  const top = Math.max(-1, ...[...ids.values()]) + 1;
  const multiple = settings.padToMultipleOf ?? 1;
  const vocabSize = Math.ceil(Math.max(top, padding) / multiple) * multiple;
  const fillers = new Map(
    [...ids.keys()].map((token) => [
      token,
      fillerOf(token, settings.tokens[token]?.source, vocabularies, baseId)
    ])
  );
  const warnings = new Set<string>();
  if (padding > top) warnings.add(`The vocabulary has ${padding - top} rows without a token; they are kept.`);
  const maps = new Map<string, RowMap>();
  const tables = new Tables();
  for (const model of models.values())
    for (const table of vocabularyTables(model)) {
      const sources = await rowSources(model, table, {
        ids,
        fillers,
        vocabSize,
        force: (token) => settings.tokens[token]?.force ?? false,
        models,
        vocabularies,
        tables,
        warnings
      });
      const map = rowMap(sources, table.shape[1]!, table.shape[0]!);
      if (map) maps.set(`${model.id}\0${table.name}`, map);
    }
  return {
    rows: (model, tensor) => maps.get(`${model}\0${tensor}`),
    donor: donor!,
    json: {...vocabularies.get(named)!.json, added_tokens: [...added.values()].sort((a, b) => a.id - b.id)},
    vocabSize,
    preview: previewOf(ids, fillers, vocabularies),
    warnings: [...warnings]
  };
}

function vocabularyTables({checkpoint}: OpenModel): StoredTensor[] {
  return [...checkpoint.tensors.values()].filter(({name, shape}) => isVocabulary(name) && shape.length === 2);
}

function tableRows(model: OpenModel): number {
  return Math.max(0, ...vocabularyTables(model).map(({shape}) => shape[0]!));
}

function outputVocabulary(
  {tokenizer}: Recipe,
  vocabularies: ReadonlyMap<string, Vocabulary>,
  named: string
): {ids: Map<string, number>; added: Map<string, AddedToken>} {
  const own = vocabularies.get(named)!;
  const ids = new Map(own.ids);
  const added = new Map([...own.added].filter(([token]) => ids.has(token)));
  let next = Math.max(-1, ...ids.values()) + 1;
  const append = (token: string, like?: AddedToken) => {
    if (ids.has(token)) return;
    const plain = {single_word: false, lstrip: false, rstrip: false, normalized: false, special: false};
    ids.set(token, next);
    added.set(token, {...plain, ...like, id: next, content: token});
    next++;
  };
  if (tokenizer!.source === "union")
    for (const {ids: others, added: theirs} of vocabularies.values())
      for (const [token] of byId(others)) append(token, theirs.get(token));
  for (const token of Object.keys(tokenizer!.tokens)) append(token);
  return {ids, added};
}

function fillerOf(
  token: string,
  source: TokenSource | undefined,
  vocabularies: ReadonlyMap<string, Vocabulary>,
  baseId: string
): Filler {
  if (source?.kind === "zero") return {kind: "zero"};
  if (source?.model) {
    const model = referenceText(source.model);
    const id = source.tokenId ?? vocabularies.get(model)!.ids.get(source.token ?? token);
    return id === undefined ? {kind: "zero"} : {kind: "model", model, id};
  }
  const holders = [...vocabularies].flatMap(([model, {ids}]) => (ids.has(token) ? [model] : []));
  const chosen = holders.length === 1 ? holders[0] : holders.includes(baseId) ? baseId : undefined;
  if (chosen !== undefined)
    return {kind: "model", model: chosen, id: vocabularies.get(chosen)!.ids.get(token)!};
  return holders.length > 0 ? {kind: "mean", models: holders} : {kind: "zero"};
}

interface RowContext {
  ids: ReadonlyMap<string, number>;
  fillers: ReadonlyMap<string, Filler>;
  vocabSize: number;
  force(token: string): boolean;
  models: ReadonlyMap<string, OpenModel>;
  vocabularies: ReadonlyMap<string, Vocabulary>;
  tables: Tables;
  warnings: Set<string>;
}

async function rowSources(
  model: OpenModel,
  table: StoredTensor,
  context: RowContext
): Promise<(number | Float32Array)[]> {
  const own = context.vocabularies.get(model.id)!.ids;
  const taken = new Set(own.values());
  const tokens = new Array<string | undefined>(context.vocabSize);
  for (const [token, id] of context.ids) tokens[id] = token;
  const sources: (number | Float32Array)[] = [];
  let mean: Float32Array | undefined;
  for (let row = 0; row < context.vocabSize; row++) {
    const token = tokens[row];
    const id = token === undefined ? undefined : own.get(token);
    if (token !== undefined && id !== undefined && id < table.shape[0]! && !context.force(token))
      sources.push(id);
    else if (token !== undefined) sources.push(await filled(token, table, context));
    else if (row < table.shape[0]! && !taken.has(row)) sources.push(row);
    else {
      const real = [...own.values()].filter((at) => at < table.shape[0]!);
      mean ??= (await context.tables.mean(table, real)) ?? new Float32Array(table.shape[1]!);
      sources.push(mean);
    }
  }
  return sources;
}

async function filled(token: string, table: StoredTensor, context: RowContext): Promise<Float32Array> {
  const width = table.shape[1]!;
  const rowOf = async (model: string, id: number) => {
    const {tensors} = context.models.get(model)!.checkpoint;
    const other = [table.name, ...aliasNames(table.name)].map((name) => tensors.get(name)).find(Boolean);
    if (!other || other.shape[1] !== width || id >= other.shape[0]!) return undefined;
    return context.tables.row(other, id);
  };
  const filler = context.fillers.get(token)!;
  if (filler.kind === "model") {
    const row = await rowOf(filler.model, filler.id);
    if (row) return row;
  } else if (filler.kind === "mean") {
    const rows = await Promise.all(
      filler.models.map((model) => rowOf(model, context.vocabularies.get(model)!.ids.get(token)!))
    );
    const found = rows.filter((row) => row !== undefined);
    if (found.length > 0)
      return Float32Array.from(
        {length: width},
        (_, c) => found.reduce((sum, row) => sum + row[c]!, 0) / found.length
      );
  }
  context.warnings.add(
    `The token ${JSON.stringify(token)} has no row to start from in ${table.name}: zeros are used.`
  );
  return new Float32Array(width);
}

function previewOf(
  ids: ReadonlyMap<string, number>,
  fillers: ReadonlyMap<string, Filler>,
  vocabularies: ReadonlyMap<string, Vocabulary>
): TokenizerPlan["preview"] {
  const fates: TokenFate[] = [];
  let differing = 0;
  for (const [token, id] of byId(ids)) {
    const found = [...vocabularies].map(
      ([model, vocabulary]) => [model, vocabulary.ids.get(token) ?? null] as const
    );
    if (found.every(([, own]) => own === id)) continue;
    differing++;
    if (fates.length < PREVIEW)
      fates.push({token, id, ids: Object.fromEntries(found), source: told(fillers.get(token)!)});
  }
  return {differing, tokens: fates};
}

function told(filler: Filler): string {
  if (filler.kind === "zero") return "zeros";
  return filler.kind === "model" ? filler.model : `mean of ${filler.models.join(", ")}`;
}
