import type {Finding, Recognizer} from "../finding.js";
import {standsAlone} from "../wordBoundary.js";

const SHAPES: [RegExp, number, string][] = [
  [/\d{3}([-. ])\d{2}\1\d{4}/y, 0.5, "separated"],
  [/\d{5}-\d{4}|\d{3}-\d{6}/y, 0.05, "half-separated"],
  [/\d{9}/y, 0.05, "digits"]
];

/** Numbers printed in advertisements and manuals. */
const SAMPLES = new Set(["078051120", "123456789", "219099999", "457555462"]);

/** US social security numbers: areas 001 to 899 without 666, no group of zeros. */
export const usSsn: Recognizer = {
  type: "US_SSN",
  name: "us-ssn",
  layer: "patterns",
  context: ["social", "security", "ssn", "ssns", "ssid", "ss"],
  find(text, {marks}) {
    const findings: Finding[] = [];
    for (let index = 0; index < marks.digits.length; index += 2) {
      const start = marks.digits[index]!;
      const run = marks.digits[index + 1]! - start;
      if (run !== 3 && run !== 5 && run !== 9) continue;
      for (const [shape, score, rule] of SHAPES) {
        shape.lastIndex = start;
        const match = shape.exec(text);
        if (!match || !standsAlone(text, start, start + match[0].length)) continue;
        const digits = match[0].replace(/\D/g, "");
        if (!canExist(digits)) continue;
        findings.push({type: "US_SSN", start, end: start + match[0].length, score, rule: `us-ssn/${rule}`});
        break;
      }
    }
    return findings;
  }
};

function canExist(digits: string): boolean {
  if (digits.startsWith("000") || digits.startsWith("666") || digits.startsWith("9")) return false;
  if (digits.slice(3, 5) === "00" || digits.endsWith("0000")) return false;
  return !SAMPLES.has(digits) && !digits.startsWith("98765432");
}
