import type {Finding, Recognizer} from "../finding.js";
import {standsAlone} from "../wordBoundary.js";

const NINO =
  /(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][- ]?\d{2}[- ]?\d{2}[- ]?\d{2}[- ]?[A-D]/iy;

/** UK national insurance numbers: letters that are given out, six digits, a suffix A to D. */
export const ukNino: Recognizer = {
  type: "UK_NINO",
  name: "uk-nino",
  layer: "patterns",
  context: ["national", "insurance", "ni", "nino"],
  find(text, {marks}) {
    const findings: Finding[] = [];
    for (let index = 0; index < marks.digits.length; index += 2) {
      const digits = marks.digits[index]!;
      const start = digits - (/[- ]/.test(text.charAt(digits - 1)) ? 3 : 2);
      if (start < 0) continue;
      NINO.lastIndex = start;
      const match = NINO.exec(text);
      if (!match || !standsAlone(text, start, start + match[0].length)) continue;
      findings.push({type: "UK_NINO", start, end: start + match[0].length, score: 0.5, rule: "uk-nino"});
    }
    return findings;
  }
};
