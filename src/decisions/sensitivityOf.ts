import {differenceSensitivity, sensitivity} from "../stats/index.js";
import {scoresOf} from "./columns.js";
import {points} from "./points.js";
import type {ScoreScale} from "./scoreScale.js";
import type {ScoreTable, VerdictSensitivity} from "./types.js";

/**
 * What failed rows could change: who would lead had every one of them scored 0, and had it scored 1. Undefined when no
 * row failed, when scores leave the range 0 to 1, and when a corpus figure decides: what a failed row would have added to its
 * counts has no bounds.
 */
export function sensitivityOf(
  table: ScoreTable,
  best: string,
  {rival, scale}: {rival: string | undefined; scale: ScoreScale}
): VerdictSensitivity | undefined {
  const failed = table.values.reduce(
    (sum, values) => sum + values.filter((value) => value === undefined).length,
    0
  );
  if (failed === 0 || scale !== "proportion" || table.corpus) return undefined;
  const bounds = table.candidates.map((candidate) => sensitivity(scoresOf(table, candidate))!);
  const leader = (of: "lowest" | "highest") => {
    const most = Math.max(...bounds.map((one) => one[of]));
    const leaders = table.candidates.filter((_, c) => bounds[c]![of] === most);
    return leaders.includes(best) ? best : leaders.sort()[0]!;
  };
  const [bestIfWrong, bestIfRight] = [leader("lowest"), leader("highest")];
  const lead =
    rival === undefined ? undefined : differenceSensitivity(scoresOf(table, best), scoresOf(table, rival));
  const range =
    lead && rival !== undefined
      ? ` The lead over ${rival} would be from ${points(lead.lowest)} to ${points(lead.highest)} points.`
      : "";
  const rows = `${failed} ${failed === 1 ? "score is" : "scores are"} missing.`;
  const sentence =
    bestIfWrong === best && bestIfRight === best
      ? `${rows} ${best} would still have the best mean had every missing one been wrong, or right.${range}`
      : `${rows} The best mean would be ${bestIfWrong}'s had every missing one been wrong, ${bestIfRight}'s had it been right.${range}`;
  return {
    sentence,
    failed,
    bestIfWrong,
    bestIfRight,
    rival: lead && rival !== undefined ? rival : undefined,
    lowest: lead && rival !== undefined ? lead.lowest : undefined,
    highest: lead && rival !== undefined ? lead.highest : undefined
  };
}
