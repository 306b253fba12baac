import type {eld} from "eld/small";
import {textArgument} from "./arguments.js";
import {type InstructionCheck} from "./types.js";

let detector: typeof eld | undefined;

/** Loads the language profiles, some 80 MB in memory: before the first check, and only for evals that check. */
export async function loadDetector(): Promise<void> {
  detector ??= (await import("eld/small")).eld;
}

/**
 * Two languages the detector does not know and takes for neighbours of theirs: words (Swahili) and word endings
 * (Nepali) that are frequent in them and rare in Hindi, Marathi or Tagalog.
 */
const unknownToDetector: Record<string, RegExp> = {
  sw: /^(?:na|ya|wa|kwa|ni|katika|la|za|cha|vya|kama|hii|huu|hiyo|hivyo|kuwa|ili|pia|yake|yao|yangu|sana|kila|au|lakini|baada|kwenye|wakati|watu|ndiyo|hakuna|sasa|kufanya)$/,
  ne: /^(?:छ|छन्|हो|छैन|यो|पनि|[\p{L}\p{M}]{2,}(?:को|मा|लाई|हरू|बाट|होस्|हुन्छ|छन्|एको|ले))$/u
};

/** ISO 639-1 code of the language a text is in, by its most frequent script; undefined without letters to tell by. */
export function detectLanguage(text: string): string | undefined {
  return detect(text)?.language;
}

/** At least four words, and English by what the detector calls reliable: a name or a single word could be in any language. */
export function isEnglish(text: string): boolean {
  const found = detect(text.toLowerCase());
  return found?.language === "en" && found.reliable && found.words >= 4;
}

function detect(text: string): {language: string; reliable: boolean; words: number} | undefined {
  const words = wordsOfMainScript(text);
  for (const [language, pattern] of Object.entries(unknownToDetector)) {
    const share = words.filter((word) => pattern.test(word.toLowerCase())).length / words.length;
    if (words.length > 1 && share >= 0.15) return {language, reliable: true, words: words.length};
  }
  if (!detector) throw new Error("loadDetector() comes before the first check of a language");
  const {language, isReliable} = detector.detect(words.join(" "));
  return language === "" ? undefined : {language, reliable: isReliable(), words: words.length};
}

/** Translations and transliterations beside an answer must not decide its language by being rarer n-grams. */
function wordsOfMainScript(text: string): string[] {
  const latin = (word: string) => /\p{Script=Latin}/u.test(word);
  const words = text.match(/[\p{L}\p{M}'’]+/gu) ?? [];
  const letters = (list: string[]) => list.reduce((sum, word) => sum + word.length, 0);
  const [western, other] = [words.filter(latin), words.filter((word) => !latin(word))];
  return letters(western) > letters(other) ? western : other;
}

/** Text without a language to detect counts as followed, as in the original checker. */
export const languageChecks: Record<string, InstructionCheck> = {
  "language:response_language": (response, given) => {
    const language = detectLanguage(response);
    return language === undefined || language === textArgument(given, "language");
  }
};
