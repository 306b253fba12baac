import type {Finding, Recognizer} from "../finding.js";
import {hostEnd} from "../host.js";
import {isUnspacedAt, isWordAt} from "../wordBoundary.js";

const LONGEST_LOCAL_PART = 128;
const LOCAL_SIGNS = new Set(".+%'&~!#$*^-");

/** Addresses whose host ends in a top-level domain that exists. */
export const email: Recognizer = {
  type: "EMAIL_ADDRESS",
  name: "email",
  layer: "patterns",
  context: ["email", "mail", "e-mail", "address"],
  find(text, {marks}) {
    const findings: Finding[] = [];
    let from = 0;
    for (const at of marks.ats) {
      const end = hostEnd(text, at + 1);
      if (end === undefined) continue;
      const limit = Math.max(from, at - LONGEST_LOCAL_PART);
      let start = at;
      const unspaced = isUnspacedAt(text, at - 1);
      while (start > limit && isLocalAt(text, start - 1) && (unspaced || !isUnspacedAt(text, start - 1)))
        start--;
      while (start < at && !isWordAt(text, start)) start++;
      if (start === at || text.charAt(at - 1) === ".") continue;
      findings.push({type: "EMAIL_ADDRESS", start, end, score: 1, rule: "email/tld"});
      from = end;
    }
    return findings;
  }
};

function isLocalAt(text: string, index: number): boolean {
  return isWordAt(text, index) || LOCAL_SIGNS.has(text.charAt(index));
}
