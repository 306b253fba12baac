import type {Finding, Recognizer} from "../finding.js";
import {isWordAfter, isWordBefore, standsAlone} from "../wordBoundary.js";

/** In English with the usual short forms, German, French and Spanish. */
const MONTH =
  "(?:" +
  [
    "jan(?:uar[yi]?)?|feb(?:ruar[yi]?)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|o[ck]t(?:ober)?",
    "nov(?:ember)?|de[cz](?:ember)?|januar|februar|märz|mai|juni|juli|oktober|dezember",
    "janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre",
    "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
  ]
    .join("|")
    .split("|")
    .sort((a, b) => b.length - a.length)
    .join("|") +
  ")";
const YEAR = "(?:19|20)\\d{2}";
const DAY = "(?:[12]\\d|3[01]|0?[1-9])";
const MONTH_NUMBER = "(?:1[0-2]|0?[1-9])";
const TIME = "(?:[T ]\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,9})?)?(?:Z|[-+]\\d{2}:?\\d{2})?)?";

const SHAPES = [
  new RegExp(`${YEAR}([-/.])${MONTH_NUMBER}\\1${DAY}${TIME}`, "y"),
  new RegExp(
    `(?:${DAY}([-/.])${MONTH_NUMBER}|${MONTH_NUMBER}([-/.])${DAY})(?:\\1|\\2)(?:${YEAR}|\\d{2})`,
    "y"
  ),
  new RegExp(`${DAY}(?:st|nd|rd|th|\\.)?(?: of| de)? ${MONTH}(?:\\.?,?| de) ${YEAR}`, "iy"),
  new RegExp(`${DAY}([-/.])${MONTH}\\1(?:${YEAR}|\\d{2})`, "iy"),
  new RegExp(`${MONTH_NUMBER}[-/.]${YEAR}`, "y")
];
const AFTER_MONTH = new RegExp(`(?:${DAY}(?:st|nd|rd|th)?,? )?${YEAR}`, "iy");
const MONTH_BEFORE = new RegExp(`(?:^|[^\\p{L}])(${MONTH}\\.?[- ])$`, "iu");

/** Dates that a word such as "born" stands before. A date alone says little and stays below the usual threshold. */
export const dateOfBirth: Recognizer = {
  type: "DATE_OF_BIRTH",
  name: "date-of-birth",
  layer: "patterns",
  context: [
    "born",
    "birth",
    "birthday",
    "birthdate",
    "dob",
    "geboren",
    "geburtsdatum",
    "née",
    "né",
    "nacido",
    "nacida",
    "nacimiento",
    "naissance",
    "生日",
    "出生",
    "生年月日",
    "생일",
    "생년월일"
  ],
  find(text, {marks}) {
    const findings: Finding[] = [];
    for (let index = 0; index < marks.digits.length; index += 2) {
      const start = marks.digits[index]!;
      const run = marks.digits[index + 1]! - start;
      if ((run > 2 && run !== 4) || isWordBefore(text, start)) continue;
      const span = numberFirst(text, start) ?? monthFirst(text, start);
      if (span) findings.push({type: "DATE_OF_BIRTH", ...span, score: 0.05, rule: "date-of-birth"});
    }
    return findings;
  }
};

function numberFirst(text: string, start: number) {
  for (const shape of SHAPES) {
    shape.lastIndex = start;
    const match = shape.exec(text);
    if (match && standsAlone(text, start, start + match[0].length))
      return {start, end: start + match[0].length};
  }
  return undefined;
}

function monthFirst(text: string, day: number) {
  if (!/[- ]/.test(text.charAt(day - 1)) || !/[\p{L}.]/u.test(text.charAt(day - 2))) return undefined;
  const month = MONTH_BEFORE.exec(text.slice(Math.max(0, day - 13), day))?.[1];
  if (!month) return undefined;
  AFTER_MONTH.lastIndex = day;
  const match = AFTER_MONTH.exec(text);
  if (!match || isWordAfter(text, day + match[0].length)) return undefined;
  return {start: day - month.length, end: day + match[0].length};
}
