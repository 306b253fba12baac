import {referenceText} from "../recipe/reference.js";
import type {TokenSource} from "../recipe/types.js";
import type {TokenizerVocabulary} from "./vocabulary.js";

/** Where models that lack a token get its row from: the mean of these rows, or zeros where there are none. */
export type Filler = readonly {model: string; id: number}[];

/** The configured source, the only model that has the token, the base, or all that have it. */
export function fillerOf(
  token: string,
  source: TokenSource | undefined,
  vocabularies: ReadonlyMap<string, TokenizerVocabulary>,
  base: string | undefined
): Filler {
  if (source?.kind === "zero") return [];
  if (source?.model) {
    const model = referenceText(source.model);
    return [{model, id: source.tokenId ?? vocabularies.get(model)!.ids.get(source.token ?? token)!}];
  }
  const holders = [...vocabularies].flatMap(([model, {ids}]) => {
    const id = ids.get(token);
    return id === undefined ? [] : [{model, id}];
  });
  const own = holders.find(({model}) => model === base);
  return own ? [own] : holders;
}

/** A filler in words. */
export function fillerText(filler: Filler): string {
  const models = filler.map(({model}) => model);
  if (models.length === 0) return "zeros";
  return models.length === 1 ? models[0]! : `mean of ${models.join(", ")}`;
}
