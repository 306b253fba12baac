import {holdsRelation, numberArgument, textArgument} from "./arguments.js";
import {countSentences} from "./sentences.js";
import type {InstructionCheck} from "./types.js";
import {countWords} from "./words.js";

export const lengthChecks: Record<string, InstructionCheck> = {
  "length_constraints:number_words": (response, given) =>
    holdsRelation(countWords(response), given, "relation", "num_words"),

  "length_constraints:number_sentences": (response, given) =>
    holdsRelation(countSentences(response), given, "relation", "num_sentences"),

  /** Divided by ***; nothing before the first or behind the last divider is no paragraph, nothing between is wrong. */
  "length_constraints:number_paragraphs": (response, given) => {
    const paragraphs = response.split(/\s?\*\*\*\s?/).map((paragraph) => paragraph.trim());
    const inner = paragraphs.slice(1, -1);
    const outer = paragraphs.length > 1 ? [paragraphs[0]!, paragraphs.at(-1)!] : paragraphs;
    const count = inner.length + outer.filter((paragraph) => paragraph !== "").length;
    return !inner.includes("") && count === numberArgument(given, "num_paragraphs");
  },

  /** Divided by empty lines; empty paragraphs are not counted, but keep their place in the numbering. */
  "length_constraints:nth_paragraph_first_word": (response, given) => {
    const nth = numberArgument(given, "nth_paragraph");
    const firstWord = textArgument(given, "first_word").toLowerCase();
    const paragraphs = response.split("\n\n").map((paragraph) => paragraph.trim());
    const count = paragraphs.filter((paragraph) => paragraph !== "").length;
    if (nth > count || count !== numberArgument(given, "num_paragraphs")) return false;
    const word = paragraphs[nth - 1]!.split(/\s+/, 1)[0]!.replace(/^'+/, "").replace(/^"+/, "");
    return word.split(/[.,?!'"]/, 1)[0]!.toLowerCase() === firstWord;
  }
};
