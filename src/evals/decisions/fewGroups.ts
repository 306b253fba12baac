import {effectiveGroups} from "../../base/stats/index.js";
import {clustersOf} from "./columns.js";
import {formatCount, points} from "./points.js";
import type {ScoreTable} from "./types.js";

/** Below so many groups of equal size an interval over groups is wide whatever the rows say. */
const FEW_GROUPS = 20;

/** A line where the rows lie in few groups, or in groups of such unequal size that they are worth few. */
export function fewGroups(table: ScoreTable): string[] {
  const clusters = clustersOf(table);
  if (!clusters) return [];
  const {groups, effective, largest} = effectiveGroups(clusters);
  if (effective >= FEW_GROUPS) return [];
  const worth = Math.round(effective);
  const rows = `The ${formatCount(clusters.length)} rows are in ${groups === 1 ? "1 group" : `${formatCount(groups)} groups`}`;
  if (groups === 1)
    return [
      `${rows}, and intervals count groups: with one there is none. More groups give one; more rows of this group do not.`
    ];
  const found =
    worth === groups
      ? `${rows}, and the intervals count groups: with so few they are wide.`
      : `${rows}, the largest with ${points(largest)}% of the rows. They tell as much as ${worth} of equal size, and the intervals count those: with so few they are wide.`;
  return [`${found} More groups narrow them; more rows of these groups hardly do.`];
}
