import type {Finding, Recognizer} from "../finding.js";
import {standsAlone} from "../wordBoundary.js";

const GROUP = "(?:5\\d|6[0-5]|7\\d|8[0-8]|9[0-2]|9[4-9])";
const SHAPES: [RegExp, number, string][] = [
  [new RegExp(`9\\d{2}([- ])${GROUP}\\1\\d{4}`, "y"), 0.5, "separated"],
  [new RegExp(`9\\d{2}(?:${GROUP}-|-${GROUP})\\d{4}`, "y"), 0.05, "half-separated"],
  [new RegExp(`9\\d{2}${GROUP}\\d{4}`, "y"), 0.2, "digits"]
];

/** US individual taxpayer numbers: 9xx with a middle group the tax office gives out. */
export const usItin: Recognizer = {
  type: "US_ITIN",
  name: "us-itin",
  layer: "patterns",
  context: ["individual", "taxpayer", "itin", "tax", "payer", "taxid", "tin"],
  find(text, {marks}) {
    const findings: Finding[] = [];
    for (let index = 0; index < marks.digits.length; index += 2) {
      const start = marks.digits[index]!;
      if (text.charCodeAt(start) !== 57) continue;
      for (const [shape, score, rule] of SHAPES) {
        shape.lastIndex = start;
        const match = shape.exec(text);
        if (!match || !standsAlone(text, start, start + match[0].length)) continue;
        findings.push({type: "US_ITIN", start, end: start + match[0].length, score, rule: `us-itin/${rule}`});
        break;
      }
    }
    return findings;
  }
};
