import {describe, expect, it} from "vitest";
import {createBits} from "../../../../src/evals/runner/journal/bits.js";

describe("createBits", () => {
  it("counts each member once", () => {
    const bits = createBits(20);
    for (const n of [0, 7, 8, 19, 19]) bits.add(n);
    expect(bits.count).toBe(4);
    expect(Array.from({length: 20}, (_bit, n) => n).filter((n) => bits.has(n))).toEqual([0, 7, 8, 19]);
  });
});
