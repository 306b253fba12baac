import {mean} from "../../base/stats/index.js";
import {failedAs, candidateScores} from "./columns.js";
import {failedBounds} from "./ifWrong.js";
import {type ScoreScale, writerOf} from "./scoreScale.js";
import type {ScoreTable, VerdictSensitivity} from "./types.js";

/**
 * What failed rows and repeats could change: who would lead had every one of them been wrong (the lowest score there is), and had it
 * been right. Of a candidate without any score nothing is known, and it is left out. Undefined when nothing failed, when scores leave
 * the range 0 to 1 and state no other, and when a corpus figure decides.
 */
export function failureSensitivity(
  table: ScoreTable,
  best: string,
  {rival, scale}: {rival: string | undefined; scale: ScoreScale}
): VerdictSensitivity | undefined {
  const range = failedBounds(table, scale);
  const found = table.candidates.map((candidate) => missingOf(table, candidate)).filter(({scored}) => scored);
  const failed = found.reduce((sum, one) => sum + one.failed, 0);
  const partly = found.reduce((sum, one) => sum + one.partly, 0);
  if (failed + partly === 0 || !range) return undefined;
  const means = new Map(
    found.map(({candidate}) => {
      const [lowest, highest] = range.map((score) => mean(failedAs(table, candidate, score))!);
      return [candidate, {lowest: lowest!, highest: highest!}];
    })
  );
  const leader = (of: "lowest" | "highest") => {
    const most = Math.max(...[...means.values()].map((one) => one[of]));
    const leaders = [...means.keys()].filter((candidate) => means.get(candidate)![of] === most);
    return leaders.includes(best) ? best : leaders.sort()[0]!;
  };
  const [bestIfWrong, bestIfRight] = [leader("lowest"), leader("highest")];
  const [own, other] = [means.get(best), means.get(rival ?? "")];
  const lead = own && other && {lowest: own.lowest - other.highest, highest: own.highest - other.lowest};
  const {number, difference} = writerOf(scale);
  const isMoved = found.some(
    (one) => (one.candidate === best || one.candidate === rival) && one.failed + one.partly > 0
  );
  const leads =
    lead && isMoved
      ? ` The lead over ${rival} would be from ${number(lead.lowest)} to ${difference(lead.highest)}.`
      : "";
  const rows = missingText(failed, partly);
  const sentence =
    bestIfWrong === best && bestIfRight === best
      ? `${rows} ${best} would still have the best mean had every missing one been wrong, or right.${leads}`
      : `${rows} The best mean would be ${bestIfWrong}'s had every missing one been wrong, ${bestIfRight}'s had it been right.${leads}`;
  return {
    sentence,
    failed,
    bestIfWrong,
    bestIfRight,
    meansIfWrong: Object.fromEntries([...means].map(([candidate, {lowest}]) => [candidate, lowest])),
    rival: lead && rival,
    lowest: lead?.lowest,
    highest: lead?.highest
  };
}

interface MissingScores {
  candidate: string;
  scored: boolean;
  /** Rows without a score. */
  failed: number;
  /** Scored rows that lack some of their repeats. */
  partly: number;
}

function missingOf(table: ScoreTable, candidate: string): MissingScores {
  const scores = candidateScores(table, candidate);
  const repeats = table.failedRepeats?.[table.candidates.indexOf(candidate)] ?? [];
  const failed = scores.filter((score) => score === undefined).length;
  return {
    candidate,
    scored: failed < scores.length,
    failed,
    partly: repeats.filter((share) => share > 0).length
  };
}

function missingText(failed: number, partly: number): string {
  const whole = failed > 0 ? `${failed} ${failed === 1 ? "score is" : "scores are"} missing` : "";
  if (partly === 0) return `${whole}.`;
  const rows = partly === 1 ? "score lacks" : "scores lack";
  return `${whole}${whole && ", and "}${partly} ${rows} some of ${partly === 1 ? "its" : "their"} repeats.`;
}
