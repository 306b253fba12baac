import {countrySpecs, isValidIBAN} from "ibantools";
import type {Finding, Recognizer} from "../finding.js";
import {isWordAfter, isWordBefore} from "../wordBoundary.js";

/** Bank account numbers: the country's length and format, and the check digits (mod 97). */
export const iban: Recognizer = {
  type: "IBAN_CODE",
  name: "iban",
  layer: "patterns",
  context: ["iban", "bank", "account", "transfer", "konto", "transaction"],
  find(text, {marks}) {
    const findings: Finding[] = [];
    for (let index = 0; index < marks.digits.length; index += 2) {
      const start = marks.digits[index]! - 2;
      if (start < 0 || marks.digits[index + 1]! - start < 4 || isWordBefore(text, start)) continue;
      const length = countrySpecs[text.slice(start, start + 2).toUpperCase()]?.chars;
      if (!length) continue;
      const read = readCharacters(text, start, length);
      if (!read || isWordAfter(text, read.end) || !isValidIBAN(read.characters)) continue;
      // Banks print capitals. Small letters with fitting check digits are more likely typed by hand than chance, but less sure.
      const [score, rule] = /[a-z]/.test(text.slice(start, read.end))
        ? [0.6, "iban/lower-case"]
        : [1, "iban/mod-97"];
      findings.push({type: "IBAN_CODE", start, end: read.end, score, rule});
    }
    return findings;
  }
};

/** Blanks of any width, hyphens and dashes, dots. */
const APART = /[ \u00a0\u2000-\u200b\u202f\u2060\u3000\u00ad\u2010-\u2015\u2212.-]/;

/** A line that was broken within the number. */
const LINE_END = /[ \t]{0,8}\r?\n[ \t]{0,8}/y;

/** The next `count` letters and digits, over single separators and line ends, in upper case. */
function readCharacters(text: string, start: number, count: number) {
  let characters = "";
  let end = start;
  while (characters.length < count) {
    const character = text.charAt(end);
    LINE_END.lastIndex = end;
    if (/[0-9A-Za-z]/.test(text.charAt(end - 1)) && LINE_END.test(text)) {
      end = LINE_END.lastIndex;
      continue;
    }
    if (/[0-9A-Za-z]/.test(character)) characters += character.toUpperCase();
    else if (!APART.test(character) || !/[0-9A-Za-z]/.test(text.charAt(end - 1))) return undefined;
    end++;
  }
  return {characters, end};
}
