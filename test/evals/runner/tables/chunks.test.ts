import {describe, expect, it} from "vitest";
import {rangesOf} from "../../../../src/evals/runner/tables/chunks.js";

describe("rangesOf", () => {
  it("covers every number once, in order, and is empty for none", () => {
    expect(rangesOf(0)).toEqual([]);
    expect(rangesOf(5, 2)).toEqual([
      {from: 0, to: 2},
      {from: 2, to: 4},
      {from: 4, to: 5}
    ]);
  });
});
