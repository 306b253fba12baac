import {boundedMatches} from "../boundedMatch.js";
import {holdsRelation, listArgument, textArgument} from "./arguments.js";
import {type InstructionCheck, InstructionError} from "./types.js";

export const keywordChecks: Record<string, InstructionCheck> = {
  "keywords:existence": (response, given, {compatible}) =>
    listArgument(given, "keywords").every((keyword) => occurrences(response, keyword, {compatible}) > 0),

  "keywords:frequency": (response, given, {compatible}) =>
    holdsRelation(
      occurrences(response, textArgument(given, "keyword"), {compatible}),
      given,
      "relation",
      "frequency"
    ),

  "keywords:forbidden_words": (response, given, {compatible}) =>
    listArgument(given, "forbidden_words").every(
      (word) => occurrences(response, word, {wholeWord: true, compatible}) === 0
    ),

  /** Letter case does not matter. The original draws a random letter when asked for "#" or "!"; here it counts that. */
  "keywords:letter_frequency": (response, given) => {
    const letter = textArgument(given, "letter").toLowerCase();
    if ([...letter].length !== 1) throw new InstructionError("argument letter is more than one character");
    return holdsRelation(
      response.toLowerCase().split(letter).length - 1,
      given,
      "let_relation",
      "let_frequency"
    );
  }
};

/** Part of a word counts, unless whole words are asked for; letter case never matters. */
function occurrences(
  text: string,
  keyword: string,
  {wholeWord = false, compatible}: {wholeWord?: boolean; compatible: boolean}
): number {
  const literal = compatible && isPattern(keyword) ? keyword : keyword.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = wholeWord ? `(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])` : literal;
  return boundedMatches(new RegExp(pattern, "giu"), text).length;
}

function isPattern(keyword: string): boolean {
  try {
    return new RegExp(keyword, "u").source !== "";
  } catch {
    return false;
  }
}
