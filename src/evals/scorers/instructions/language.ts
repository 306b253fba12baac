import type {eld} from "eld/small";
import type {francAll} from "franc";
import {textArgument} from "./arguments.js";
import {publishedLanguage} from "./publishedLanguage.js";
import type {InstructionCheckOptions, InstructionCheck} from "./types.js";

let detector: {eld: typeof eld; francAll: typeof francAll} | undefined;

/** Loads the language profiles, some 80 MB in memory: before the first check, and only for evals that check. */
export async function loadDetector(): Promise<void> {
  detector ??= {eld: (await import("eld/small")).eld, francAll: (await import("franc")).francAll};
}

/** Fewer words than these could be a name, or stand in several languages. */
const LEAST_WORDS = 4;
/** The same for scripts without blanks between words. */
const LEAST_CHARACTERS = 8;
const SPACELESS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;

/** Two languages that IFEval asks for and `eld` does not know, with those it takes them for: `franc` tells them apart. */
const DEVANAGARI = {hin: "hi", mar: "mr", npi: "ne"};
const SWAHILI = "swh";
const LATIN = [
  "cat",
  "ces",
  "dan",
  "deu",
  "eng",
  "spa",
  "est",
  "eus",
  "fin",
  "fra",
  "hrv",
  "hun",
  "isl",
  "ita",
  "lit",
  "lvs",
  "ind",
  "zlm",
  "nld",
  "nob",
  "pol",
  "por",
  "ron",
  "slk",
  "slv",
  "als",
  "swe",
  "tgl",
  "tur",
  "vie",
  "yor",
  SWAHILI
];

/** Below this share of the best language's score the next one is far behind. */
const CLEARLY = 0.9;

/** Languages that are written in another script than the Latin one. */
const SCRIPTS: Record<string, RegExp> = {
  ar: /\p{Script=Arabic}/u,
  fa: /\p{Script=Arabic}/u,
  ur: /\p{Script=Arabic}/u,
  bg: /\p{Script=Cyrillic}/u,
  ru: /\p{Script=Cyrillic}/u,
  uk: /\p{Script=Cyrillic}/u,
  bn: /\p{Script=Bengali}/u,
  el: /\p{Script=Greek}/u,
  gu: /\p{Script=Gujarati}/u,
  he: /\p{Script=Hebrew}/u,
  hi: /\p{Script=Devanagari}/u,
  mr: /\p{Script=Devanagari}/u,
  ne: /\p{Script=Devanagari}/u,
  ja: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u,
  kn: /\p{Script=Kannada}/u,
  ko: /\p{Script=Hangul}/u,
  ml: /\p{Script=Malayalam}/u,
  pa: /\p{Script=Gurmukhi}/u,
  ta: /\p{Script=Tamil}/u,
  te: /\p{Script=Telugu}/u,
  th: /\p{Script=Thai}/u,
  zh: /\p{Script=Han}/u
};

/**
 * ISO 639-1 code of the language a text is in, by its most frequent script; undefined where it cannot be told: without
 * letters, below four words (eight characters in scripts without blanks), or where the detector is not sure.
 */
export function detectLanguage(text: string): string | undefined {
  const words = wordsOfMainScript(text);
  const joined = words.join(" ");
  const spaceless = joined.match(SPACELESS)?.length ?? 0;
  if (words.length < LEAST_WORDS && spaceless < LEAST_CHARACTERS) return undefined;
  return detected(joined);
}

/** Undefined where the detector is not sure. */
function detected(text: string): string | undefined {
  const {eld, francAll} = loaded();
  const found = eld.detect(text);
  if (found.language === "hi" || found.language === "mr") {
    const [best, second] = francAll(text, {only: Object.keys(DEVANAGARI)});
    if (best && (best[0] === "npi" || !second || second[1] < CLEARLY))
      return DEVANAGARI[best[0] as keyof typeof DEVANAGARI] ?? found.language;
  }
  if (found.language !== "en" && /\p{Script=Latin}/u.test(text)) {
    const [best] = francAll(text, {only: LATIN});
    if (best?.[0] === SWAHILI) return "sw";
  }
  return found.isReliable() ? found.language || undefined : undefined;
}

/**
 * Whether a text may be English: that it cannot be told counts as followed, as where the published program's detector gives
 * up. Capitals are lower-cased first, because detectors take them for other languages. The published program does not do so,
 * and of short texts its detector mostly guesses another language (`compatible`).
 */
export function mayBeEnglish(text: string, {compatible, whole}: InstructionCheckOptions): boolean {
  if (compatible) return (publishedLanguage(text) ?? "en") === "en";
  const found = detectLanguage(text.toLowerCase()) ?? detectLanguage(whole.toLowerCase());
  return found === undefined || found === "en";
}

function loaded() {
  if (!detector) throw new Error("loadDetector() comes before the first check of a language");
  return detector;
}

/** Translations and transliterations beside an answer must not decide its language by being rarer n-grams. */
function wordsOfMainScript(text: string): string[] {
  const latin = (word: string) => /\p{Script=Latin}/u.test(word);
  const words = text.match(/[\p{L}\p{M}'’]+/gu) ?? [];
  const letters = (list: string[]) => list.reduce((sum, word) => sum + word.length, 0);
  const [western, other] = [words.filter(latin), words.filter((word) => !latin(word))];
  return letters(western) > letters(other) ? western : other;
}

/** Too short to tell, but in a script that the language is not written in. */
function isForeignScript(text: string, language: string): boolean {
  const words = wordsOfMainScript(text).join("");
  if (words === "") return false;
  const script = SCRIPTS[language];
  return script ? !script.test(words) : Object.values(SCRIPTS).some((other) => other.test(words));
}

/** Text of which the language cannot be told counts as followed, as in the published program. */
export const languageChecks: Record<string, InstructionCheck> = {
  "language:response_language": (response, given, {compatible, whole}) => {
    const wanted = textArgument(given, "language");
    if (compatible) return (publishedLanguage(response) ?? wanted) === wanted;
    const found = detectLanguage(response) ?? detectLanguage(whole);
    if (found === undefined) return !isForeignScript(response, wanted);
    return found === wanted;
  }
};
