import type {OpenModel} from "../plan/model.js";
import {type Problem, RecipeError} from "../recipe/problems.js";
import {referenceText} from "../recipe/reference.js";
import type {Recipe, TokenSource} from "../recipe/types.js";
import {tableRows} from "./tables.js";
import type {TokenizerVocabulary} from "./vocabulary.js";

/** Throws a RecipeError that lists all that keeps the models' vocabularies from being merged as the recipe asks. */
export function refuseUnfit(
  recipe: Recipe,
  models: ReadonlyMap<string, OpenModel>,
  vocabularies: ReadonlyMap<string, TokenizerVocabulary>,
  donor: string
): void {
  const line = tokenizerLine(recipe);
  const problems: Problem[] = [];
  for (const model of models.values()) {
    if (!vocabularies.has(model.id))
      problems.push({
        line,
        message: `${model.id} has no tokenizer.json, which the tokenizer setting needs.`
      });
    if (tableRows(model) === 0)
      problems.push({
        line,
        message: `${model.id} has no table of embeddings whose name is known here (such as embed_tokens.weight), which the tokenizer setting re-orders.`
      });
  }
  if (!models.has(donor))
    problems.push({line, message: `the tokenizer's source ${donor} is not one of the models.`});
  for (const [token, {source}] of Object.entries(recipe.tokenizer!.tokens)) {
    const message = source?.model && complaint(source, token, models, vocabularies);
    const own = recipe.lines[`tokenizer.tokens.${token}`] ?? line;
    if (message)
      problems.push({
        line: own,
        message: `the token ${JSON.stringify(token)} takes its row from ${message}.`
      });
  }
  if (problems.length > 0) throw new RecipeError(problems);
}

/** The line of the recipe that sets the tokenizer. */
export function tokenizerLine({lines}: Recipe): number | undefined {
  return lines.tokenizer ?? lines.tokenizer_source;
}

function complaint(
  source: TokenSource,
  token: string,
  models: ReadonlyMap<string, OpenModel>,
  vocabularies: ReadonlyMap<string, TokenizerVocabulary>
): string | undefined {
  const id = referenceText(source.model!);
  const model = models.get(id);
  if (!model) return `${id}, which is not one of the models`;
  if (source.tokenId !== undefined) {
    const rows = tableRows(model);
    const isRow = Number.isInteger(source.tokenId) && source.tokenId >= 0 && source.tokenId < rows;
    return isRow ? undefined : `row ${source.tokenId} of ${id}, which has the rows 0 to ${rows - 1}`;
  }
  const wanted = source.token ?? token;
  const ids = vocabularies.get(id)?.ids;
  return !ids || ids.has(wanted) ? undefined : `${id}, which has no token ${JSON.stringify(wanted)}`;
}
