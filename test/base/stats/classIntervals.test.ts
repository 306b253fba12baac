import {describe, expect, it} from "vitest";
import {classIntervals, f1Interval, meanInterval, rng, wilson} from "../../../src/base/stats/index.js";

const LABELS = ["a", "b", "c"];

function labelled(rows: number, seed: string) {
  const draw = rng(seed);
  const expected = Array.from({length: rows}, () => LABELS[Math.floor(draw() * 3)]!);
  return {
    expected,
    predicted: expected.map((label) => (draw() < 0.7 ? label : LABELS[Math.floor(draw() * 3)]!))
  };
}

describe("classIntervals", () => {
  const {expected, predicted} = labelled(300, "classes");

  it("are Wilson's where rows are independent", () => {
    const found = classIntervals(expected, predicted);
    for (const label of LABELS) {
      const support = expected.filter((one) => one === label).length;
      const answered = predicted.filter((one) => one === label).length;
      const right = expected.filter((one, i) => one === label && predicted[i] === label).length;
      expect(found.get(label)).toEqual({
        precision: wilson(right, answered),
        recall: wilson(right, support),
        f1: f1Interval(right, support, answered)
      });
    }
  });

  it("are as wide for every row four times as for each once when the four are one group", () => {
    const once = classIntervals(expected, predicted).get("a")!;
    const four = <T>(values: readonly T[]) => values.flatMap((value) => [value, value, value, value]);
    const clusters = four(expected.map((_label, i) => i));
    const grouped = classIntervals(four(expected), four(predicted), {clusters}).get("a")!;
    const blind = classIntervals(four(expected), four(predicted)).get("a")!;
    const width = ({low, high}: {low: number; high: number}) => high - low;
    for (const figure of ["precision", "recall", "f1"] as const) {
      expect(width(grouped[figure]!) / width(once[figure]!)).toBeCloseTo(1, 1);
      expect(width(blind[figure]!) / width(once[figure]!)).toBeCloseTo(0.5, 1);
    }
  });

  it("take recall as the clustered mean of the class's own rows", () => {
    const clusters = expected.map((_label, i) => i % 40);
    const own = expected.flatMap((label, i) => (label === "b" ? [i] : []));
    const mean = meanInterval(
      own.map((i) => Number(predicted[i] === "b")),
      {clusters: own.map((i) => clusters[i]!)}
    )!;
    const {recall} = classIntervals(expected, predicted, {clusters}).get("b")!;
    expect(recall).toEqual({low: mean.low, high: mean.high});
  });

  it("are absent for what cannot be told: no such row, rows without a label, one group alone", () => {
    const found = classIntervals(["a", "a", null, "b"], ["c", "c", "a", undefined], {
      clusters: ["g", "g", "h", "h"]
    });
    expect(found.get("a")).toEqual({precision: undefined, recall: undefined, f1: undefined});
    expect(found.get("b")).toBeUndefined();
    expect(classIntervals([], []).size).toBe(0);
  });
});
