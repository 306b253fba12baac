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
  /** `setting`: agrees with the recogniser set as the published test must have set it. */
  outcome: "agrees" | "setting" | "differs" | "unknown recogniser";
  detail?: string;
}

const names: Record<string, string> = {
  credit_card: "credit-card",
  email: "email",
  ip: "ip",
  us_ssn: "us-ssn",
  phone: "phone",
  url: "url"
};

/** Recognises the file by the members of its lines. */
export function isPiiVectors(rows: readonly unknown[]): rows is PiiVector[] {
  return (
    rows.length > 0 &&
    rows.every(
      (row) =>
        typeof row === "object" &&
        row !== null &&
        ["recognizer", "text", "expected_len", "expected_positions"].every((member) => member in row)
    )
  );
}

export function checkPiiVectors(vectors: readonly PiiVector[]): PiiCase[] {
  return vectors.map((vector) => {
    const name = `${vector.recognizer}: ${vector.text}`;
    const recognizer = allRecognizers.find((each) => each.name === names[vector.recognizer]);
    if (!recognizer) return {name, outcome: "unknown recogniser"};
    const found = spansBy(recognizer, vector.text);
    if (agrees(vector, found)) return {name, outcome: "agrees"};
    // The published phone cases repeat a text with other settings, which the file does not carry.
    for (const leniency of vector.recognizer === "phone" ? (["possible", "exact"] as const) : [])
      if (agrees(vector, spansBy(phoneNumbers({leniency}), vector.text)))
        return {name, outcome: "setting", detail: `leniency ${leniency}`};
    return {
      name,
      outcome: "differs",
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
