import {describe, expect, it} from "vitest";
import type {Finding} from "../../../src/data/privacy/index.js";
import {resolveOverlaps} from "../../../src/data/privacy/overlaps.js";

const finding = (type: string, start: number, end: number, score = 0.5): Finding => ({
  type,
  start,
  end,
  score,
  rule: `${type}/${score}`
});
const brief = (findings: Finding[]) =>
  resolveOverlaps(findings).map(({type, start, end, score}) => [type, start, end, score]);

describe("overlaps", () => {
  it("of nothing is nothing", () => {
    expect(resolveOverlaps([])).toEqual([]);
  });

  it("keep the higher score of equal spans, and the earlier of equal scores", () => {
    expect(brief([finding("A", 0, 5, 0.4), finding("B", 0, 5, 0.9)])).toEqual([["B", 0, 5, 0.9]]);
    expect(brief([finding("A", 0, 5), finding("B", 0, 5)])).toEqual([["A", 0, 5, 0.5]]);
  });

  it("drop a span inside another, whatever its score", () => {
    expect(brief([finding("A", 0, 9, 0.4), finding("B", 2, 5, 1)])).toEqual([["A", 0, 9, 0.4]]);
  });

  it("merge spans of one type and keep the stronger rule", () => {
    const merged = resolveOverlaps([finding("A", 0, 5, 0.4), finding("A", 3, 9, 0.8)]);
    expect(merged).toEqual([{type: "A", start: 0, end: 9, score: 0.8, rule: "A/0.8"}]);
  });

  it("drop what a merge has swallowed", () => {
    expect(brief([finding("A", 0, 5), finding("B", 4, 7), finding("A", 4, 9)])).toEqual([["A", 0, 9, 0.5]]);
  });

  it("leave spans of two types that only touch or cross", () => {
    expect(brief([finding("A", 0, 5), finding("B", 3, 9), finding("A", 9, 12)])).toEqual([
      ["A", 0, 5, 0.5],
      ["B", 3, 9, 0.5],
      ["A", 9, 12, 0.5]
    ]);
  });

  it("let a web address hide what is unsure, not what is sure", () => {
    expect(
      brief([finding("URL", 0, 20), finding("PHONE_NUMBER", 4, 9, 0.4), finding("CREDIT_CARD", 10, 19, 1)])
    ).toEqual([
      ["URL", 0, 20, 0.5],
      ["CREDIT_CARD", 10, 19, 1]
    ]);
    expect(brief([finding("URL", 0, 20), finding("EMAIL_ADDRESS", 4, 9, 0.9)])).toHaveLength(2);
    expect(brief([finding("URL", 0, 20), finding("EMAIL_ADDRESS", 4, 9, 0.89)])).toHaveLength(1);
  });
});
