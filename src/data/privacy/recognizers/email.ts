import type {Finding, Recognizer} from "../finding.js";
import {hostEnd} from "../host.js";
import {isUnspacedAt, isWordAt} from "../wordBoundary.js";

const LONGEST_LOCAL_PART = 128;
const ENCODED = "%40";
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
    for (const [at, after] of signs(text, marks.ats)) {
      const end = hostEnd(text, after);
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

/** Start and end of every `@`, as it is or as addresses of the web write it. */
function signs(text: string, ats: readonly number[]): [start: number, end: number][] {
  const found = ats.map((at): [number, number] => [at, at + 1]);
  for (let at = text.indexOf(ENCODED); at >= 0; at = text.indexOf(ENCODED, at + 1))
    found.push([at, at + ENCODED.length]);
  return found.sort(([a], [b]) => a - b);
}

function isLocalAt(text: string, index: number): boolean {
  return isWordAt(text, index) || LOCAL_SIGNS.has(text.charAt(index));
}
