import type {Finding, Recognizer} from "../finding.js";
import {luhn} from "./checkDigits.js";
import {isWordAfter, isWordBefore} from "../wordBoundary.js";
import {isIssued, isSurelyIssued} from "./cardIssuers.js";

/** Blanks of any width, tabs, hyphens and dashes, underscores, dots, slashes and middle dots: one to three, and the same all through. */
const APART = "([ \\t_\\u00a0\\u2000-\\u200b\\u202f\\u2060\\u3000\\u00ad\\u2010-\\u2015\\u2212./·-]{1,3})";

/** Longest first: a 19-digit card is not to be read as 16 digits and a rest. */
const SHAPES = [
  ...[3, 2, 1].map((rest) => fours(4, rest)),
  new RegExp(`\\d{6}${APART}\\d{13}`, "y"),
  fours(4, 0),
  new RegExp(`\\d{4}${APART}\\d{6}\\1\\d{4,5}`, "y"),
  ...[3, 2, 1].map((rest) => fours(3, rest)),
  new RegExp(`\\d{4}${APART}\\d{3}\\1\\d{3}\\1\\d{3}`, "y"),
  // Part of a longer number in fours is no number of twelve digits.
  new RegExp(`\\d{4}${APART}\\d{4}\\1\\d{4}(?!\\1\\d)`, "y"),
  /\d{12,19}/y
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
    "debit",
    "unionpay",
    "rupay",
    "mir",
    "troy",
    "verve",
    "karte",
    "kreditkarte",
    "kartennummer",
    "carte",
    "tarjeta",
    "kart",
    "卡号",
    "卡號",
    "信用卡",
    "カード",
    "카드"
  ],
  find(text, {marks}) {
    const findings: Finding[] = [];
    let done = 0;
    for (let index = 0; index < marks.digits.length; index += 2) {
      const start = marks.digits[index]!;
      const run = marks.digits[index + 1]! - start;
      if (start < done || (run !== 4 && run !== 6 && (run < 12 || run > 19)) || isWordBefore(text, start))
        continue;
      for (const shape of SHAPES) {
        shape.lastIndex = start;
        const match = shape.exec(text);
        if (!match || isWordAfter(text, start + match[0].length)) continue;
        const digits = match[0].replace(/\D/g, "");
        if (!isIssued(digits) || !luhn(digits)) continue;
        if (isPartOfMore(text, match, digits.length)) continue;
        done = start + match[0].length;
        // Numbers between tabs are a table's as well as a card's.
        const isSure = isSurelyIssued(digits) && match[1] !== "\t";
        const [score, rule] = isSure ? [1, "credit-card/luhn"] : [0.4, "credit-card/short"];
        findings.push({type: "CREDIT_CARD", start, end: done, score, rule});
        break;
      }
    }
    return findings;
  }
};

/** Whether a number of few digits (`1234 6900 0000 0000`), or a table's row with numbers of four, goes on beside the match. */
function isPartOfMore(text: string, {0: whole, 1: apart, index}: RegExpExecArray, digits: number): boolean {
  if (apart === undefined) return false;
  const before = text.slice(Math.max(0, index - apart.length - 4), Math.max(0, index - apart.length));
  if (digits < 14 && /\d$/.test(before)) return true;
  const after = text.slice(index + whole.length, index + whole.length + 6);
  return apart === "\t" && (/\d{4}$/.test(before) || /^\t\d{4}(?!\d)/.test(after));
}

/** `groups` times four digits and a rest. */
function fours(groups: number, rest: number): RegExp {
  const more = "\\1\\d{4}".repeat(groups - 2);
  return new RegExp(`\\d{4}${APART}\\d{4}${more}${rest > 0 ? `\\1\\d{${rest}}` : ""}`, "y");
}
