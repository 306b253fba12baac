import type {Finding} from "./finding.js";
import type {ScanContext} from "./scanContext.js";

const BOOST = 0.35;
const AT_LEAST = 0.4;

/**
 * Raises a finding's score by 0.35, to at least 0.4 and at most 1, when one of the words stands among the five
 * words before it. Whole words only: "lic" must not fire on "public".
 */
export function weighContext(finding: Finding, words: readonly string[], context: ScanContext): Finding {
  const raised = raise(finding.score);
  if (finding.score >= 1 || raised < context.minScore) return finding;
  if (!context.hasWordBefore(finding.start, words)) return finding;
  return {...finding, score: raised, rule: `${finding.rule}+context`};
}

function raise(score: number): number {
  return Number(Math.min(1, Math.max(AT_LEAST, score + BOOST)).toFixed(4));
}
