import type * as phoneLibrary from "libphonenumber-js/max";
import type {CountryCode, PhoneNumber} from "libphonenumber-js/max";
import {onFirstUse} from "../../../base/system/index.js";
import type {Finding, Recognizer} from "../finding.js";
import type {ScanContext} from "../scanContext.js";
import {isUnspacedAt} from "../wordBoundary.js";

/**
 * `possible`: the length fits. `valid`: the number can exist in its country. `exact`: it is also grouped the way
 * its country writes it, or in one block.
 */
export type Leniency = "possible" | "valid" | "exact";

export interface PhoneOptions {
  /** Countries whose national spelling is understood; numbers with `+` are found whatever this says. */
  regions?: readonly CountryCode[];
  leniency?: Leniency;
}

export const phoneRegions: readonly CountryCode[] = [
  "US",
  "GB",
  "DE",
  "FR",
  "IL",
  "IN",
  "CA",
  "BR",
  "JP",
  "CN"
];

const library = onFirstUse<typeof phoneLibrary>("libphonenumber-js/max");
const CONTEXT = ["phone", "telephone", "cell", "cellphone", "mobile", "call", "tel", "fax"].concat([
  "phonenumber",
  "phoneno",
  "mobilenumber",
  "mobileno",
  "msisdn",
  "whatsapp",
  "telefon",
  "telefonnummer",
  "rufnummer",
  "handynummer",
  "mobilnummer",
  "téléphone",
  "teléfono",
  "telefono",
  "celular",
  "电话",
  "電話",
  "手机",
  "手機",
  "传真",
  "傳真",
  "携帯",
  "ファックス",
  "전화",
  "휴대폰",
  "핸드폰",
  "팩스"
]);
const BARE = 0.2;
const FEWEST_DIGITS = 7;
const FEWEST_CERTAIN_DIGITS = 9;
const MOST_DIGITS = 15;
/** More groups than this with hardly more digits are a table or a sequence. */
const MOST_GROUPS = 12;
const MOST_IN_A_ROW = 60;
const LARGEST_GAP = 4;
const GAP = /^[-.\s()[\]/~\u00a0\u2010-\u2015\u2212\uff0d]*$/;
const LONGEST_EXTENSION = 24;
const EXTENSION = /^[ ,;]{0,3}(?:e?xt|x|#|\u0434\u043e\u0431|anexo|durchwahl)/i;
const DOT = 46;
/** Fifteen digits (ITU-T E.164) behind an international prefix of three. */
const MOST_DIALLED = 18;
const OTHER_NUMBERS =
  /^(?:(?:19|20)\d\d([-/.])[01]?\d\1[0-3]?\d(?:[ T][0-2]?\d)?|[0-3]?\d([-/.])[0-3]?\d\2(?:19|20)\d\d(?: [0-2]?\d)?)$/;

/** Phone numbers as libphonenumber reads them, in international spelling and in that of the given regions. */
export function phoneNumbers({regions = phoneRegions, leniency = "valid"}: PhoneOptions = {}): Recognizer {
  return {
    type: "PHONE_NUMBER",
    name: "phone",
    layer: "patterns",
    context: CONTEXT,
    find(text, context) {
      const findings: Finding[] = [];
      for (const [start, end] of windows(text, context)) {
        if (isOtherNumber(text, start, end)) continue;
        if (isBare(text, start, end) && context.minScore > BARE && !context.hasWordBefore(start, CONTEXT))
          continue;
        const found = findInWindow(text, start, end, regions, leniency);
        const likely =
          found.length === 0 && leniency === "valid" && isCalledPhone(text, start, end, context)
            ? findInWindow(text, start, end, regions, "possible")
            : [];
        for (const finding of [...found, ...likely]) findings.push(finding);
      }
      return findings;
    }
  };
}

export const phone = phoneNumbers();

/**
 * Stretches of digit runs that stand close enough together to be one number, with seven digits or more. Runs
 * joined by dots into an address, a version or a decimal belong to none.
 */
function windows(text: string, {marks: {digits}}: ScanContext): [number, number][] {
  const found: [number, number][] = [];
  let start = -1;
  let end = -1;
  let count = 0;
  let groups = 0;
  let longest = 0;
  const close = () => {
    const table = groups > MOST_GROUPS && count < groups * 1.5;
    if (start >= 0 && count >= FEWEST_DIGITS && longest <= MOST_DIGITS && !table) found.push([start, end]);
    start = -1;
    count = groups = longest = 0;
  };
  for (let index = 0; index < digits.length;) {
    const last = endOfDotted(text, digits, index);
    const from = digits[index]!;
    if (start >= 0 && !continues(text.slice(end, Math.min(from, end + LARGEST_GAP + 1)), count)) close();
    if (last > index && isDottedNumber(text.slice(from, digits[last + 1]))) close();
    else {
      if (start < 0) start = from;
      for (let run = index; run <= last; run += 2) {
        const length = digits[run + 1]! - digits[run]!;
        count += length;
        groups++;
        longest = Math.max(longest, length);
      }
      end = digits[last + 1]!;
    }
    index = last + 2;
  }
  close();
  return found;
}

/** The last of the runs that hang together by single dots, but no more of them than a number can have. */
function endOfDotted(text: string, digits: readonly number[], first: number): number {
  let last = first;
  while (
    last + 2 < digits.length &&
    last - first < 2 * MOST_GROUPS &&
    digits[last + 2]! - digits[last + 1]! === 1 &&
    text.charCodeAt(digits[last + 1]!) === DOT
  )
    last += 2;
  return last;
}

/** A plus begins another number; columns and lines end one that is long enough; a row of digits is cut at 60. */
function continues(gap: string, count: number): boolean {
  if (gap.length > LARGEST_GAP || !GAP.test(gap) || count > MOST_IN_A_ROW) return false;
  return count < FEWEST_DIGITS || !/[\n\t]|\s{2}/.test(gap);
}

/** `192.0.2.1`, `8.12.3`, `0.5`: a phone number with dots has no lone digit, except North America's leading 1. */
function isDottedNumber(spelled: string): boolean {
  const groups = spelled.split(".");
  if (groups.length === 4 && groups.every((group) => Number(group) < 256)) return true;
  // "…-0132.5 people": the full stop of a sentence.
  if (groups.length === 2 && groups[0]!.length > 3) return false;
  const national = groups.length === 4 && groups[0] === "1" ? groups.slice(1) : groups;
  return national.some((group) => group.length < 2 || (groups.length > 2 && group.length > 8));
}

function findInWindow(
  text: string,
  start: number,
  end: number,
  regions: readonly CountryCode[],
  leniency: Leniency
): Finding[] {
  const lead = /[+([\uff0b]{0,2}$/.exec(text.slice(Math.max(0, start - 2), start))![0].length;
  // A letter before the number must stay visible to the matcher, half a surrogate pair must not.
  let from = Math.max(0, start - lead - 1);
  if (/[\udc00-\udfff]/.test(text.charAt(from)) || isUnspacedAt(text, from)) from++;
  // To the matcher ", 415" is an extension: it sees what follows only where an extension is written out.
  const follows = EXTENSION.test(text.slice(end, end + LONGEST_EXTENSION)) ? LONGEST_EXTENSION : 1;
  let to = end;
  while (to < end + follows && !isUnspacedAt(text, to)) to++;
  const slice = text.slice(from, to);
  const spans = new Map<number, Finding>();
  for (const region of regions) {
    const matches = library().findPhoneNumbersInText(slice, {
      defaultCountry: region,
      // The typings know only the country; the matcher reads the leniency too.
      ...({leniency: leniency === "possible" ? "POSSIBLE" : "VALID"} as object)
    });
    let covered = 0;
    for (const match of matches) {
      const spelled = slice.slice(match.startsAt, match.endsAt);
      covered += match.endsAt - match.startsAt;
      if (from + match.startsAt >= end) continue;
      if (leniency === "exact" && !isGroupedAsWritten(match.number, spelled)) continue;
      const finding: Finding = {
        type: "PHONE_NUMBER",
        start: from + match.startsAt,
        end: from + match.endsAt,
        score: isDoubtful(slice, match.startsAt, match.endsAt) ? BARE : 0.4,
        rule: `phone/${leniency}-${region}`
      };
      const known = spans.get(finding.start);
      if (!known || known.end < finding.end) spans.set(finding.start, finding);
    }
    if (covered >= end - start) break;
  }
  return [...spans.values()].sort((a, b) => a.start - b.start);
}

/** Dates, and ids that are longer than anything that can be dialled. */
function isOtherNumber(text: string, start: number, end: number): boolean {
  if (text.charAt(start - 1) === "+") return false;
  const spelled = text.slice(start, end);
  if (OTHER_NUMBERS.test(spelled)) return true;
  if (/[\s()]/.test(spelled)) return false;
  return spelled.replace(/\D/g, "").length > MOST_DIALLED;
}

/**
 * A number that no country has given out, written and announced as a phone number: made up, mistyped, or newer than
 * the library. Grouped, with nine digits or more, and with a word or an international prefix before it.
 */
function isCalledPhone(text: string, start: number, end: number, context: ScanContext): boolean {
  const spelled = text.slice(start, end);
  if (!/\d[-. ()/]+\d/.test(spelled) || spelled.replace(/\D/g, "").length < FEWEST_CERTAIN_DIGITS)
    return false;
  return text.charAt(start - 1) === "+" || context.hasWordBefore(start, CONTEXT);
}

/** Digits without any sign of a phone number are more often a count, an id or a decimal. */
function isBare(text: string, start: number, end: number): boolean {
  const before = text.charAt(start - 1);
  return before !== "+" && before !== "(" && /^\d+(?:\.\d+)?$/.test(text.slice(start, end));
}

/** Few digits without a plus, a bracket or a leading zero are as often a range of pages or years. */
function isDoubtful(text: string, start: number, end: number): boolean {
  if (isBare(text, start, end)) return true;
  const spelled = text.slice(start, end);
  return !/^[+(0]/.test(spelled) && spelled.replace(/\D/g, "").length <= FEWEST_CERTAIN_DIGITS;
}

function isGroupedAsWritten(number: PhoneNumber, spelled: string): boolean {
  const groups = (formatted: string) => formatted.match(/\d+/g)?.join(" ");
  const written = groups(spelled);
  return [
    number.formatInternational(),
    number.formatNational(),
    `${number.countryCallingCode} ${number.nationalNumber}`,
    number.number,
    number.formatNational().replace(/\D/g, ""),
    number.nationalNumber
  ].some((spelling) => groups(spelling) === written);
}
