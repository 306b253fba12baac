import {type ChrfFormula, chrfScore} from "../../base/stats/corpus/chrf.js";
import {chrfCounts, type ChrfOrders} from "./chrfCounts.js";
import {checkReferences, noReference, references} from "./references.js";
import {checkOptions, flag, numberOption, oneOfOption} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {Scorer} from "./types.js";

export interface ChrfOptions extends ChrfOrders, ChrfFormula {
  /** What decides: the "corpus" chrF (default) or the mean of the rows' "sentence" chrF. */
  level?: "corpus" | "sentence";
}

/**
 * Character n-gram F-score, 0 to 100, as sacreBLEU computes it (chrF2 by default; `words: 2` is chrF++): a row's value is
 * its sentence chrF, and what decides is the corpus chrF over all rows. With several references the best one counts. An
 * empty output is 0.
 *
 * @example `await chrf()({output: "the cat sat", expected: "the cat sits"})` gives `{value: 61.03, details: {counts: [[9, 10, 8], [8, 9, 6], [7, 8, 5], [6, 7, 4], [5, 6, 3], [4, 5, 2]]}}`
 */
export function chrf(options: ChrfOptions = {}): Scorer {
  checkOptions<ChrfOptions>("chrf", options, {
    beta: numberOption({least: 0}),
    smoothing: oneOfOption("effective", "epsilon"),
    characters: numberOption({least: 0, whole: true}),
    words: numberOption({least: 0, whole: true}),
    lowercase: flag,
    whitespace: flag,
    level: oneOfOption("corpus", "sentence")
  });
  const {
    beta = 2,
    smoothing = "effective",
    characters = 6,
    words = 0,
    lowercase = false,
    whitespace = false,
    level = "corpus"
  } = options;
  const orders = {characters, words, lowercase, whitespace};
  const formula = {beta, smoothing};
  const score: Scorer = ({output, expected}) => {
    const wanted = references(expected);
    if (!wanted) return noReference;
    const counts = chrfCounts(output, wanted, orders, formula);
    return {value: chrfScore(counts, formula), details: {counts}};
  };
  return withSettings(
    score,
    {...orders, ...formula, level},
    {
      module: import.meta.url,
      check: checkReferences,
      corpus:
        level === "corpus"
          ? {figure: "chrf", name: words > 0 ? "corpus chrF++" : undefined, ...formula}
          : undefined,
      binary: false,
      bounds: [0, 100]
    }
  );
}
