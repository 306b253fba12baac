import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {classificationReport} from "../../src/stats/index.js";
import {expectClose} from "./support.js";

describe("classification report", () => {
  it("equals the worked example of scikit-learn's user guide", () => {
    // sklearn.metrics.classification_report, "User Guide 3.4.4.6": y_true 0 1 2 2 0, y_pred 0 0 2 1 0.
    const report = classificationReport([0, 1, 2, 2, 0], [0, 0, 2, 1, 0])!;
    const rounded = report.classes.map((c) =>
      [c.precision, c.recall, c.f1].map((x) => x?.toFixed(2)).concat(String(c.support))
    );
    expect(rounded).toEqual([
      ["0.67", "1.00", "0.80", "2"],
      ["0.00", "0.00", "0.00", "1"],
      ["1.00", "0.50", "0.67", "2"]
    ]);
    expect(report.accuracy).toBe(0.6);
    expect(report.macroF1!.toFixed(2)).toBe("0.49");
    expect(report.weightedF1!.toFixed(2)).toBe("0.59");
    expect(report.confusion.counts).toEqual([
      [2, 0, 0],
      [1, 0, 0],
      [0, 1, 1]
    ]);
  });

  it("leaves out rows without an answer and counts them", () => {
    const report = classificationReport(["a", "b", "a", null], ["a", undefined, "b", "a"])!;
    expect(report).toMatchObject({n: 2, missing: 2, accuracy: 0.5});
    expect(classificationReport(["a"], [undefined])).toBeUndefined();
  });

  it("with stated labels, an answer outside them is wrong but no class of its own", () => {
    const report = classificationReport(["a", "b", "b"], ["a", "b", "I cannot tell"], {
      labels: ["a", "b", "c"]
    })!;
    expect(report.classes.map((c) => c.label)).toEqual(["a", "b", "c"]);
    expect(report.classes[2]).toMatchObject({
      support: 0,
      precision: undefined,
      recall: undefined,
      f1: undefined
    });
    expectClose(report.accuracy, 2 / 3);
    expectClose(report.macroF1, (1 + 2 / 3) / 2);
    expect(report.confusion.labels).toEqual(["a", "b", "c", "I cannot tell"]);
  });

  it("weighted recall is accuracy, and the order of rows does not matter", () => {
    const label = fc.constantFrom("a", "b", "c", "d");
    fc.assert(
      fc.property(fc.array(fc.tuple(label, label), {minLength: 1, maxLength: 60}), (rows) => {
        const of = (list: typeof rows) =>
          classificationReport(
            list.map(([x]) => x),
            list.map(([, y]) => y)
          )!;
        const report = of(rows);
        const recalled = report.classes.reduce((sum, c) => sum + (c.recall ?? 0) * c.support, 0);
        expectClose(recalled / report.n, report.accuracy, 1e-9);
        expect(of([...rows].reverse())).toEqual(report);
      })
    );
  });
});
