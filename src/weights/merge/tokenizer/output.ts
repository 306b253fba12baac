import type {TokenizerSettings} from "../recipe/types.js";
import {type AddedVocabularyToken, byId, nextId, type TokenizerVocabulary} from "./vocabulary.js";

/** The tokens of the result with their ids, and those of them that are added tokens. */
export interface OutputVocabulary {
  ids: Map<string, number>;
  added: Map<string, AddedVocabularyToken>;
}

const PLAIN = {single_word: false, lstrip: false, rstrip: false, normalized: false, special: false};

/**
 * The donor's tokens, then those of the others (of a union) and those of the recipe. An added token of any model of a
 * union is one of the result, as the first that has it describes it.
 */
export function outputVocabulary(
  {source, tokens}: TokenizerSettings,
  vocabularies: ReadonlyMap<string, TokenizerVocabulary>,
  donor: string
): OutputVocabulary {
  const own = vocabularies.get(donor)!;
  const ids = new Map(own.ids);
  const added = new Map([...own.added].filter(([token]) => ids.has(token)));
  let next = nextId(ids);
  const add = (token: string, like?: AddedVocabularyToken) => {
    const id = ids.get(token) ?? next++;
    ids.set(token, id);
    if (!added.has(token)) added.set(token, {...PLAIN, ...like, id, content: token});
  };
  if (source === "union")
    for (const {ids: others, added: theirs} of vocabularies.values())
      for (const [token] of byId(others))
        if (!ids.has(token) || theirs.has(token)) add(token, theirs.get(token));
  for (const token of Object.keys(tokens)) if (!ids.has(token)) add(token);
  return {ids, added};
}

/** The result's tokenizer.json: the donor's with these tokens. */
export function outputJson(
  {json}: TokenizerVocabulary,
  rows: number,
  {added}: OutputVocabulary
): Record<string, unknown> {
  const model = withoutIds(json.model as TokenizerModel, rows);
  return {...json, model, added_tokens: [...added.values()].sort((a, b) => a.id - b.id)};
}

/** tokenizer_config.json without the added tokens that have no row; undefined where it has none of these. */
export function tokenizerOutputConfig(
  config: Record<string, unknown> | undefined,
  rows: number
): Record<string, unknown> | undefined {
  const entries = Object.entries(config?.added_tokens_decoder ?? {});
  const kept = entries.filter(([id]) => Number(id) < rows);
  return kept.length < entries.length
    ? {...config, added_tokens_decoder: Object.fromEntries(kept)}
    : undefined;
}

interface TokenizerModel {
  vocab: Record<string, number> | [token: string, score: number][];
  merges?: (string | [first: string, second: string])[];
  continuing_subword_prefix?: string | null;
}

/** Without the tokens that have no row, whose ids new tokens get, and without the merges of or to them. */
function withoutIds(model: TokenizerModel, rows: number): TokenizerModel {
  const {vocab, merges, continuing_subword_prefix: prefix} = model;
  if (Array.isArray(vocab)) return {...model, vocab: vocab.slice(0, rows)};
  const tokens = Object.entries(vocab);
  const dropped = new Set(tokens.flatMap(([token, id]) => (id < rows ? [] : [token])));
  if (dropped.size === 0) return model;
  const kept = {...model, vocab: Object.fromEntries(tokens.filter(([token]) => !dropped.has(token)))};
  if (!merges) return kept;
  const lost = (merge: string | [string, string]) => {
    const [first = "", second = ""] = typeof merge === "string" ? merge.split(" ") : merge;
    return [first, second, first + second.slice(prefix?.length ?? 0)].some((token) => dropped.has(token));
  };
  return {...kept, merges: merges.filter((merge) => !lost(merge))};
}
