import {type CountryCode, findPhoneNumbersInText, type PhoneNumber} from "libphonenumber-js/max";
import {type Finding, type Recognizer} from "../finding.js";
import {type ScanContext} from "../scanContext.js";

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

const CONTEXT = ["phone", "telephone", "cell", "cellphone", "mobile", "call", "tel", "fax"];
const BARE = 0.2;
const FEWEST_DIGITS = 7;
const MOST_DIGITS = 15;
const LARGEST_GAP = 4;
const GAP = /^[-.\s()[\]/+~\u00a0\u2010-\u2015\u2212\uff0d]*$/;
const EXTENSION = 24;
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
        for (const finding of findInWindow(text, start, end, regions, leniency)) findings.push(finding);
      }
      return findings;
    }
  };
}

export const phone = phoneNumbers();

/** Stretches of digit runs that stand close enough together to be one number, with seven digits or more. */
function windows(text: string, {marks: {digits}}: ScanContext): [number, number][] {
  const found: [number, number][] = [];
  let index = 0;
  while (index < digits.length) {
    const start = digits[index]!;
    let end = digits[index + 1]!;
    let count = end - start;
    let longest = count;
    index += 2;
    while (index < digits.length && digits[index]! - end <= LARGEST_GAP) {
      if (!GAP.test(text.slice(end, digits[index]))) break;
      const run = digits[index + 1]! - digits[index]!;
      end = digits[index + 1]!;
      count += run;
      if (run > longest) longest = run;
      index += 2;
    }
    if (count >= FEWEST_DIGITS && longest <= MOST_DIGITS) found.push([start, end]);
  }
  return found;
}

function findInWindow(
  text: string,
  start: number,
  end: number,
  regions: readonly CountryCode[],
  leniency: Leniency
): Finding[] {
  let from = Math.max(0, start - 4);
  // A letter before the number must stay visible to the matcher, half a surrogate pair must not.
  if (/[\udc00-\udfff]/.test(text.charAt(from))) from++;
  const slice = text.slice(from, Math.min(text.length, end + EXTENSION));
  const spans = new Map<number, Finding>();
  for (const region of regions) {
    const matches = findPhoneNumbersInText(slice, {
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
        score: isBare(slice, match.startsAt, match.endsAt) ? BARE : 0.4,
        rule: `phone/${leniency}-${region}`
      };
      const known = spans.get(finding.start);
      if (!known || known.end < finding.end) spans.set(finding.start, finding);
    }
    if (covered >= end - start) break;
  }
  return [...spans.values()].sort((a, b) => a.start - b.start);
}

/** Addresses, version numbers, dates, message ids: by far the most runs of digits in real texts. */
function isOtherNumber(text: string, start: number, end: number): boolean {
  if (text.charAt(start - 1) === "+") return false;
  const spelled = text.slice(start, end);
  if (OTHER_NUMBERS.test(spelled)) return true;
  if (/[\s()]/.test(spelled)) return false;
  const groups = spelled.split(/[^\d]+/);
  if (groups.reduce((sum, group) => sum + group.length, 0) > MOST_DIALLED) return true;
  if (!/^[\d.]+$/.test(spelled)) return false;
  if (groups.length === 4 && groups.every((group) => Number(group) < 256)) return true;
  const national = groups[0] === "1" ? groups.slice(1) : groups;
  return groups.length > 2 && national.some((group) => group.length < 2 || group.length > 8);
}

/** Digits without any sign of a phone number are more often a count, an id or a decimal. */
function isBare(text: string, start: number, end: number): boolean {
  const before = text.charAt(start - 1);
  return before !== "+" && before !== "(" && /^\d+(?:\.\d+)?$/.test(text.slice(start, end));
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
