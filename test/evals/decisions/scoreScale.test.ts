import {describe, expect, it} from "vitest";
import {cutOptions, cutsOf} from "../../../src/evals/decisions/cut.js";
import {
  checkGates,
  contaminationWarnings,
  decide,
  type ScoreTable
} from "../../../src/evals/decisions/index.js";
import {scaleOf, writerOf} from "../../../src/evals/decisions/scoreScale.js";
import {rng} from "../../../src/base/stats/index.js";

const ROWS = 400;
const next = rng("stars");
const stars = (mean: number) =>
  Array.from({length: ROWS}, () => Math.min(5, Math.max(1, Math.round(mean + 2 * (next() - 0.5)))));

/** Stars from 1 to 5: "old" is a star behind, "cheap" hardly. */
const best = stars(4.2);
const table: ScoreTable = {
  candidates: ["old", "cheap", "best"],
  baseline: "old",
  rowIds: Array.from({length: ROWS}, (_, row) => `r${row}`),
  values: [stars(3.1), best.map((score, row) => (row % 50 === 0 ? score - 1 : score)), best],
  binary: false
};
const costs = {old: 4, cheap: 1, best: 8};
const options = {margin: 0.5, seed: "s", costs};

describe("a scale", () => {
  it("is a proportion as long as every score lies between 0 and 1", () => {
    expect([[[0, 1, undefined]], [[0.5], [1.001]], [[-0.1]], []].map(scaleOf)).toEqual([
      "proportion",
      "plain",
      "plain",
      "proportion"
    ]);
  });

  it("writes points of a proportion, and a plain score as it is", () => {
    const {number, difference} = writerOf("plain");
    expect([4.12549, -0.5, 1234.5, -0.0001, 3].map(number)).toEqual(["4.125", "−0.5", "1,234.5", "0", "3"]);
    expect(difference(0.5)).toBe("0.5");
    expect(writerOf("proportion").number(0.8634)).toBe("86.3");
    expect(writerOf("proportion").difference(-0.0212)).toBe("−2.1 points");
  });
});

describe("a verdict on stars from 1 to 5", () => {
  const verdict = decide(table, options);
  const texts = (one: typeof verdict) =>
    [one.action, one.sentence, one.cheaper?.sentence ?? "", ...one.risks.map(({sentence}) => sentence)].join(
      " "
    );

  it("writes stars, nowhere percent or points", () => {
    expect(verdict.scale).toBe("plain");
    expect(verdict.sentence).toMatch(/differ by less than 0\.5\. Choose by cost\.$/);
    expect(verdict.cheaper!.sentence).toMatch(
      /^cheap is at most 0\.5 worse than best \(−0\.02, at worst −0\.0\d+\) and is 8\.0× cheaper\.$/
    );
    const two = decide({...table, candidates: ["old", "best"], values: [table.values[0]!, best]}, options);
    expect(two.action).toMatch(
      /^Switch to best: it is (0\.9|1\.[01])\d* \((0\.8|0\.9|1\.0)\d* to 1\.\d+\) better than old\.$/
    );
    expect(two.sentence).toMatch(/^Pick best: it scored 4\.\d+ \(4\.\d+ to 4\.\d+\), (0\.9|1\.[01])\d* \(/);
    expect(texts(verdict) + texts(two)).not.toMatch(/points|%|[1-9]\d{2}\./);
  });

  it("writes its risks in stars", () => {
    const score = (mean: number) => ({rows: 10, scored: 10, mean});
    const contamination = [
      {
        candidate: "best",
        clean: 5,
        near: 0,
        contaminated: 5,
        unknown: 0,
        share: 0.5,
        whole: score(4.2),
        onClean: score(3.7)
      }
    ];
    const facts = {otherSplit: {name: "by thread", difference: 0.6, low: 0.4, high: 0.8}, contamination};
    const {risks, action} = decide(
      {...table, values: [table.values[0]!, table.values[0]!, best]},
      {
        ...options,
        facts: {...facts, otherSplit: {...facts.otherSplit, difference: 2}}
      }
    );
    expect(risks.map(({sentence}) => sentence)).toEqual([
      "On split by thread, which keeps related rows together, the best scores 2 (0.4 to 0.8) lower.",
      "50.0% of the scored rows are not clean for best (5 stand in the training part). On the 5 clean rows it scores 3.7, on all 4.2."
    ]);
    expect(action).toMatch(/^Do not switch to best yet: its lead of (0\.9|1\.[01])\d* over old/);
    expect(contaminationWarnings(contamination, "plain")[0]).toContain("it scores 3.7, on all 4.2.");
  });

  it("is held against gates in stars", () => {
    const gates = checkGates(
      [{candidate: "best", minScore: 4, maxRegression: 0.5, maxFailureShare: 0.1}],
      table,
      verdict,
      [{candidate: "best", planned: ROWS, failed: 4}]
    );
    expect(gates.map(({rule}) => rule)).toEqual([
      "score at least 4",
      "not more than 0.5 below old",
      "share of failed rows at most 10.0%"
    ]);
    expect(gates[0]!.message).toMatch(/^4\.\d+ \(4\.\d+ to 4\.\d+\) on 400 rows$/);
    expect(gates[2]!.message).toBe("1.0% (4 of 400)");
  });

  it("keeps its scale in a slice whose scores all lie between 0 and 1", () => {
    const ones = [0, 1, 2].map((c) => table.values[c]!.map((value, row) => (row < 40 ? 1 : value)));
    const slices = {name: "kind", values: table.rowIds.map((_, row) => (row < 40 ? "bad" : "good"))};
    const cuts = cutsOf({...table, values: ones}, [slices], options);
    expect(cuts.map(({verdict: {scale}}) => scale)).toEqual(["plain", "plain", "plain"]);
    expect(cuts[1]!.verdict.sentence).toContain("scored the same on every one of 40 rows (1");
  });
});

describe("the margin of the scorer that decides", () => {
  const verdict = decide(table, options);
  const given = (decides: boolean, scale: "proportion" | "plain") =>
    cutOptions(verdict, {decides, scale, seed: "s"});

  it("is not one of other scorers", () => {
    expect(given(true, "plain")).toMatchObject({margin: 0.5, costs: verdict.costs});
    expect([given(false, "proportion").margin, given(false, "plain").margin]).toEqual([0.01, 0]);
  });

  it("ties proportions within a point where another scorer decides, and gives no advice", () => {
    const right = (share: number) => best.map((_, row) => +(row % 100 < share));
    const correct = {...table, values: [right(60), right(80), right(80)], binary: true};
    expect(decide(correct, given(true, "proportion")).sentence).toMatch(/a tie\. Choose by cost\.$/);
    const {sentence, comparisons, cheaper} = decide(correct, given(false, "proportion"));
    expect(sentence).toMatch(/^best and cheap scored the same on every one of 400 rows /);
    expect(sentence).not.toMatch(/cost/);
    expect(comparisons.map(({within}) => within)).toContain(false);
    expect(cheaper).toBeUndefined();
    const pick = decide(
      {...correct, candidates: ["a", "b", "c"], values: [right(60), right(70), right(90)]},
      {
        ...given(false, "proportion")
      }
    );
    expect(pick.sentence).toMatch(/^c scored 90\.0 /);
  });

  it("promises no number of rows where nothing can tie", () => {
    const same = {...table, candidates: ["a", "b"], values: [best, best]};
    expect(decide(same, given(false, "plain")).sentence).toMatch(
      /^a and b scored the same on every one of 400 rows \(4\.\d+, [\d.]+ to [\d.]+\)\.$/
    );
  });
});

describe("a sentence that leaves the verdict open", () => {
  it("says of those within the margin that they are", () => {
    const right = (wrong: (row: number) => boolean) => Array.from({length: 10_000}, (_, r) => +!wrong(r));
    const values = [
      right((r) => r % 5 === 0),
      right((r) => r % 5 === 0 || r % 333 === 1),
      [...right((r) => r % 5 === 0).slice(0, 200), ...Array<undefined>(9800).fill(undefined)].map(
        (value, r) => (r < 200 && r % 40 === 1 ? 0 : value)
      )
    ];
    const rowIds = values[0]!.map((_, row) => `r${row}`);
    const verdict = decide(
      {candidates: ["a", "b", "c"], rowIds, values, binary: true},
      {margin: 0.01, seed: "s"}
    );
    expect(verdict.comparisons.map(({b, within}) => [b, within])).toEqual([
      ["b", true],
      ["c", false]
    ]);
    expect(verdict.sentence).toMatch(
      /^a scored best, 80\.0 \(.*\), but is not significantly different from c; about [\d,]+ more labelled rows would be needed to decide\. b differs from it by less than 1\.0 points\.$/
    );
  });
});
