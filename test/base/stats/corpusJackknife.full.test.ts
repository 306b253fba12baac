import {existsSync, readFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {describe, expect, it} from "vitest";
import {bleu, chrf, type Scorer} from "../../../src/evals/scorers/index.js";
import {
  classificationReport,
  corpusCounts,
  type CorpusCounts,
  corpusDifference,
  type CorpusFigure,
  corpusFigure,
  corpusJackknife,
  mean,
  meanCounts,
  meanInterval,
  pairedDifference,
  rng,
  standardError
} from "../../../src/base/stats/index.js";
import {scoreInput} from "../../evals/scorers/score.js";

const ratio: CorpusFigure = {figure: "ratio", of: "edits", over: "words"};
const errorRate: CorpusFigure = {...ratio, from: 100, times: -100};
const macroF1: CorpusFigure = {figure: "macroF1"};

/** Rows of 5 to 40 words, of which each is wrong with the row's own chance: long rows are harder. */
function edited(n: number, next: ReturnType<typeof rng>, extra = 0): number[][] {
  return Array.from({length: n}, () => {
    const words = 5 + next.int(36);
    const chance = Math.min(0.9, Math.max(0.02, 0.1 + words / 200 + 0.1 * next.normal() + extra));
    let edits = 0;
    for (let word = 0; word < words; word++) if (next() < chance) edits++;
    return [edits, words];
  });
}

describe("the jackknife values of a corpus figure", () => {
  it("have the figure of all rows as their mean, and Tukey's variance", () => {
    const rows = edited(40, rng("values"));
    const values = corpusJackknife(errorRate, rows);
    const sum = (j: number, of = rows) => of.reduce((all, row) => all + row[j]!, 0);
    const whole = 100 - (100 * sum(0)) / sum(1);
    expect(corpusFigure(errorRate, rows)).toBeCloseTo(whole, 12);
    expect(mean(values)).toBeCloseTo(whole, 10);
    const without = rows.map((_, i) => {
      const rest = rows.filter((_, other) => other !== i);
      return 100 - (100 * sum(0, rest)) / sum(1, rest);
    });
    const center = mean(without)!;
    const tukey = (39 / 40) * without.reduce((all, one) => all + (one - center) ** 2, 0);
    expect(standardError(values)! ** 2).toBeCloseTo(tukey, 10);
  });

  it("vary as the delta method says of a ratio", () => {
    const rows = edited(400, rng("delta"));
    const [edits, words] = [0, 1].map((j) => rows.reduce((all, row) => all + row[j]!, 0)) as [number, number];
    const rate = edits / words;
    const squares = rows.reduce((all, [e, w]) => all + (e! - rate * w!) ** 2, 0);
    const delta = Math.sqrt((400 / 399) * squares) / words;
    expect(standardError(corpusJackknife(ratio, rows))! / delta).toBeCloseTo(1, 2);
  });

  it("are the rows' own values where the figure is their mean, with the usual interval", () => {
    const next = rng("means");
    const scores = Array.from({length: 30}, () => next());
    const values = corpusJackknife(
      ratio,
      scores.map((score) => [score, 1])
    );
    scores.forEach((score, i) => expect(values[i]).toBeCloseTo(score, 12));
    const [ours, usual] = [meanInterval(values)!, meanInterval(scores)!];
    expect([ours.low, ours.high]).toEqual([expect.closeTo(usual.low, 12), expect.closeTo(usual.high, 12)]);
  });

  it("are all the figure where leaving a row out changes nothing, whatever rounding does", () => {
    const rows = Array.from({length: 7001}, (_, i) => [(i % 7) + 0.1, 3 * ((i % 7) + 0.1)]);
    expect(new Set(corpusJackknife(errorRate, rows)).size).toBe(1);
  });

  it("of no row are none, and of one row are its own figure", () => {
    expect([...corpusJackknife(ratio, [])]).toEqual([]);
    expect(corpusFigure(ratio, [])).toBeUndefined();
    expect([...corpusJackknife(errorRate, [[1, 4]])]).toEqual([75]);
  });

  it("take 1 for something over nothing and 0 for nothing over nothing", () => {
    expect(corpusFigure(errorRate, [[0, 0]])).toBe(100);
    expect(corpusFigure(errorRate, [[2, 0]])).toBe(0);
  });
});

describe("macro F1 of a corpus", () => {
  const next = rng("labels");
  const rows = Array.from({length: 60}, (_, i) => {
    const label = ["a", "b", "c"][i % 5 === 0 ? 2 : i % 2]!;
    return [label, next() < 0.7 ? label : ["a", "b", "c", "invented"][next.int(4)]!];
  });
  const reported = (some: readonly string[][]) => {
    const expected = some.map(([label]) => label);
    const predicted = some.map(([, label]) => label);
    return classificationReport(expected, predicted, {labels: [...new Set(expected as string[])]})!.macroF1!;
  };

  it("is that of the classification report, and so is it without any one row", () => {
    expect(corpusFigure(macroF1, rows)).toBeCloseTo(reported(rows), 12);
    const values = corpusJackknife(macroF1, rows);
    const without = rows.map((_, i) => reported(rows.filter((_, other) => other !== i)));
    const center = mean(without)!;
    rows.forEach((_, i) => expect(values[i]).toBeCloseTo(reported(rows) + 59 * (center - without[i]!), 9));
  });

  it("leaves a label away with its only row", () => {
    const alone = [...rows, ["rare", "a"]];
    const values = corpusJackknife(macroF1, alone);
    expect(mean(values)).toBeCloseTo(reported(alone), 12);
    const without = alone.map((_, i) => reported(alone.filter((_, other) => other !== i)));
    expect(values.at(-1)).toBeCloseTo(reported(alone) + 60 * (mean(without)! - without.at(-1)!), 9);
  });

  it("counts each repeat of a row as a share of it", () => {
    const twice = meanCounts([
      ["a", "a"],
      ["a", "b"]
    ])!;
    expect(twice).toEqual(["a", "a", "b"]);
    expect(corpusFigure(macroF1, [twice, ["b", "b"]])).toBeCloseTo((2 / 3 + 2 / 2.5) / 2, 12);
  });
});

describe("a row's counts", () => {
  it("are read from its details, and are not there when a member is missing or no number", () => {
    expect(corpusCounts(ratio, {edits: 2, words: 7, more: "x"})).toEqual([2, 7]);
    expect(corpusCounts(ratio, {edits: 2})).toBeUndefined();
    expect(corpusCounts(ratio, {edits: 2, words: "7"})).toBeUndefined();
    expect(corpusCounts(ratio, undefined)).toBeUndefined();
    expect(corpusCounts(macroF1, {expected: "a", predicted: 1})).toBeUndefined();
  });
  it("of several repeats are means, so that a failed repeat takes no weight from its row", () => {
    expect(
      meanCounts([
        [1, 10],
        [3, 10]
      ])
    ).toEqual([2, 10]);
    expect(meanCounts([])).toBeUndefined();
  });
});

describe("intervals of corpus figures", () => {
  const truth = (() => {
    const rows = edited(200_000, rng("truth"));
    return corpusFigure(errorRate, rows)!;
  })();

  it.each([50, 200])(
    "hold the true figure, and the true difference, 93 to 97 times in a hundred at n = %i",
    (n) => {
      const next = rng("coverage", n);
      const trials = 2000;
      let held = 0;
      let heldDifference = 0;
      for (let trial = 0; trial < trials; trial++) {
        const rows = edited(n, next);
        const values = corpusJackknife(errorRate, rows);
        const own = meanInterval(values)!;
        if (own.low <= truth && truth <= own.high) held++;
        // The other is wrong on about as many words of the same rows: the true difference is none.
        const other = rows.map(([edits, words]) => [
          Math.max(0, Math.min(words!, edits! + next.int(5) - 2 + (next() < 0.5 ? 1 : -1) * next.int(3))),
          words!
        ]);
        const shift = other.map(([edits, words], i) => [edits! - rows[i]![0]!, words!]);
        const difference = pairedDifference(values, corpusJackknife(errorRate, other))!;
        const meant = meanShift(n);
        if (difference.low <= meant && meant <= difference.high) heldDifference++;
        expect(difference.estimate).toBeCloseTo(100 * corpusFigure(ratio, shift)!, 8);
      }
      expect(held / trials).toBeGreaterThan(0.93);
      expect(held / trials).toBeLessThan(0.97);
      expect(heldDifference / trials).toBeGreaterThan(0.93);
      expect(heldDifference / trials).toBeLessThan(0.97);
    }
  );

  /** What cutting the other's edits at 0 and at all words moves it by, on very many rows. */
  const shifts = new Map<number, number>();
  function meanShift(n: number): number {
    let found = shifts.get(n);
    if (found === undefined) {
      const next = rng("shift");
      const rows = edited(200_000, next);
      const shift = rows.map(([edits, words]) => [
        Math.max(0, Math.min(words!, edits! + next.int(5) - 2 + (next() < 0.5 ? 1 : -1) * next.int(3))) -
          edits!,
        words!
      ]);
      shifts.set(n, (found = 100 * corpusFigure(ratio, shift)!));
    }
    return found;
  }

  it("are within a tenth as wide as the bootstrap's", () => {
    for (const n of [100, 400]) {
      const next = rng("widths", n);
      const [first, second] = [edited(n, next), edited(n, next, 0.03)];
      const rate = (sums: Float64Array) => 100 - (100 * sums[0]!) / sums[1]!;
      const boot = corpusDifference(first, second, rate, {seed: "widths", resamples: 10_000})!;
      const ours = pairedDifference(corpusJackknife(errorRate, first), corpusJackknife(errorRate, second))!;
      expect(ours.estimate).toBeCloseTo(boot.estimate, 9);
      expect(Math.abs((ours.high - ours.low) / (boot.high - boot.low) - 1)).toBeLessThan(0.1);
    }
  });
});

const shared = join(
  process.env.ASSAY_SHARED ?? resolve(import.meta.dirname, "../../../shared"),
  "data/wmt17-ende-mt"
);
const absent = existsSync(shared) ? "" : " (skipped: the shared collections are not here; set ASSAY_SHARED)";
if (absent) console.log(`published translations${absent}`);
describe.skipIf(absent !== "")(`published translations${absent}`, () => {
  const lines = (file: string) => readFileSync(join(shared, file), "utf8").trimEnd().split("\n");
  const counts = async (scorer: Scorer, system: string): Promise<CorpusCounts[]> => {
    const references = lines("reference.de.txt");
    const found: CorpusCounts[] = [];
    for (const [i, output] of lines(`${system}.txt`).entries()) {
      const {details} = (await scorer(scoreInput(output, references[i]))) as {details: object};
      found.push(corpusCounts(scorer.corpus!, details)!);
    }
    return found;
  };
  interface Published {
    bleu_13a_recomputed: number;
    chrf2_published?: number;
    recomputed?: {approx_randomization_p: number};
  }
  const published = () =>
    JSON.parse(readFileSync(join(shared, "expected.json"), "utf8")) as {
      systems: Record<string, Published>;
      baseline: string;
    };

  it("have sacreBLEU's corpus BLEU and chrF2 as the mean of their values", async () => {
    for (const [system, figures] of Object.entries(published().systems)) {
      const bleuValues = corpusJackknife(bleu().corpus!, await counts(bleu(), system));
      expect(Math.abs(mean(bleuValues)! - figures.bleu_13a_recomputed), system).toBeLessThan(5e-5);
      if (figures.chrf2_published === undefined) continue;
      const chrfValues = corpusJackknife(chrf().corpus!, await counts(chrf(), system));
      expect(Math.abs(mean(chrfValues)! - figures.chrf2_published), system).toBeLessThan(0.05);
    }
  }, 60_000);

  it("differ with p values near those of approximate randomisation", async () => {
    const {systems, baseline} = published();
    const words = bleu({tokenizer: "none"});
    const own = corpusJackknife(words.corpus!, await counts(words, baseline));
    for (const [system, {recomputed}] of Object.entries(systems)) {
      if (!recomputed) continue;
      const {p} = pairedDifference(corpusJackknife(words.corpus!, await counts(words, system)), own)!;
      expect(Math.abs(p - recomputed.approx_randomization_p), system).toBeLessThan(0.015);
    }
  }, 60_000);
});
