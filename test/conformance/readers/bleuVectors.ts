import {bleu, type BleuOptions} from "../../../src/scorers/index.js";
import {type BleuCounts, bleuCounts, bleuScore} from "../../../src/scorers/bleuScore.js";
import {type Figure, type Reader} from "../figure.js";
import {has, type Item} from "../item.js";
import {scoredRows, throughRunner} from "../throughRunner.js";

type Case = [outputs: string[], references: string[][], ...unknown[]];

interface Vectors {
  corpus_bleu?: [
    string[],
    string[][],
    {tokenize?: string; smooth_method?: string; smooth_value?: number; lowercase?: boolean},
    unknown
  ][];
  "raw_corpus_bleu_floor0.01_score_div_100"?: Case[];
  "effective_order_raw_floor0.01_score_div_100"?: Case[];
  scoring_from_counts_score_div_100?: [[{common: number[]; total: number[]}, number, number], unknown][];
  statistics?: Case[];
}

/** The raw cases: no tokenizer, and a floor of 0.01 under counts. */
const raw = {tokenizer: "none", smoothing: "floor", smoothingValue: 0.01} as const;

/** Outputs, one list of references a row of references, and the BLEU that sacreBLEU's tests expect. */
export const bleuVectors: Reader = {
  kind: "BLEU vectors",
  matches: (item) => vectorFile(item) !== undefined,
  async figures(item) {
    const file = vectorFile(item)!;
    const vectors = item.json(file) as Vectors;
    const figures: Figure[] = [];
    const add = (
      group: keyof Vectors,
      i: number,
      path: (string | number)[],
      ours: Figure extends infer F ? (F extends {ours: infer O} ? O : never) : never,
      scale = 1
    ) =>
      figures.push({
        name: `${group}, ${i + 1}`,
        ours,
        published: {file, path: [group, i, ...path], scale},
        tolerance: 1e-6
      });
    for (const [i, [outputs, references, options]] of (vectors.corpus_bleu ?? []).entries()) {
      const {tokenize, smooth_method: smoothing, smooth_value: smoothingValue, lowercase} = options;
      add(
        "corpus_bleu",
        i,
        [3],
        await corpus(outputs, references, {
          tokenizer: tokenize,
          smoothing,
          smoothingValue,
          lowercase
        } as BleuOptions)
      );
    }
    for (const [i, [outputs, references]] of (
      vectors["raw_corpus_bleu_floor0.01_score_div_100"] ?? []
    ).entries()) {
      add("raw_corpus_bleu_floor0.01_score_div_100", i, [2], await corpus(outputs, references, raw), 100);
    }
    for (const [i, [outputs, references]] of (
      vectors["effective_order_raw_floor0.01_score_div_100"] ?? []
    ).entries()) {
      const [counts] = segments(outputs, references);
      add(
        "effective_order_raw_floor0.01_score_div_100",
        i,
        [2],
        bleuScore(counts!, {...raw, effectiveOrder: true}),
        100
      );
    }
    for (const [i, [[counts, length, referenceLength]]] of (
      vectors.scoring_from_counts_score_div_100 ?? []
    ).entries()) {
      const ours = bleuScore(
        {matches: counts.common, totals: counts.total, length, referenceLength},
        {smoothing: "none"}
      );
      add("scoring_from_counts_score_div_100", i, [1], ours, 100);
    }
    for (const [i, [outputs, references]] of (vectors.statistics ?? []).entries()) {
      const [counts] = segments(outputs, references);
      add("statistics", i, [2, "common"], counts!.matches);
      add("statistics", i, [2, "total"], counts!.totals);
    }
    return figures;
  }
};

/** Each list holds one reference for every output. */
function referencesOf(references: readonly string[][], row: number): string[] {
  return references.map((list) => list[row]!);
}

function segments(outputs: readonly string[], references: readonly string[][]): BleuCounts[] {
  return outputs.map((output, i) => bleuCounts(output, referencesOf(references, i), {tokenizer: "none"}));
}

async function corpus(
  outputs: readonly string[],
  references: readonly string[][],
  options: BleuOptions
): Promise<number | undefined> {
  const scorer = bleu(options);
  const rows = outputs.map((_, i) => ({id: String(i), prompt: "", expected: referencesOf(references, i)}));
  const given = {system: new Map(outputs.map((output, i) => [String(i), output]))};
  return scorer.aggregate!(scoredRows((await throughRunner(rows, given, scorer)).system!));
}

const groups: readonly (keyof Vectors)[] = [
  "corpus_bleu",
  "raw_corpus_bleu_floor0.01_score_div_100",
  "effective_order_raw_floor0.01_score_div_100",
  "scoring_from_counts_score_div_100"
];

function vectorFile(item: Item): string | undefined {
  return item.files.find(
    (file) => file.endsWith(".json") && groups.some((group) => has(item.json(file), group))
  );
}
