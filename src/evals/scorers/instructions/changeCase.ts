import {holdsRelation} from "./arguments.js";
import {mayBeEnglish} from "./language.js";
import type {InstructionCheck} from "./types.js";
import {treebankWords} from "./words.js";

export const caseChecks: Record<string, InstructionCheck> = {
  "change_case:english_capital": (response, _, options) =>
    isUpper(response) && mayBeEnglish(response, options),
  "change_case:english_lowercase": (response, _, options) =>
    isLower(response) && mayBeEnglish(response, options),

  "change_case:capital_word_frequency": (response, given) =>
    holdsRelation(
      treebankWords(response).filter(isUpper).length,
      given,
      "capital_relation",
      "capital_frequency"
    )
};

/** At least one letter has case, and every such letter is a capital. */
function isUpper(text: string): boolean {
  return /\p{Uppercase}/u.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text);
}

/** At least one letter has case, and every such letter is small. */
function isLower(text: string): boolean {
  return /\p{Lowercase}/u.test(text) && !/[\p{Uppercase}\p{Lt}]/u.test(text);
}
