import type {Figure, Reader} from "../figure.js";
import {type Item, jsonFiles} from "../item.js";
import {compareSpans, type Span} from "../../../src/data/privacy/index.js";

/** Scenarios of annotated and predicted spans with the counts published for them. */
export const piiSpans: Reader = {
  kind: "personal data: span scoring",
  matches: (item) => scenarioFiles(item).length > 0,
  figures: (item) =>
    scenarioFiles(item).flatMap((file) =>
      checkPiiSpans(item.json(file) as PiiSpanScenario[]).map(({name, found}, i): Figure => ({
        name: `right, wrong, missed: ${name}`,
        ours: found,
        published: {file, path: [i, "expected_tp_fp_fn"]},
        unless: {
          path: [i, "own_recomputation"],
          why: "published with another rule for several predictions over one annotated span; ours are the publisher's recomputed counts"
        }
      }))
    ),
  vectors: {files: scenarioFiles, inputs: /\/(iou_threshold|gold_spans|predicted_spans)(\/|$)/}
};

function scenarioFiles(item: Item): string[] {
  return jsonFiles(item, isPiiSpanScenarios);
}

type Triple = [type: string, start: number, end: number];

export interface PiiSpanScenario {
  scenario: string;
  gold_spans: Triple[];
  predicted_spans: Triple[];
  iou_threshold: number;
  expected_tp_fp_fn: [number, number, number];
}

/** Recognises the file by its members. */
export function isPiiSpanScenarios(rows: unknown): rows is PiiSpanScenario[] {
  return (
    Array.isArray(rows) &&
    rows.length > 0 &&
    rows.every(
      (row) => typeof row === "object" && row !== null && "gold_spans" in row && "expected_tp_fp_fn" in row
    )
  );
}

export function checkPiiSpans(
  scenarios: readonly PiiSpanScenario[]
): {name: string; found: number[]; published: number[]; agrees: boolean}[] {
  return scenarios.map(({scenario, gold_spans, predicted_spans, iou_threshold, expected_tp_fp_fn}) => {
    const found = [0, 0, 0];
    for (const counts of compareSpans(
      gold_spans.map(span),
      predicted_spans.map(span),
      iou_threshold
    ).values()) {
      found[0]! += counts.truePositives;
      found[1]! += counts.falsePositives;
      found[2]! += counts.falseNegatives;
    }
    const agrees = found.every((count, index) => count === expected_tp_fp_fn[index]);
    return {name: scenario, found, published: expected_tp_fp_fn, agrees};
  });
}

function span([type, start, end]: Triple): Span {
  return {type, start, end};
}
