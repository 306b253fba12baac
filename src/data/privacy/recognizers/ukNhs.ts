import type {Finding, Recognizer} from "../finding.js";
import {standsAlone} from "../wordBoundary.js";

const NHS = /\d{3}([- ]?)\d{3}\1\d{4}/y;

/**
 * UK health service numbers with a fitting check digit (mod 11). One number in eleven fits by chance, so the
 * check alone does not make it certain: the usual 3-3-4 spelling or a word nearby must help.
 */
export const ukNhs: Recognizer = {
  type: "UK_NHS",
  name: "uk-nhs",
  layer: "patterns",
  context: ["nhs", "national", "health", "patient", "hospital"],
  find(text, {marks}) {
    const findings: Finding[] = [];
    for (let index = 0; index < marks.digits.length; index += 2) {
      const start = marks.digits[index]!;
      const run = marks.digits[index + 1]! - start;
      if (run !== 3 && run !== 10) continue;
      NHS.lastIndex = start;
      const match = NHS.exec(text);
      if (!match) continue;
      const end = start + match[0].length;
      if (!standsAlone(text, start, end) || !fits(match[0].replace(/\D/g, ""))) continue;
      const score = match[1] === " " ? 0.5 : 0.25;
      findings.push({type: "UK_NHS", start, end, score, rule: "uk-nhs/mod-11"});
    }
    return findings;
  }
};

function fits(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < 10; index++) sum += Number(digits[index]) * (10 - index);
  // Ten equal digits fit too (their sum is a multiple of 55) and are never given out.
  return sum % 11 === 0 && !/^(\d)\1+$/.test(digits);
}
