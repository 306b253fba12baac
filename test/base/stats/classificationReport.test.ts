import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {classificationReport} from "../../../src/base/stats/index.js";
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

  it("takes a row without a prediction for wrong, as scikit-learn takes an answer outside the classes", () => {
    expect(classificationReport(["a", "b"], ["a", null])).toMatchObject({n: 2, unanswered: 1, accuracy: 0.5});
    expect(classificationReport(["a"], [undefined])).toMatchObject({accuracy: 0, macroRecall: 0, macroF1: 0});
    expect(classificationReport([null], ["a"])).toBeUndefined();
    // precision_recall_fscore_support of scikit-learn 1.4.2, None written as a label that is not in `labels`.
    const report = classificationReport(
      ["cat", "dog", "cat", "bird", "dog", "cat", null],
      ["cat", null, "dog", "bird", "dog", undefined, "cat"]
    )!;
    expect(report).toMatchObject({n: 6, unanswered: 2, unlabelled: 1, accuracy: 0.5});
    expectClose(report.macroPrecision, 0.8333333333333334);
    expectClose(report.macroRecall, 0.611111111111111);
    expectClose(report.macroF1, 0.6666666666666666);
    expectClose(report.weightedPrecision, 0.8333333333333334);
    expectClose(report.weightedRecall, 0.5);
    expectClose(report.weightedF1, 0.5833333333333334);
  });

  it("gives scikit-learn's macro and weighted precision and recall, a class never predicted as 0", () => {
    const report = classificationReport([0, 1, 2, 2, 2, 0], [0, 0, 2, 2, 1, 0])!;
    expectClose(report.macroPrecision, 0.5555555555555555);
    expectClose(report.macroRecall, 0.5555555555555555);
    expectClose(report.weightedPrecision, 0.7222222222222222);
    expectClose(report.weightedRecall, 0.6666666666666666);
    expectClose(report.weightedF1, 0.6666666666666666);
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

  it("leaves a class without a denominator out of the macro averages when asked to", () => {
    const [expected, predicted] = [
      ["a", "a", "b", "c"],
      ["a", "b", "b", "a"]
    ];
    const omitted = classificationReport(expected, predicted, {withoutDenominator: "omit"})!;
    expectClose(omitted.macroPrecision!, 1 / 2);
    expectClose(classificationReport(expected, predicted)!.macroPrecision!, 1 / 3);
    expectClose(omitted.macroRecall!, 1 / 2);
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
