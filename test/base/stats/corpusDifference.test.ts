import {readFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {corpusDifference, pairedBootstrap} from "../../../src/base/stats/index.js";
import {fixtures, published, readJson} from "./support.js";

/** BLEU's counts of a segment on whitespace tokens: matches and totals for n = 1 … 4, and both lengths. */
function bleuCounts(output: string, reference: string): number[] {
  const words = output.split(/\s+/).filter(Boolean);
  const truth = reference.split(/\s+/).filter(Boolean);
  const counts: number[] = [];
  for (let n = 1; n <= 4; n++) {
    const grams = (list: string[]) => {
      const seen = new Map<string, number>();
      for (let i = 0; i + n <= list.length; i++) {
        const gram = list.slice(i, i + n).join(" ");
        seen.set(gram, (seen.get(gram) ?? 0) + 1);
      }
      return seen;
    };
    const expected = grams(truth);
    let matches = 0;
    for (const [gram, count] of grams(words)) matches += Math.min(count, expected.get(gram) ?? 0);
    counts.push(matches, Math.max(0, words.length - n + 1));
  }
  return [...counts, words.length, truth.length];
}

function bleu(sums: ArrayLike<number>): number {
  let logs = 0;
  for (let n = 0; n < 4; n++) logs += Math.log(sums[2 * n]! / sums[2 * n + 1]!) / 4;
  return 100 * Math.exp(logs + Math.min(0, 1 - sums[9]! / sums[8]!));
}

const wmt = published("wmt17-ende-mt");

describe("differences of corpus figures", () => {
  it.skipIf(!wmt)("give the published p values for BLEU of WMT17 systems", {tags: ["long"]}, () => {
    const {baseline, systems} = readJson(wmt!, "expected.json");
    const read = (name: string) =>
      readFileSync(join(wmt!, `${name}.txt`), "utf8")
        .replace(/\n$/, "")
        .split("\n");
    const reference = read("reference.de");
    const countsOf = (name: string) => read(name).map((line, i) => bleuCounts(line, reference[i]!));
    const base = countsOf(baseline);
    expect(base.length).toBe(3004);
    let compared = 0;
    for (const [name, expected] of Object.entries<Record<string, number>>(systems)) {
      if (name === baseline) continue;
      const d = corpusDifference(countsOf(name), base, bleu, {seed: "wmt17", resamples: 2000})!;
      const published =
        expected.bleu_whitespace_tok_recomputed! - systems[baseline].bleu_whitespace_tok_recomputed;
      expect(d.estimate).toBeCloseTo(published, 3);
      expect(Math.abs(d.mosesP - expected.moses_paired_bootstrap_p_published!)).toBeLessThan(0.01);
      expect(
        Math.abs(d.permutationP - expected.multeval_approx_randomization_p_bleu_published!)
      ).toBeLessThan(0.01);
      compared++;
    }
    expect(compared).toBe(5);
  });

  it("of a figure that is a mean agree with the bootstrap of means", () => {
    const {first, second} = fixtures.paired_t;
    const rows = (list: number[]) => list.map((x) => [x, 1]);
    const d = corpusDifference(rows(first), rows(second), (s) => s[0]! / s[1]!, {
      seed: 3,
      resamples: 20_000
    })!;
    const means = pairedBootstrap(first, second, {seed: 3, resamples: 20_000})!;
    expect(d.estimate).toBeCloseTo(means.estimate, 12);
    expect(Math.abs(d.low - means.low)).toBeLessThan(0.1 * means.standardError);
    expect(Math.abs(d.high - means.high)).toBeLessThan(0.1 * means.standardError);
    expect(corpusDifference([], [], () => 0, {seed: 1})).toBeUndefined();
  });
});
