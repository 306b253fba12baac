import {describe, expect, it} from "vitest";
import {logSoftmax, toPrediction} from "../../../src/weights/models/softmax.js";

describe("softmax", () => {
  it("gives logarithms of probabilities that sum to 1, also for scores that overflow exp", () => {
    const logs = logSoftmax([1000, 1001, 999]);
    expect(logs.reduce((sum, log) => sum + Math.exp(log), 0)).toBeCloseTo(1, 12);
    expect(logs[1]! - logs[0]!).toBeCloseTo(1, 12);
  });

  it("names the likeliest label, the first of equals", () => {
    expect(toPrediction(["a", "b"], [Math.log(0.5), Math.log(0.5)]).label).toBe("a");
    expect(toPrediction(["a", "b"], [Math.log(0.2), Math.log(0.8)]).label).toBe("b");
  });
});
