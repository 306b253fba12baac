import {expected, type Reader} from "../figure.js";
import {filesWith, type Item} from "../item.js";
import {allRecognizers, phoneNumbers, type Recognizer, scanText} from "../../../src/data/privacy/index.js";

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

/** Recognisers that are called otherwise here. */
const aliases: Record<string, string> = {
  date: "date-of-birth",
  "date-time": "date-of-birth",
  "aba-routing": "aba-routing-number",
  "kr-frn": "kr-rrn",
  "sg-fin": "sg-nric-fin",
  "sg-nric": "sg-nric-fin",
  "tr-tckn": "tr-national-id",
  "us-bank": "us-bank-number",
  "us-dea": "medical-license"
};

/** The recogniser that a published name stands for ("us_itin", "nhs", "iban_code"): of that name or type, with or without a country. */
function recognizerOf(published: string): Recognizer | undefined {
  const plain = published
    .toLowerCase()
    .replaceAll("_", "-")
    .replace(/-?recognizer$/, "");
  const names = [aliases[plain], plain, plain.replace(/-(address|number|code|wallet)$/, "")];
  const tests: ((one: Recognizer, name: string) => boolean)[] = [
    (one, name) => one.name === name,
    (one, name) => one.type.toLowerCase().replaceAll("_", "-") === name,
    (one, name) => one.name.replace(/^[a-z]{2}-/, "") === name,
    (one, name) => one.name === name.replace(/^[a-z]{2}-/, "")
  ];
  for (const test of tests)
    for (const name of names) {
      const found = name === undefined ? undefined : allRecognizers.find((one) => test(one, name));
      if (found) return found;
    }
  return undefined;
}

const fields = ["recognizer", "text", "expected_len", "expected_positions"];

/** Texts with the places one recogniser must find in each. */
export const piiVectors: Reader = {
  kind: "personal data: cases of one recogniser",
  matches: (item) => filesWith(item, ...fields).length > 0,
  figures(item) {
    const vectors = vectorsOf(item);
    const cases = checkPiiVectors(vectors);
    const count = (test: (vector: PiiVector) => boolean) => vectors.filter(test).length;
    const spans = vectors.reduce((sum, {expected_len}) => sum + expected_len, 0);
    return [
      {name: "cases", ours: cases.length, published: expected("cases")},
      {
        name: "cases with a span",
        ours: count(({expected_len}) => expected_len > 0),
        published: expected("positive")
      },
      {
        name: "cases without",
        ours: count(({expected_len}) => expected_len === 0),
        published: expected("negative")
      },
      {name: "spans of all cases", ours: spans, published: expected("expected_spans")},
      ...[...new Set(cases.map(({recognizer}) => recognizer))].map((recognizer) => {
        const own = cases.filter((each) => each.recognizer === recognizer);
        const agreeing = own.filter(({outcome}) => outcome === "agrees" || outcome === "setting").length;
        const quotes = own.filter(({outcome}) => outcome === "quotes").length;
        const unknown = own.every(({outcome}) => outcome === "unknown recogniser");
        const remark = unknown
          ? ", no such recogniser here"
          : quotes > 0
            ? `, ${quotes} differing by quotes`
            : "";
        return {
          name: `${recognizer} cases${remark}`,
          ours: agreeing,
          published: expected("per_recognizer", recognizer),
          tolerance: quotes
        };
      })
    ];
  },
  notReproduced: [{path: /own_check_ok_of/, why: "how many cases the publisher's own check took"}]
};

function vectorsOf(item: Item): PiiVector[] {
  return filesWith(item, ...fields).flatMap((file) => item.records(file) as unknown as PiiVector[]);
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
