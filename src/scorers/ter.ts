import {checkReferences, noReference, references} from "./references.js";
import {checkOptions, flag} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import {terEdits} from "./terEdits.js";
import {type TerWordOptions, terWords} from "./terWords.js";
import type {Scorer} from "./types.js";

export type TerOptions = TerWordOptions;

/**
 * 100 minus the translation edit rate, so that higher is better: 100 is equal, and it is negative when more edits
 * than reference words are needed. TER itself, in percent as sacreBLEU reports it, is 100 minus the value. Edits are
 * those to the nearest reference; their number is divided by the mean length of the references. The aggregate takes
 * all rows' edits over all rows' lengths.
 */
export function ter(options: TerOptions = {}): Scorer {
  checkOptions<TerOptions>("ter", options, {
    caseSensitive: flag,
    normalized: flag,
    noPunctuation: flag,
    asianSupport: flag
  });
  const {caseSensitive = false, normalized = false, noPunctuation = false, asianSupport = false} = options;
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
  const aggregate: Scorer["aggregate"] = (rows) => {
    const sum = (key: string) => rows.reduce((all, row) => all + (row.details?.[key] as number), 0);
    return rows.length === 0 ? undefined : 100 - editRate(sum("edits"), sum("length"));
  };
  return withSettings(score, settings, {
    module: import.meta.url,
    check: checkReferences,
    aggregate,
    binary: false
  });
}

/** Percent. Against empty references any edit makes it 100. */
function editRate(edits: number, length: number): number {
  if (length > 0) return (100 * edits) / length;
  return edits > 0 ? 100 : 0;
}
