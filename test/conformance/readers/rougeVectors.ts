import {rouge, type RougeOptions} from "../../../src/scorers/index.js";
import {rougeScore} from "../../../src/scorers/rougeScore.js";
import {type Figure, type Reader} from "../figure.js";
import {has, type Item} from "../item.js";
import {throughRunner} from "../throughRunner.js";

interface Vectors {
  pairs: {target: string; prediction: string}[];
  /** Keys are the measures, some with "_stemmed" behind. */
  expected_rouge155: Record<string, unknown>;
  extra?: [target: string, prediction: string, type: string, ...unknown[]][];
}

/** Texts with ROUGE-1.5.5's recall, precision and F: five decimals; the extra ones have four or more. */
export const rougeVectors: Reader = {
  kind: "ROUGE vectors",
  matches: (item) => vectorFile(item) !== undefined,
  async figures(item) {
    const file = vectorFile(item)!;
    const {pairs, expected_rouge155: measures, extra = []} = item.json(file) as Vectors;
    const figures: Figure[] = [];
    const rows = pairs.map((pair, i) => ({id: String(i), prompt: "", expected: pair.target}));
    const outputs = {system: new Map(pairs.map((pair, i) => [String(i), pair.prediction]))};
    for (const measure of Object.keys(measures).filter((key) => key !== "columns")) {
      const [type, stem] = [measure.replace(/_stemmed$/, ""), measure.endsWith("_stemmed")];
      const scores = (await throughRunner(rows, outputs, rouge({type, stem} as RougeOptions))).system!;
      for (const [i, row] of scores.entries()) {
        const ours =
          row.status === "scored"
            ? [row.details!.recall as number, row.details!.precision as number, row.value]
            : undefined;
        figures.push({
          name: `${measure} of pair ${i + 1}`,
          ours,
          published: {file, path: ["expected_rouge155", measure, i]},
          tolerance: 1e-5
        });
      }
    }
    for (const [i, [target, prediction, type]] of extra.entries()) {
      const {recall, precision, f} = rougeScore(
        prediction,
        target,
        type as NonNullable<RougeOptions["type"]>
      );
      for (const [column, ours] of [recall, precision, f].entries()) {
        figures.push({
          name: `${type} of extra ${i + 1}, ${["recall", "precision", "F"][column]!}`,
          ours,
          published: {file, path: ["extra", i, 3 + column]},
          tolerance: 1e-4
        });
      }
    }
    return figures;
  }
};

function vectorFile(item: Item): string | undefined {
  return item.files.find(
    (file) => file.endsWith(".json") && has(item.json(file), "pairs", "expected_rouge155")
  );
}
