import {describe, expect, it} from "vitest";
import {corpusFigure, corpusJackknife, type CorpusFigure} from "../../../src/base/stats/index.js";
import fc from "../../support/property.js";

type Row = [event: number, probability: number];

function property<T>(values: fc.Arbitrary<T>, holds: (value: T) => void): void {
  fc.assert(fc.property(values, holds));
}

/** The published definitions, by counting pairs and thresholds. */
function auroc(rows: readonly Row[]): number {
  const [events, others] = [1, 0].map((event) => rows.filter((row) => row[0] === event));
  let pairs = 0;
  for (const [, p] of events!) for (const [, q] of others!) pairs += p > q ? 1 : p === q ? 0.5 : 0;
  return pairs / (events!.length * others!.length);
}

function auprc(rows: readonly Row[]): number {
  let [area, recall] = [0, 0];
  const events = rows.filter(([event]) => event === 1).length;
  for (const threshold of [...new Set(rows.map(([, p]) => p))].sort((a, b) => b - a)) {
    const shown = rows.filter(([, p]) => p >= threshold);
    const found = shown.filter(([event]) => event === 1).length;
    area += (found / events - recall) * (found / shown.length);
    recall = found / events;
  }
  return area;
}

function ece(rows: readonly Row[]): number {
  let sum = 0;
  for (let bin = 0; bin < 10; bin++) {
    const own = rows.filter(([, p]) => (bin === 0 || p > bin / 10) && (bin === 9 || p <= (bin + 1) / 10));
    sum += Math.abs(own.reduce((total, [event, p]) => total + event - p, 0));
  }
  return 1 - sum / rows.length;
}

/** By covariances of indicators (Gorodkin 2004). */
function mcc(rows: readonly (readonly string[])[]): number {
  const labels = [...new Set(rows.flat())];
  const covariance = (a: 0 | 1, b: 0 | 1) =>
    labels.reduce((sum, label) => {
      const share = (side: 0 | 1) => rows.filter((row) => row[side] === label).length / rows.length;
      return (
        sum +
        rows.reduce(
          (total, row) =>
            total + (Number(row[a] === label) - share(a)) * (Number(row[b] === label) - share(b)),
          0
        )
      );
    }, 0);
  const spread = covariance(0, 0) * covariance(1, 1);
  return spread > 1e-9 ? covariance(0, 1) / Math.sqrt(spread) : 0;
}

/** The jackknife values from figures computed anew without each row. */
function jackknifeOf<T>(rows: readonly T[], figure: (rows: readonly T[]) => number): number[] {
  const whole = figure(rows);
  const rest = rows
    .map((_, i) => figure(rows.filter((__, j) => j !== i)))
    .map((one) => (isNaN(one) ? whole : one));
  const center = rest.reduce((sum, one) => sum + one, 0) / rest.length;
  return rest.map((one) => whole + (rows.length - 1) * (center - one));
}

const same = (ours: ArrayLike<number>, theirs: readonly number[]) => {
  for (const [i, one] of theirs.entries()) expect(ours[i]).toBeCloseTo(one, 8);
};

describe("figures of probabilities and labels", () => {
  it("are those that scikit-learn's documentation shows", () => {
    const ranked: Row[] = [
      [0, 0.1],
      [0, 0.4],
      [1, 0.35],
      [1, 0.8]
    ];
    expect(corpusFigure({figure: "auroc"}, ranked)).toBeCloseTo(0.75, 12);
    expect(corpusFigure({figure: "auprc"}, ranked)).toBeCloseTo(0.8333333333, 9);
    const labels = ["++", "+-", "++", "-+"].map((pair) => [...pair]);
    expect(corpusFigure({figure: "mcc"}, labels)).toBeCloseTo(-1 / 3, 12);
  });

  it("are undefined where a class is missing, and are never half by default", () => {
    const events: Row[] = [
      [1, 0.5],
      [1, 0.7]
    ];
    expect(corpusFigure({figure: "auroc"}, events)).toBeUndefined();
    expect(
      corpusFigure(
        {figure: "auprc"},
        events.map(([, p]) => [0, p])
      )
    ).toBeUndefined();
    expect([...corpusJackknife({figure: "auroc"}, events)]).toEqual([NaN, NaN]);
  });

  it("and their jackknife values are those of the definitions, ties included", () => {
    const row = fc.tuple(
      fc.integer({min: 0, max: 1}),
      fc.integer({min: 0, max: 12}).map((k) => k / 12)
    );
    const kinds: [CorpusFigure, (rows: readonly Row[]) => number][] = [
      [{figure: "auroc"}, auroc],
      [{figure: "auprc"}, auprc],
      [{figure: "ece", bins: 10}, ece]
    ];
    property(fc.array(row, {minLength: 3, maxLength: 14}), (rows) => {
      for (const [figure, definition] of kinds) {
        const whole = definition(rows);
        if (isNaN(whole)) continue;
        expect(corpusFigure(figure, rows)).toBeCloseTo(whole, 10);
        same(corpusJackknife(figure, rows), jackknifeOf(rows, definition));
      }
    });
  });

  it("give Matthews' coefficient of several labels as covariances do", () => {
    const label = fc.constantFrom("a", "b", "constructor", "__proto__");
    property(fc.array(fc.tuple(label, label), {minLength: 3, maxLength: 14}), (rows) => {
      expect(corpusFigure({figure: "mcc"}, rows)).toBeCloseTo(mcc(rows), 10);
      same(corpusJackknife({figure: "mcc"}, rows), jackknifeOf(rows, mcc));
    });
  });
});
