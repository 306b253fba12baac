import {brotliDecompressSync} from "node:zlib";
import {rng} from "../../../base/stats/rng.js";

/** N-grams of one to three characters, each with the share it has in every language. */
interface Profiles {
  languages: readonly string[];
  shares: ReadonlyMap<string, Float64Array>;
  ideographs: ReadonlyMap<string, string>;
}

let profiles: Profiles | undefined;

/** Loads the published program's profiles, some 30 MB in memory. */
export async function loadProfiles(): Promise<void> {
  if (profiles) return;
  const {LANGUAGES, IDEOGRAPHS, GRAMS, SHARES} = await import("./profiles.js");
  const bytes = brotliDecompressSync(Buffer.from(SHARES, "base64"));
  let at = 0;
  const shares = new Map<string, Float64Array>();
  for (const gram of brotliDecompressSync(Buffer.from(GRAMS, "base64")).toString().split("\n")) {
    const share = new Float64Array(LANGUAGES.length);
    const count = bytes[at]!;
    for (let i = at + 1; i <= at + count; i++) share[bytes[i]!] = 1.06 ** -bytes[i + count]!;
    at += 1 + 2 * count;
    shares.set(gram, share);
  }
  const ideographs = new Map(
    IDEOGRAPHS.flatMap((group) => [...group].map((one) => [one, group[0]!] as const))
  );
  profiles = {languages: LANGUAGES, shares, ideographs};
}

/** The published program draws seven times, without a seed: more draws give the verdict that it gives most often. */
const TRIALS = 31;
const LONGEST_TEXT = 10_000;
const LEAST_PROBABILITY = 0.1;

/**
 * The language that langdetect 1.0.9 finds, the detector of IFEval's published program: naive Bayes over n-grams drawn at
 * random (Nakatani 2010). Undefined without any known n-gram; "unknown" where no language is probable. Catalan and Welsh
 * are missing.
 */
export function publishedLanguage(text: string): string | undefined {
  const {languages, shares} = loaded();
  const grams = gramsOf(cleaned(text));
  if (grams.length === 0) return undefined;
  const random = rng("langdetect");
  const mean = new Float64Array(languages.length);
  for (let trial = 0; trial < TRIALS; trial++) {
    const smoothing = (0.5 + 0.05 * random.normal()) / 10_000;
    const probability = new Float64Array(languages.length).fill(1 / languages.length);
    for (let draw = 0; draw <= 1000; draw++) {
      const share = shares.get(grams[random.int(grams.length)]!)!;
      for (let i = 0; i < probability.length; i++) probability[i]! *= smoothing + share[i]!;
      if (draw % 5 === 0 && normalised(probability) > 0.99999) break;
    }
    for (let i = 0; i < mean.length; i++) mean[i]! += probability[i]! / TRIALS;
  }
  const best = mean.indexOf(Math.max(...mean));
  return mean[best]! > LEAST_PROBABILITY ? languages[best] : "unknown";
}

/** Makes the sum 1 and returns the largest. */
function normalised(probability: Float64Array): number {
  const sum = probability.reduce((all, one) => all + one, 0);
  for (let i = 0; i < probability.length; i++) probability[i]! /= sum;
  return Math.max(...probability);
}

/** Without addresses; without Latin letters where other scripts have more than twice as many. */
function cleaned(text: string): string {
  const plain = [
    ...text
      .replace(/https?:\/\/[-_.?&~;+=/#0-9A-Za-z]{1,2076}/g, " ")
      .replace(/[-_.0-9A-Za-z]{1,64}@[-_0-9A-Za-z]{1,255}[-_.0-9A-Za-z]{1,255}/g, " ")
      .replace(/[AEIOUYÂÊÔĂƠƯ][\u0300\u0301\u0303\u0309\u0323]/gi, (letter) => letter.normalize("NFC"))
  ].slice(0, LONGEST_TEXT);
  const isLatin = (letter: string) => letter >= "A" && letter <= "z";
  const latin = plain.filter(isLatin).length;
  const other = plain.filter((letter) => letter >= "\u0300" && !/[\u1e00-\u1eff]/.test(letter)).length;
  return (2 * latin < other ? plain.filter((letter) => !isLatin(letter)) : plain).join("");
}

/** The known n-grams within words; none within a word from its second capital on, until a small letter. */
function gramsOf(text: string): string[] {
  const {shares} = loaded();
  const found: string[] = [];
  let last = " ";
  let capitals = false;
  for (const raw of text) {
    const letter = normalisedLetter(raw);
    const before = last.at(-1)!;
    if (before === " ") {
      capitals = false;
      last = letter === " " ? " " : ` ${letter}`;
    } else last = last.slice(-2) + letter;
    if (letter !== " " || before !== " ") capitals = isCapital(letter) && (capitals || isCapital(before));
    if (capitals) continue;
    for (let length = 1; length <= last.length; length++) {
      const gram = last.slice(-length);
      if (gram !== " " && shares.has(gram)) found.push(gram);
    }
  }
  return found;
}

function isCapital(letter: string): boolean {
  return /\p{Uppercase}/u.test(letter);
}

/** Letters that stand for all of a block, so that n-grams of large alphabets stay few. */
function normalisedLetter(letter: string): string {
  if (/[\0-@[-`{-\x7f\u00a0«°»\u2000-\u206f]/.test(letter)) return " ";
  if (letter === "ș") return "ş";
  if (letter === "ț") return "ţ";
  if (letter === "\u06cc") return "\u064a";
  if (/[\u1ea0-\u1eff]/.test(letter)) return "\u1ec3";
  if (/[\u3040-\u309f]/.test(letter)) return "\u3042";
  if (/[\u30a0-\u30ff]/.test(letter)) return "\u30a2";
  if (/[\u3100-\u312f\u31a0-\u31bf]/.test(letter)) return "\u3105";
  if (/[\uac00-\ud7af]/.test(letter)) return "\uac00";
  return loaded().ideographs.get(letter) ?? letter;
}

function loaded(): Profiles {
  if (!profiles) throw new Error("loadProfiles() comes before the first check of a language");
  return profiles;
}
