import {differenceSensitivity, sensitivity} from "../stats/index.js";
import {scoresOf} from "./columns.js";
import {failedBounds} from "./ifWrong.js";
import {type ScoreScale, writerOf} from "./scoreScale.js";
import type {ScoreTable, VerdictSensitivity} from "./types.js";

/**
 * What failed rows could change: who would lead had every one of them been wrong (the lowest score there is), and had it been
 * right. Undefined when no row failed, when scores leave the range 0 to 1 and state no other, and when a corpus figure decides.
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
  const range = failedBounds(table, scale);
  if (failed === 0 || !range) return undefined;
  const means = table.candidates.map((candidate) =>
    sensitivity(scoresOf(table, candidate), {bounds: range})!
  );
  const leader = (of: "lowest" | "highest") => {
    const most = Math.max(...means.map((one) => one[of]));
    const leaders = table.candidates.filter((_, c) => means[c]![of] === most);
    return leaders.includes(best) ? best : leaders.sort()[0]!;
  };
  const [bestIfWrong, bestIfRight] = [leader("lowest"), leader("highest")];
  const lead =
    rival === undefined
      ? undefined
      : differenceSensitivity(scoresOf(table, best), scoresOf(table, rival), {bounds: range});
  const {number, difference} = writerOf(scale);
  const leads =
    lead && rival !== undefined
      ? ` The lead over ${rival} would be from ${number(lead.lowest)} to ${difference(lead.highest)}.`
      : "";
  const rows = `${failed} ${failed === 1 ? "score is" : "scores are"} missing.`;
  const sentence =
    bestIfWrong === best && bestIfRight === best
      ? `${rows} ${best} would still have the best mean had every missing one been wrong, or right.${leads}`
      : `${rows} The best mean would be ${bestIfWrong}'s had every missing one been wrong, ${bestIfRight}'s had it been right.${leads}`;
  return {
    sentence,
    failed,
    bestIfWrong,
    bestIfRight,
    meansIfWrong: Object.fromEntries(table.candidates.map((candidate, c) => [candidate, means[c]!.lowest])),
    rival: lead && rival !== undefined ? rival : undefined,
    lowest: lead && rival !== undefined ? lead.lowest : undefined,
    highest: lead && rival !== undefined ? lead.highest : undefined
  };
}
