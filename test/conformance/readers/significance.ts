import {csvParse} from "d3-dsv";
import {
  benjaminiHochberg,
  benjaminiYekutieli,
  binomialTest,
  bonferroni,
  clopperPearson,
  clusteredStandardError,
  holm,
  mcnemarChiSquared,
  mcnemarExact,
  mean,
  standardError,
  wilson
} from "../../../src/stats/index.js";
import {type Figure, type Reader} from "../figure.js";
import {has, type Item} from "../item.js";

interface Vectors {
  binomial_ci_95_R_binom_confint?: {successes: number; n: number}[];
  binom_test_two_sided_R?: {rows: [k: number, n: number, p0: number, p: number][]};
  mcnemar?: {table: [[number, number], [number, number]]}[];
  multiple_testing_R_multtest?: {raw_p: number[]}[];
  clustered_se_grunfeld?: {file: string};
}

const corrections = {Bonferroni: bonferroni, Holm: holm, BH: benjaminiHochberg, BY: benjaminiYekutieli};

/** Intervals, tests, corrections and clustered errors as R, Stata and others print them. */
export const significance: Reader = {
  kind: "significance vectors",
  matches: (item) => vectorFile(item) !== undefined,
  figures(item) {
    const file = vectorFile(item)!;
    const vectors = item.json(file) as Vectors;
    const figures: Figure[] = [];
    const add = (
      name: string,
      path: (string | number)[],
      ours: number | readonly number[] | undefined,
      tolerance: number
    ) => figures.push({name, ours, published: {file, path}, tolerance});
    for (const [i, {successes, n}] of (vectors.binomial_ci_95_R_binom_confint ?? []).entries()) {
      for (const [key, interval] of [
        ["wilson", wilson(successes, n)],
        ["exact", clopperPearson(successes, n)]
      ] as const) {
        const ours = interval && [interval.low, interval.high];
        add(
          `${key} interval of ${successes} in ${n}`,
          ["binomial_ci_95_R_binom_confint", i, key],
          ours,
          1e-7
        );
      }
    }
    for (const [i, [k, n, p]] of (vectors.binom_test_two_sided_R?.rows ?? []).entries()) {
      add(
        `binomial test of ${k} in ${n} against ${p}`,
        ["binom_test_two_sided_R", "rows", i, 3],
        binomialTest(k, n, p),
        1e-9
      );
    }
    for (const [i, {table}] of (vectors.mcnemar ?? []).entries()) {
      const [a, b] = [table[0][1], table[1][0]];
      add(`McNemar's exact p, ${a} against ${b}`, ["mcnemar", i, "exact_p"], mcnemarExact(a, b), 5e-7);
      for (const [key, correction] of [
        ["chi2_cc", true],
        ["chi2_nocc", false]
      ] as const) {
        const test = mcnemarChiSquared(a, b, {correction});
        add(`McNemar's ${key}, ${a} against ${b}`, ["mcnemar", i, key, 0], test?.statistic, 5e-6);
        add(`McNemar's ${key} p, ${a} against ${b}`, ["mcnemar", i, key, 1], test?.p, 5e-8);
      }
    }
    for (const [i, {raw_p: raw}] of (vectors.multiple_testing_R_multtest ?? []).entries()) {
      for (const [key, correct] of Object.entries(corrections)) {
        add(
          `${key} of ${raw.length} p values`,
          ["multiple_testing_R_multtest", i, key],
          [...correct(raw)] as number[],
          1e-9
        );
      }
    }
    if (vectors.clustered_se_grunfeld && item.files.includes(vectors.clustered_se_grunfeld.file)) {
      const rows = csvParse(item.text(vectors.clustered_se_grunfeld.file));
      const invest = rows.map((row) => Number(row.invest));
      const clustered = clusteredStandardError(
        invest,
        rows.map((row) => row.firm!)
      );
      const at = (key: string) => ["clustered_se_grunfeld", "mean_of_invest_recomputed_only", key];
      add("mean", at("mean"), mean(invest), 1e-6);
      add("standard error of independent rows", at("iid_se"), standardError(invest), 1e-6);
      add(
        "clustered standard error",
        at("cluster_se_stata_correction_G/(G-1)*(n-1)/(n-1)"),
        clustered?.standardError,
        1e-6
      );
    }
    return figures;
  }
};

function vectorFile(item: Item): string | undefined {
  const keys = [
    "binomial_ci_95_R_binom_confint",
    "binom_test_two_sided_R",
    "mcnemar",
    "multiple_testing_R_multtest"
  ];
  return item.files.find((file) => file.endsWith(".json") && keys.some((key) => has(item.json(file), key)));
}
