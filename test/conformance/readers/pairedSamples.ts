import {meanInterval, pairedDifference, wilcoxonSignedRank} from "../../../src/base/stats/index.js";
import {decimals, type Path, type Reader, type ValueFigure} from "../figure.js";
import {type Item, jsonFiles, type JsonObject} from "../item.js";
import {type Case, casesIn} from "./cases.js";

/** Members that hold two candidates' scores on the same rows. */
const pairs = [
  [/^(first|x|a|before|scores?_?(1|a)|sample_?1)$/i, /^(second|y|b|after|scores?_?(2|b)|sample_?2)$/i]
] as const;

/** Members that hold what a test printed, alone or in an object with a statistic and a p value. */
const TESTS = {
  t: /^(t_?test|ttest_?rel|paired_?t(_?test)?|student)/i,
  wilcoxon: /^(wilcoxon|signed_?rank)/i
};
const P = /^p(_?val(ue)?)?$/i;

/** Two lists of scores with the paired t test or Wilcoxon's test of them, as SciPy and R print them. */
export const pairedSamples: Reader = {
  kind: "paired samples",
  matches: (item) => vectorFiles(item).length > 0,
  figures: (item) =>
    vectorFiles(item).flatMap((file) =>
      casesIn(item.json(file), isCase).flatMap((one) => [...tTests(file, one), ...signedRanks(file, one)])
    ),
  vectors: {
    files: vectorFiles,
    inputs: new RegExp(
      `(^|/)(${[...pairs.flat()].map(({source}) => source.slice(2, -2)).join("|")})(/|$)|/(n|df|level)$`,
      "i"
    )
  },
  notReproduced: [{path: /wilcoxon.*(statistic|z)$/i, why: "programs report different sums of ranks"}]
};

function isCase(value: JsonObject): boolean {
  const tested = Object.keys(value).some((key) => Object.values(TESTS).some((test) => test.test(key)));
  return tested && samplesOf(value) !== undefined;
}

function samplesOf(value: JsonObject): [number[], number[]] | undefined {
  for (const names of pairs) {
    const [a, b] = names.map((name) => Object.entries(value).find(([key]) => name.test(key))?.[1]);
    if (isNumbers(a) && isNumbers(b) && a.length === b.length) return [a, b];
  }
  return undefined;
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 1 && value.every((one) => typeof one === "number");
}

function tTests(file: string, {path, value}: Case): ValueFigure[] {
  const [a, b] = samplesOf(value)!;
  // Scores of 0 and 1 get other tests here: the same differences beyond 0 to 1 are given the t test.
  const shifted = (list: readonly number[]) => list.map((one) => one + 2);
  const found = pairedDifference(shifted(a), shifted(b));
  const t = found && found.estimate / found.standardError!;
  const at = (field: RegExp): Path => [...path, TESTS.t, field];
  const figure = figuresOf(file);
  return [
    figure("paired t", at(/^(t|statistic)$/i), t),
    figure("its degrees of freedom", at(/^df$/i), found?.df),
    figure("its p", at(P), found?.p),
    figure("its mean difference", at(/^(mean_?)?(difference|diff|estimate)$/i), found?.estimate),
    figure("its interval", at(/^(ci|conf|interval)/i), found && [found.low, found.high]),
    figure("mean of the first", [...path, /^mean_?(1|a|x|first)$/i], meanInterval(a)?.estimate)
  ];
}

function signedRanks(file: string, {path, value}: Case): ValueFigure[] {
  const [a, b] = samplesOf(value)!;
  const found = wilcoxonSignedRank(a, b);
  const figure = figuresOf(file);
  const sums = found && [found.statistic, (found.n * (found.n + 1)) / 2 - found.statistic];
  const at = (field: RegExp): Path => [...path, TESTS.wilcoxon, field];
  return [
    figure("Wilcoxon's p", at(P), found?.p),
    {
      ...figure("its sum of ranks, of either sign", at(/^(w|v|statistic)$/i), sums?.[0]),
      agrees: (_, [theirs]) => sums?.some((own) => Math.abs(own - theirs!) < 1e-9) ?? false
    }
  ];
}

/** Held to what is printed, where that has few digits. */
function figuresOf(file: string) {
  return (name: string, path: Path, ours: number | number[] | undefined): ValueFigure => ({
    name: `${name}, ${path.filter((step) => !(step instanceof RegExp)).join(" ")}`,
    ours,
    published: {file, path},
    tolerance: 1e-9,
    agrees: (own, theirs) =>
      own.length === theirs.length &&
      own.every((one, i) => {
        const places = Math.max(...theirs.map(decimals));
        const tolerance = places > 9 ? 1e-9 : Math.min(0.005, 0.5 * 10 ** -places);
        return Math.abs(one - theirs[i]!) <= Math.max(1e-9, tolerance) + 1e-12;
      })
  });
}

function vectorFiles(item: Item): string[] {
  return jsonFiles(item, (content) => casesIn(content, isCase).length > 0);
}
