import {bleu, chrf} from "../../../src/evals/scorers/index.js";
import {type BleuCounts, bleuScore} from "../../../src/base/stats/corpus/bleu.js";
import {corpusOf} from "../../evals/scorers/corpusOf.js";
import {type CorpusDifference, corpusDifference} from "../../../src/base/stats/index.js";
import {expected, type Figure, type Reader} from "../figure.js";
import {type Item, stemOf} from "../item.js";
import {type RowScore, scoredRows, throughRunner} from "../throughRunner.js";

const resamples = 10_000;

/** Published p values come from another seed and another program, and may differ by 0.015; ours has an error of its own too. */
function pAgrees(ours: number, published: number): boolean {
  const error = Math.sqrt((published * (1 - published)) / resamples);
  return Math.abs(ours - published) <= 0.015 + 2 * error + 1e-12;
}

const order = 4;

/**
 * Reference translations and several systems' outputs, a segment a line. P values are for the difference to a
 * baseline system, on BLEU of words divided by white space.
 */
export const translations: Reader = {
  kind: "machine translations",
  matches: (item) => systemFiles(item).length > 0,
  async figures(item) {
    const references = referenceFiles(item).map((file) => segments(item, file));
    const rows = references[0]!.map((_, i) => ({
      id: String(i),
      prompt: "",
      expected: references.length === 1 ? references[0]![i]! : references.map((each) => each[i]!)
    }));
    const outputs = Object.fromEntries(
      systemFiles(item).map((file) => [
        stemOf(file),
        new Map(segments(item, file).map((line, i) => [String(i), line]))
      ])
    );
    const bleu13a = await throughRunner(rows, outputs, bleu());
    const bleuWords = await throughRunner(rows, outputs, bleu({tokenizer: "none"}));
    const chrf2 = await throughRunner(rows, outputs, chrf());
    const figures: Figure[] = [{name: "segments", ours: rows.length, published: expected("n_segments")}];
    for (const system of Object.keys(outputs)) {
      const at = (...path: string[]) => expected("systems", system, ...path);
      const name = (figure: string) => `${system}: ${figure}`;
      const exact = corpusOf(bleu(), scoredRows(bleu13a[system]!));
      figures.push(
        {name: name("BLEU"), ours: exact, published: at("bleu_published"), tolerance: 0.05},
        {name: name("BLEU, 4 decimals"), ours: exact, published: at("bleu_13a_recomputed"), tolerance: 5e-5},
        {
          name: name("BLEU of words"),
          ours: corpusOf(bleu({tokenizer: "none"}), scoredRows(bleuWords[system]!)),
          published: at("bleu_whitespace_tok_recomputed"),
          tolerance: 5e-5
        },
        {
          name: name("chrF2"),
          ours: corpusOf(chrf(), scoredRows(chrf2[system]!)),
          published: at("chrf2_published"),
          tolerance: 0.05
        }
      );
    }
    const systems = Object.keys(outputs);
    for (const baseline of systems) {
      for (const system of systems)
        if (system !== baseline) figures.push(...significance(bleuWords, baseline, system));
    }
    return figures;
  }
};

function significance(scores: Record<string, RowScore[]>, baseline: string, system: string): Figure[] {
  let difference: CorpusDifference | undefined;
  const test = () =>
    (difference ??= corpusDifference(countsOf(scores[system]!), countsOf(scores[baseline]!), bleuOfSums, {
      seed: "conformance",
      resamples
    }));
  const figure = (name: string, ours: () => number | undefined, ...path: string[]): Figure => ({
    name: `${system}: ${name}`,
    ours,
    published: {...expected("systems", system, ...path), when: {path: ["baseline"], is: baseline}},
    agrees: ([own], [theirs]) => pAgrees(own!, theirs!)
  });
  const [moses, swapped] = [() => test()?.mosesP, () => test()?.permutationP];
  return [
    figure("Moses bootstrap p", moses, "moses_paired_bootstrap_p_published"),
    figure("bootstrap p, recomputed", moses, "recomputed", "paired_bootstrap_p"),
    figure("randomisation p", swapped, "multeval_approx_randomization_p_bleu_published"),
    figure("randomisation p, recomputed", swapped, "recomputed", "approx_randomization_p")
  ];
}

function countsOf(scores: readonly RowScore[]): number[][] {
  return scoredRows(scores).map(({details}) => {
    const {matches, totals, length, referenceLength} = details as unknown as BleuCounts;
    return [length, referenceLength, ...matches, ...totals];
  });
}

function bleuOfSums(sums: Float64Array): number {
  const [length, referenceLength, ...counts] = sums;
  return bleuScore({
    matches: counts.slice(0, order),
    totals: counts.slice(order),
    length: length!,
    referenceLength: referenceLength!
  });
}

function segments(item: Item, file: string): string[] {
  return item
    .text(file)
    .replace(/\r?\n$/, "")
    .split(/\r?\n/);
}

/** Those of one length, that of the first. */
function referenceFiles(item: Item): string[] {
  const named = textFiles(item).filter((file) => /^(.*[._-])?ref(erence)?s?[_-]?(\d+|[a-z])?\b/i.test(file));
  return named.filter((file) => segments(item, file).length === segments(item, named[0]!).length);
}

/** Texts of as many segments as the reference. */
function systemFiles(item: Item): string[] {
  const references = referenceFiles(item);
  if (references.length === 0) return [];
  const length = segments(item, references[0]!).length;
  return textFiles(item).filter(
    (file) => !references.includes(file) && segments(item, file).length === length
  );
}

function textFiles(item: Item): string[] {
  return item.files.filter((file) => /\.txt$/i.test(file));
}
