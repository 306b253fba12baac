import {type Finding, type Recognizer} from "../finding.js";
import {luhn} from "../luhn.js";
import {isWordAt} from "../wordBoundary.js";

/** Longest first: a 19-digit card is not to be read as 16 digits and a rest. */
const SHAPES = [
  /(\d{4})([ -])\d{4}\2\d{4}\2\d{4}\2\d{3}/y,
  /(\d{4})([ -])\d{4}\2\d{4}\2\d{4}/y,
  /(\d{4})([ -])\d{6}\2\d{4,5}/y,
  /(\d{4})([ -])\d{3}\2\d{3}\2\d{3}/y,
  /\d{13,19}/y
];

/** Payment cards: a length and a beginning that card issuers use, and the Luhn check digit. */
export const creditCard: Recognizer = {
  type: "CREDIT_CARD",
  name: "credit-card",
  layer: "patterns",
  context: [
    "credit",
    "card",
    "visa",
    "mastercard",
    "cc",
    "amex",
    "discover",
    "jcb",
    "diners",
    "maestro",
    "debit"
  ],
  find(text, {marks}) {
    const findings: Finding[] = [];
    let done = 0;
    for (let index = 0; index < marks.digits.length; index += 2) {
      const start = marks.digits[index]!;
      const run = marks.digits[index + 1]! - start;
      if (start < done || (run !== 4 && (run < 13 || run > 19)) || isWordAt(text, start - 1)) continue;
      for (const shape of SHAPES) {
        shape.lastIndex = start;
        const match = shape.exec(text);
        if (!match || isWordAt(text, start + match[0].length)) continue;
        const digits = match[0].replace(/\D/g, "");
        if (!isIssued(digits) || !luhn(digits)) continue;
        done = start + match[0].length;
        findings.push({type: "CREDIT_CARD", start, end: done, score: 1, rule: "credit-card/luhn"});
        break;
      }
    }
    return findings;
  }
};

/** Lengths by leading digits, as ISO/IEC 7812 issuers publish them. */
function isIssued(digits: string): boolean {
  const {length} = digits;
  const first = digits.charAt(0);
  const two = Number(digits.slice(0, 2));
  const four = Number(digits.slice(0, 4));
  if (first === "4") return length === 13 || length === 16 || length === 19;
  if (two === 34 || two === 37) return length === 15;
  if (two === 30 || two === 36 || two === 38 || two === 39) return length >= 14;
  if (two === 35) return length >= 16;
  if (first === "5") return two <= 55 ? length === 16 : length >= 13;
  if (first === "6") return length >= 13;
  if (four >= 2221 && four <= 2720) return length === 16;
  return first === "1" && length === 15;
}
