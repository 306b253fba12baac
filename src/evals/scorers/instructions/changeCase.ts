import {holdsRelation} from "./arguments.js";
import {mayBeEnglish} from "./language.js";
import {isLower, isUpper} from "./letterCase.js";
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
