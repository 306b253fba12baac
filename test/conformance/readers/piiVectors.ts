import {expected, type Reader} from "../figure.js";
import {filesWith, type Item} from "../item.js";
import {allRecognizers, phoneNumbers, type Recognizer, scanText} from "../../../src/privacy/index.js";

/** One published case: what a recogniser alone must find in a text. No positions means they were not published. */
export interface PiiVector {
  recognizer: string;
  text: string;
  expected_len: number;
  expected_positions: [number, number][];
}

export interface PiiCase {
  name: string;
  recognizer: string;
  /** `quotes`: differs by the quotes around an address alone, see docs/privacy.md. `setting`: agrees with the recogniser set as the published test must have set it. */
  outcome: "agrees" | "setting" | "quotes" | "differs" | "unknown recogniser";
  detail?: string;
}

/** Recognisers that are called otherwise here; the others have our name, or our type's, with underscores. */
const names: Record<string, string> = {
  date: "date-of-birth",
  date_time: "date-of-birth",
  iban_code: "iban",
  aba_routing: "aba-routing-number",
  kr_frn: "kr-rrn",
  mac_address: "mac",
  nhs: "uk-nhs",
  sg_fin: "sg-nric-fin",
  tr_tckn: "tr-national-id",
  us_bank: "us-bank-number",
  us_dea: "medical-license"
};

const fields = ["recognizer", "text", "expected_len", "expected_positions"];

/** Texts with the places one recogniser must find in each. */
export const piiVectors: Reader = {
  kind: "personal data: cases of one recogniser",
  matches: (item) => filesWith(item, ...fields).length > 0,
  figures(item) {
    const cases = checkPiiVectors(vectorsOf(item));
    return [...new Set(cases.map(({recognizer}) => recognizer))].map((recognizer) => {
      const own = cases.filter((each) => each.recognizer === recognizer);
      const agreeing = own.filter(({outcome}) => outcome === "agrees" || outcome === "setting").length;
      const quotes = own.filter(({outcome}) => outcome === "quotes").length;
      return {
        name: `${recognizer} cases${quotes > 0 ? `, ${quotes} differing by quotes` : ""}`,
        ours: agreeing,
        published: expected("per_recognizer", recognizer),
        tolerance: quotes
      };
    });
  }
};

function vectorsOf(item: Item): PiiVector[] {
  return filesWith(item, ...fields).flatMap((file) => item.lines(file) as unknown as PiiVector[]);
}

/** Recognises the file by the members of its lines. */
export function isPiiVectors(rows: readonly unknown[]): rows is PiiVector[] {
  return (
    rows.length > 0 &&
    rows.every((row) => typeof row === "object" && row !== null && fields.every((field) => field in row))
  );
}

export function checkPiiVectors(vectors: readonly PiiVector[]): PiiCase[] {
  return vectors.map((vector) => {
    const {recognizer: published} = vector;
    const name = `${vector.recognizer}: ${vector.text}`;
    const recognizer = recognizerOf(published);
    if (!recognizer) return {name, recognizer: published, outcome: "unknown recogniser"};
    const found = spansBy(recognizer, vector.text);
    if (agrees(vector, found)) return {name, recognizer: published, outcome: "agrees"};
    // The published phone cases repeat a text with other settings, which the file does not carry.
    for (const leniency of vector.recognizer === "phone" ? (["possible", "exact"] as const) : [])
      if (agrees(vector, spansBy(phoneNumbers({leniency}), vector.text)))
        return {name, recognizer: published, outcome: "setting", detail: `leniency ${leniency}`};
    return {
      name,
      recognizer: published,
      outcome: differsByQuotes(vector, found) ? "quotes" : "differs",
      detail: `found ${JSON.stringify(found)}, published ${JSON.stringify(vector.expected_positions)}`
    };
  });
}

function recognizerOf(published: string): Recognizer | undefined {
  const name = names[published] ?? published.replaceAll("_", "-");
  return allRecognizers.find((each) => each.name === name || each.type === published.toUpperCase());
}

function spansBy(recognizer: Recognizer, text: string): [number, number][] {
  return scanText(text, {recognizers: [recognizer], minScore: 0}).map(({start, end}) => [start, end]);
}

function agrees(vector: PiiVector, found: [number, number][]): boolean {
  if (found.length !== vector.expected_len) return false;
  return (
    vector.expected_positions.length === 0 ||
    JSON.stringify(found) === JSON.stringify(vector.expected_positions)
  );
}

/** The published span of an address in quotes holds the quotes as well. */
function differsByQuotes(
  {text, expected_positions: positions}: PiiVector,
  found: [number, number][]
): boolean {
  return (
    positions.length === found.length &&
    positions.every(
      ([start, end], index) =>
        found[index]![0] === start + 1 &&
        found[index]![1] === end - 1 &&
        /["']/.test(text.charAt(start)) &&
        text.charAt(start) === text.charAt(end - 1)
    )
  );
}
