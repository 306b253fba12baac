import type {Finding} from "./finding.js";
import {isLikelyNumber} from "./likelyNumber.js";
import {type ScanOptions, scanText} from "./scanText.js";

/**
 * Personal data in a whole number, given as its digits: what its text would hold, without what is more likely an id, a time
 * or an amount. Numbers have lost their leading zeros; a finding with one or two before it is the whole number.
 */
export function scanNumber(digits: string, options: ScanOptions & {column: string}): Finding[] {
  for (const zeros of ["", "0", "00"]) {
    const found = scanText(zeros + digits, options).filter((finding) =>
      isLikelyNumber(finding, digits.length, options.column)
    );
    if (found.length > 0) return zeros === "" ? found : [{...found[0]!, start: 0, end: digits.length}];
  }
  return [];
}
