import {describe, expect, it} from "vitest";
import {decide, pairwise, type ScoreTable} from "../../../src/evals/decisions/index.js";
import {holm, pairedDifference, rng} from "../../../src/base/stats/index.js";

const next = rng("pairwise");
const rows = 300;
const table: ScoreTable = {
  candidates: ["a", "b", "c", "none"],
  rowIds: Array.from({length: rows}, (_, r) => `r${r}`),
  clusters: Array.from({length: rows}, (_, r) => (r % 7 === 0 ? null : `t${r >> 2}`)),
  values: [
    ...[0.9, 0.8, 0.5].map((p) =>
      Array.from({length: rows}, () => (next() < 0.05 ? undefined : Number(next() < p)))
    ),
    new Array<undefined>(rows).fill(undefined)
  ],
  binary: true
};
const slicing = {
  name: "topic",
  values: Array.from({length: rows}, (_, r) => (r % 10 === 9 ? undefined : `s${r % 3}`))
};

describe("all pairs", () => {
  it("are compared over all rows and in every slice, and adjusted over what was compared", () => {
    const found = pairwise(table, [slicing], {alpha: 0.1});
    expect(found.pairs.map(({a, b}) => a + b)).toEqual(["ab", "ac", "anone", "bc", "bnone", "cnone"]);
    expect(found.slices.map(({value, rows: n}) => [value, n])).toEqual(
      ["s0", "s1", "s2"].map((value) => [value, slicing.values.filter((one) => one === value).length])
    );
    expect(found.comparisons).toBe(9);
    const at = table.rowIds.flatMap((_, r) => (slicing.values[r] === "s1" ? [r] : []));
    const take = (c: number) => at.map((r) => table.values[c]![r]);
    const expected = pairedDifference(take(0), take(2), {
      level: 0.9,
      clusters: at.map((r) => table.clusters![r] ?? `row ${r}`)
    })!;
    const pair = found.slices[1]!.pairs[1]!;
    expect(pair).toMatchObject({a: "a", b: "c", rows: expected.n, method: "clustered t"});
    for (const [ours, theirs] of [
      [pair.difference, expected.estimate],
      [pair.low, expected.low],
      [pair.high, expected.high],
      [pair.pValue, expected.p]
    ])
      expect(ours).toBeCloseTo(theirs!, 12);
    for (const pairs of [found.pairs, found.slices.flatMap((slice) => slice.pairs)])
      expect(pairs.map(({adjustedP}) => adjustedP)).toEqual(holm(pairs.map(({pValue}) => pValue)));
  });

  it("without a shared row has no figures, and no p value that others pay for", () => {
    const {pairs} = pairwise(table);
    expect(pairs[2]).toEqual({a: "a", b: "none", rows: 0});
    expect(pairs[0]!.adjustedP).toBeLessThanOrEqual(3 * pairs[0]!.pValue!);
  });

  it("are the verdict's own comparisons", () => {
    const {best, comparisons} = decide(table, {margin: 0.02, seed: "s"});
    expect(best).toBe("a");
    const {pairs} = pairwise({...table, candidates: ["a", "b", "c"], values: table.values.slice(0, 3)});
    expect(comparisons).toMatchObject(pairs.filter(({a}) => a === "a"));
  });

  it("of no rows are all without figures", () => {
    const none = pairwise({candidates: ["a", "b"], rowIds: [], values: [[], []], binary: true}, [
      {name: "topic", values: []}
    ]);
    expect(none).toEqual({alpha: 0.05, pairs: [{a: "a", b: "b", rows: 0}], slices: [], comparisons: 0});
  });
});
