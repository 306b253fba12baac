import {checkReferences, noReference, references} from "./references.js";
import {checkOptions, flag, oneOfOption} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import {terEdits} from "./terEdits.js";
import {type TerWordOptions, terWords} from "./terWords.js";
import type {Scorer} from "./types.js";

export interface TerOptions extends TerWordOptions {
  /** What decides: all rows' edits over all rows' lengths ("corpus", default) or the mean of the rows ("sentence"). */
  level?: "corpus" | "sentence";
}

/**
 * 100 minus the translation edit rate, so that higher is better: 100 is equal, and it is negative when more edits
 * than reference words are needed. TER itself, in percent as sacreBLEU reports it, is 100 minus the value. Edits are
 * those to the nearest reference; their number is divided by the mean length of the references. What decides
 * is the corpus figure: all rows' edits over all rows' lengths.
 *
 * @example `await ter()({output: "the cat sat", expected: "the cat sits"})` gives `{value: 66.67, details: {edits: 1, length: 3}}`
 */
export function ter(options: TerOptions = {}): Scorer {
  checkOptions<TerOptions>("ter", options, {
    caseSensitive: flag,
    normalized: flag,
    noPunctuation: flag,
    asianSupport: flag,
    level: oneOfOption("corpus", "sentence")
  });
  const {caseSensitive = false, normalized = false, noPunctuation = false, asianSupport = false} = options;
  const {level = "corpus"} = options;
  const settings = {caseSensitive, normalized, noPunctuation, asianSupport};
  const words = (text: string) => terWords(text, settings);
  const score: Scorer = ({output, expected}) => {
    const wanted = references(expected)?.map(words);
    if (!wanted) return noReference;
    const given = words(output);
    const edits = Math.min(...wanted.map((reference) => terEdits(given, reference)));
    const length = wanted.reduce((sum, reference) => sum + reference.length, 0) / wanted.length;
    return {value: 100 - editRate(edits, length), details: {edits, length}};
  };
  return withSettings(
    score,
    {...settings, level},
    {
      module: import.meta.url,
      check: checkReferences,
      corpus:
        level === "corpus"
          ? {figure: "ratio", name: "100 − corpus TER", of: "edits", over: "length", from: 100, times: -100}
          : undefined,
      binary: false
    }
  );
}

/** Percent. Against empty references any edit makes it 100. */
function editRate(edits: number, length: number): number {
  if (length > 0) return (100 * edits) / length;
  return edits > 0 ? 100 : 0;
}
