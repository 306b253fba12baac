import {pairedDifference} from "../../base/stats/index.js";
import {type CheaperTerms, noWorse, type NoWorse} from "./cheaper.js";
import {clustersOf, sharedValues} from "./columns.js";
import {differenceIfWrong} from "./ifWrong.js";
import type {ScoreTable} from "./types.js";

export interface ReplacementInputs {
  /** What nobody may be worse than by more than the margin. */
  reference: string;
  /** Who may take the place, the preferred one first. */
  candidates: readonly string[];
  /** Who is in use; absent when nobody is. */
  inUse?: string;
}

/** Who answers from now on, and what that rests on. */
export interface Replacement {
  /** Absent when nobody is in use and none is shown to be no worse. */
  chosen?: string;
  /** Each candidate against the reference, Holm-adjusted over them. */
  judged: NoWorse[];
  /** The one in use against the reference. */
  inUse?: NoWorse;
  /** Why the chosen one takes the place of the one in use; absent when it does not. */
  because?: "better" | "the other is worse" | "no worse than the other";
}

/**
 * Who takes the place of a model in use: only a candidate that is shown to be at most the margin worse than the reference. Against a model
 * of which that is shown too it must be better; against one of which it is undecided, better or at most the margin worse.
 */
export function replacement(
  table: ScoreTable,
  {reference, candidates, inUse}: ReplacementInputs,
  terms: CheaperTerms
): Replacement {
  const judged = noWorse(table, candidates, reference, terms);
  const shown = candidates.filter((_, i) => judged[i]!.verdict === "non-inferior");
  if (inUse === undefined) return {chosen: shown[0], judged};
  const [own] = noWorse(table, [inUse], reference, terms);
  const found = (chosen: string | undefined, because: Replacement["because"]): Replacement => ({
    chosen: chosen ?? inUse,
    judged,
    inUse: own,
    because: chosen === undefined ? undefined : because
  });
  if (own!.verdict === "inferior") return found(shown[0], "the other is worse");
  const better = shown.find((one) => isBetter(table, one, inUse, {...terms, among: shown.length}));
  if (better !== undefined || own!.verdict === "non-inferior") return found(better, "better");
  const against = noWorse(table, shown, inUse, terms);
  return found(
    shown.find((_, i) => against[i]!.verdict === "non-inferior"),
    "no worse than the other"
  );
}

/** Whether the difference is shown to be above 0, Bonferroni over so many, and would not be below had failed rows been wrong. */
function isBetter(
  table: ScoreTable,
  candidate: string,
  than: string,
  {alpha, scale, among}: CheaperTerms & {among: number}
): boolean {
  const [own, others] = sharedValues(table, [candidate, than]);
  const found = pairedDifference(own!, others!, {
    level: 1 - (2 * alpha) / among,
    clusters: clustersOf(table)
  });
  const ifWrong = differenceIfWrong(table, candidate, {table, candidate: than}, scale);
  return found !== undefined && found.low > 0 && !(ifWrong && ifWrong.failed > 0 && ifWrong.figure < 0);
}
