import {plainWords} from "../duplicates/index.js";
import type {Filters, TextFilter} from "./filter.js";

/** Keeps texts of at least `min` and at most `max` words; defaults 1 and 8,000. */
export function textLength({min = 1, max = 8000}: {min?: number; max?: number} = {}): TextFilter {
  return {
    kind: "text",
    module: import.meta.url,
    settings: {preset: "textLength", min, max},
    reason(text) {
      const words = text.trim() === "" ? 0 : text.trim().split(/\s+/).length;
      if (words < min) return `${words} words, fewer than ${min}`;
      return words > max ? `${words} words, more than ${max}` : undefined;
    }
  };
}

interface Detected {
  language: string;
  isReliable(): boolean;
  getScores(): Record<string, number>;
}

/**
 * Of the best language's score, from which on another may as well be it: on 15,000 English questions of CLINC150 the detector
 * is sure of another language 44 times, with English never below this.
 */
const CLOSE = 0.8;

/**
 * Keeps texts in one of the languages (ISO 639-1 codes). Texts of which the language cannot be told are kept too, and counted as
 * `undetermined` in the version's record: those shorter than `leastWords` words (default 4), those the detector is not
 * sure of, and those for which one of the languages scores at least 0.8 of what the best one does. Missing knowledge is
 * no reason to drop a row.
 */
export function language(languages: string[], {leastWords = 4}: {leastWords?: number} = {}): TextFilter {
  let detect: ((text: string) => Detected) | undefined;
  /** "unknown" when it cannot be told. */
  const languageOf = (text: string): string => {
    if (plainWords(text).split(" ").length < leastWords) return "unknown";
    const found = detect!(text);
    if (languages.includes(found.language)) return found.language;
    if (found.language === "" || !found.isReliable()) return "unknown";
    const scores = found.getScores();
    const accepted = Math.max(0, ...languages.map((one) => scores[one] ?? 0));
    return accepted >= CLOSE * scores[found.language]! ? "unknown" : found.language;
  };
  return {
    kind: "text",
    settings: {preset: "language", languages: [...languages].sort(), leastWords},
    module: import.meta.url,
    async ready() {
      const {eld} = await import("eld/medium");
      detect = (text) => eld.detect(text);
    },
    reason(text) {
      const found = languageOf(text);
      return found === "unknown" || languages.includes(found)
        ? undefined
        : `language ${found}, not ${languages.join(" or ")}`;
    },
    undetermined: (text) => languageOf(text) === "unknown"
  };
}

/**
 * Drops texts that say the same over and over: of texts with at least 20 words, those in which the commonest run of
 * 1, 2 or 3 words makes up more than `most` of all words (default 0.3, 0.3 and 0.4), or in which one character
 * is repeated more than `run` times (default 40).
 */
export function repetition({
  most = [0.3, 0.3, 0.4],
  run = 40
}: {most?: [number, number, number]; run?: number} = {}): TextFilter {
  const same = new RegExp(`([^\\s])\\1{${run},}`, "u");
  return {
    kind: "text",
    module: import.meta.url,
    settings: {preset: "repetition", most, run},
    reason(text) {
      if (same.test(text)) return `one character more than ${run} times in a row`;
      const words = plainWords(text).split(" ");
      if (words.length < 20) return undefined;
      for (const [i, share] of most.entries()) {
        const covered = commonestRun(words, i + 1);
        if (covered > share)
          return `one run of ${i + 1} ${i === 0 ? "word" : "words"} makes up ${Math.round(100 * covered)}%`;
      }
      return undefined;
    }
  };
}

/** Share of all words that the commonest run of `size` words covers. */
function commonestRun(words: readonly string[], size: number): number {
  const counts = new Map<string, number>();
  let most = 0;
  for (let i = 0; i + size <= words.length; i++) {
    const key = words.slice(i, i + size).join(" ");
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    most = Math.max(most, count);
  }
  return most < 2 ? 0 : Math.min(1, (most * size) / words.length);
}

// UTF-8 read as Windows-1252: a lead byte as Ã, Â, â€, ð Ÿ, followed by what continuation bytes turn into.
const MOJIBAKE =
  /Ã[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|Â[\u00a0-\u00bf]|â€[\u0080-\u00bf™œ“”˜¦¢]|ï»¿|ðŸ/g;
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u0080-\u009f]/g;

/**
 * Drops texts damaged by a wrong encoding: replacement characters, control characters, lone surrogates, or UTF-8 read
 * as Windows-1252 ("Ã©"), more than `most` of them (default 0).
 */
export function encodingDamage({most = 0}: {most?: number} = {}): TextFilter {
  return {
    kind: "text",
    module: import.meta.url,
    settings: {preset: "encodingDamage", most},
    reason(text) {
      const found = [
        {what: "replacement characters", n: text.split("\ufffd").length - 1},
        {what: "control characters", n: text.match(CONTROL)?.length ?? 0},
        {what: "lone surrogates", n: text.match(/\p{Surrogate}/gu)?.length ?? 0},
        {what: "signs of UTF-8 read as Windows-1252", n: text.match(MOJIBAKE)?.length ?? 0}
      ].filter(({n}) => n > 0);
      if (found.reduce((sum, {n}) => sum + n, 0) <= most) return undefined;
      return found.map(({what, n}) => `${n} ${what}`).join(", ");
    }
  };
}

/** What most chat data wants: no empty and no endless texts, no damaged encoding, no repetition; languages if named. */
export function chatFilters({languages}: {languages?: string[]} = {}): Filters {
  const always = {length: textLength(), encoding: encodingDamage(), repetition: repetition()};
  return languages ? {...always, language: language(languages)} : always;
}
