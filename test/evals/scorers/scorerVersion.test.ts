import {describe, expect, it} from "vitest";
import {
  exactMatch,
  numeric,
  type Scorer,
  scorerVersion,
  withSettings
} from "../../../src/evals/scorers/index.js";

describe("scorerVersion", () => {
  it("is a SHA-256 that stays the same for the same scorer and settings", () => {
    expect(scorerVersion(exactMatch)).toMatch(/^[0-9a-f]{64}$/);
    expect(scorerVersion(numeric({absolute: 1}))).toBe(scorerVersion(numeric({absolute: 1})));
  });
  it("changes with the settings, though the source text is the same", () => {
    const versions = [numeric(), numeric({absolute: 1}), numeric({after: "A:"}), exactMatch].map(
      scorerVersion
    );
    expect(new Set(versions).size).toBe(4);
  });
  it("changes with the text of the scorer, of its corpus figure and of what the eval gives it", () => {
    const one: Scorer = () => 1;
    const zero: Scorer = () => 0;
    const helper = (text: string) => text.trim();
    const other = (text: string) => text;
    const versions = [
      scorerVersion(one),
      scorerVersion(zero),
      scorerVersion(withSettings(() => 1, {}, {given: [helper]})),
      scorerVersion(withSettings(() => 1, {}, {given: [other]})),
      scorerVersion(withSettings(() => 1, {}, {corpus: {figure: "ratio", of: "a", over: "b"}})),
      scorerVersion(withSettings(() => 1, {}, {corpus: {figure: "ratio", of: "a", over: "c"}}))
    ];
    expect(new Set(versions).size).toBe(6);
  });
  it("does not depend on the order of the settings' keys", () => {
    const make = (settings: {[key: string]: number}) => scorerVersion(withSettings(() => 1, settings));
    expect(make({a: 1, b: 2})).toBe(make({b: 2, a: 1}));
    expect(make({a: 1, b: 2})).not.toBe(make({a: 2, b: 1}));
  });
});
