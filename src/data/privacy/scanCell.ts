import type {Finding} from "./finding.js";
import {jsonTexts} from "./jsonTexts.js";
import {KeyNames} from "./keyNames.js";
import {redact, type RedactionPolicy} from "./redact.js";
import {isLikelyNumber} from "./likelyNumber.js";
import {type ScanOptions, scanText} from "./scanText.js";

/** A text of a cell and what was found in it. Findings' offsets are those of the text. */
export interface ScannedText {
  /** Within a list, a structure or JSON, where the text stands; absent when the cell is the text. */
  path?: string;
  text: string;
  findings: Finding[];
  /** Of a key of an object: all keys of the object. */
  siblings?: ReadonlySet<string>;
  /** Where the text, as JSON with its quotes, stands in the cell. */
  start: number;
  end: number;
}

/**
 * The texts of a cell that hold findings. A cell that is a JSON object or list is looked at text by text, its keys
 * and longer numbers included; every other cell is one text.
 * @param nested whether the cell is the JSON of a list, a structure or a number, so that a lone string or number counts too
 */
export function scanCell(
  cell: string,
  column: string,
  nested: boolean,
  options: Omit<ScanOptions, "column" | "withText">
): ScannedText[] {
  const texts = jsonTexts(cell, nested);
  if (!texts) {
    const findings = scanText(cell, {...options, column});
    return findings.length > 0 ? [{text: cell, findings, start: 0, end: cell.length}] : [];
  }
  return texts.flatMap(({path, name, text, isNumber, siblings, start, end}) => {
    const named = {...options, column: name === "" ? column : `${column} ${name}`};
    const findings = isNumber ? scanNumber(text, named) : scanText(text, named);
    return findings.length > 0 ? [{path, text, findings, siblings, start, end}] : [];
  });
}

/**
 * The cell with the findings of its texts dealt with; everything between them stays as it was written. Keys of an object
 * that become equal are numbered, so that no value is lost.
 */
export function redactCell(cell: string, texts: readonly ScannedText[], policy: RedactionPolicy): string {
  let redacted = "";
  let done = 0;
  const names = new KeyNames();
  for (const {path, text, findings, siblings, start, end} of texts) {
    const redactedText = redact(text, findings, policy);
    const made = siblings ? names.nameOf(text, redactedText, siblings) : redactedText;
    redacted += cell.slice(done, start);
    redacted += path === undefined ? made : made === text ? cell.slice(start, end) : JSON.stringify(made);
    done = end;
  }
  return redacted + cell.slice(done);
}

/**
 * Personal data in a whole number, given as its digits: what its text would hold, without what is more likely an id, a time
 * or an amount. Numbers have lost their leading zeros; a finding with one or two before it is the whole number.
 */
function scanNumber(digits: string, options: ScanOptions & {column: string}): Finding[] {
  for (const zeros of ["", "0", "00"]) {
    const found = scanText(zeros + digits, options).filter((finding) =>
      isLikelyNumber(finding, digits.length, options.column)
    );
    if (found.length > 0) return zeros === "" ? found : [{...found[0]!, start: 0, end: digits.length}];
  }
  return [];
}
