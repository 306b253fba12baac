import {
  addChrfCounts,
  type ChrfCounts,
  chrfCounts,
  type ChrfFormula,
  type ChrfOrders,
  chrfScore
} from "./chrfScore.js";
import {checkReferences, noReference, references} from "./references.js";
import {checkOptions, flag, number, oneOf} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {Scorer} from "./types.js";

export interface ChrfOptions extends ChrfOrders, ChrfFormula {}

/**
 * Character n-gram F-score, 0 to 100, as sacreBLEU computes it (chrF2 by default; `words: 2` is chrF++). Its
 * aggregate is the corpus score over all rows. With several references the best one counts. An empty output is 0.
 */
export function chrf(options: ChrfOptions = {}): Scorer {
  checkOptions<ChrfOptions>("chrf", options, {
    beta: number({least: 0}),
    smoothing: oneOf("effective", "epsilon"),
    characters: number({least: 0, whole: true}),
    words: number({least: 0, whole: true}),
    lowercase: flag,
    whitespace: flag
  });
  const {
    beta = 2,
    smoothing = "effective",
    characters = 6,
    words = 0,
    lowercase = false,
    whitespace = false
  } = options;
  const orders = {characters, words, lowercase, whitespace};
  const formula = {beta, smoothing};
  const score: Scorer = ({output, expected}) => {
    const wanted = references(expected);
    if (!wanted) return noReference;
    const counts = chrfCounts(output, wanted, orders, formula);
    return {value: chrfScore(counts, formula), details: {counts}};
  };
  const aggregate: Scorer["aggregate"] = (rows) =>
    rows.length === 0
      ? undefined
      : chrfScore(addChrfCounts(rows.map((row) => row.details?.counts as ChrfCounts)), formula);
  return withSettings(
    score,
    {...orders, ...formula},
    {module: import.meta.url, check: checkReferences, aggregate, binary: false, bounds: [0, 100]}
  );
}
