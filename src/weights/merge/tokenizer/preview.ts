import {type Filler, fillerText} from "./fillers.js";
import {byId, type TokenizerVocabulary} from "./vocabulary.js";

/** What happens to a token that not all models have under the same id. */
export interface TokenFate {
  token: string;
  id: number;
  /** The token's id in each model; null where it has none. */
  ids: Record<string, number | null>;
  /** Where models without the token (all of them when forced) get its rows from. */
  source: string;
}

/** Tokens told one by one. */
const PREVIEW = 1000;

/** How many tokens not all models have under the result's id, and what happens to the first of them. */
export function previewOf(
  ids: ReadonlyMap<string, number>,
  fillers: ReadonlyMap<string, Filler>,
  vocabularies: ReadonlyMap<string, TokenizerVocabulary>
): {differing: number; tokens: TokenFate[]} {
  const tokens: TokenFate[] = [];
  let differing = 0;
  for (const [token, id] of byId(ids)) {
    const found = [...vocabularies].map(
      ([model, vocabulary]) => [model, vocabulary.ids.get(token) ?? null] as const
    );
    if (found.every(([, own]) => own === id)) continue;
    differing++;
    if (tokens.length < PREVIEW)
      tokens.push({token, id, ids: Object.fromEntries(found), source: fillerText(fillers.get(token)!)});
  }
  return {differing, tokens};
}
