import {beforeAll, describe, expect, it} from "vitest";
import {learningCurve} from "../../../src/report/components/lineage/learningCurve.js";
import {shownIn, useDocument, written} from "./support/drawn.js";

const curve = (steps: number) => {
  const training = Array.from({length: steps}, (_, i) => ({step: i + 1, loss: 3 - i / steps}));
  return shownIn(
    learningCurve({model: "m", name: "tiny", steps, resultStep: steps, every: 1, training, validation: []})
  );
};

describe("a learning curve", () => {
  beforeAll(() => useDocument(() => 1100));

  it.each([
    [1, ["0", "1"]],
    [3, ["0", "1", "2", "3"]],
    [12, ["0", "2", "4", "6", "8", "10", "12"]]
  ])("of %i steps has ticks at whole steps alone", (steps, ticks) => {
    expect(written(curve(steps)).filter((text) => /^\d+$/.test(text))).toEqual(ticks);
  });

  it("marks the points of a short line, which may be one, and not those of a long one", () => {
    expect(curve(1).querySelectorAll("svg circle")).toHaveLength(1);
    expect(curve(3).querySelectorAll("svg circle")).toHaveLength(3);
    expect(curve(200).querySelectorAll("svg circle")).toHaveLength(0);
  });
});
