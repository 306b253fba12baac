import {describe, expect, it} from "vitest";
import {few, listNames} from "../../../src/evals/decisions/points.js";

describe("a list of names in a sentence", () => {
  it("names all of a few, and of many the first and how many more", () => {
    expect(listNames([])).toBe("");
    expect(listNames(["a"])).toBe("a");
    expect(listNames(["a", "b", "c"])).toBe("a, b and c");
    expect(listNames(Array.from({length: 200}, (_, i) => `m${i}`))).toBe(
      "m0, m1, m2, m3, m4, m5, m6, m7 and 192 more"
    );
  });

  it("says at a glance the first of more than five and how many more", () => {
    expect(few(["a", "b", "c", "d", "e"])).toBe("a, b, c, d and e");
    expect(few(Array.from({length: 1200}, (_, i) => `m${i}`))).toBe("m0, m1, m2 and 1,197 more");
  });
});
