import {describe, expect, it} from "vitest";
import {verdictText} from "../../src/cli/verdict.js";
import {decide} from "../../src/decisions/index.js";
import type {RunManifest} from "../../src/store/index.js";

/** "a" is right on 36 of the first 45 rows and on the other 55, "b" on 33 and "c" on 30 of the 45 that they got to. */
function verdictOf(reached: number) {
  const until = (right: number) => (_: unknown, i: number) =>
    i < reached ? (i < right || i >= 45 ? 1 : 0) : undefined;
  const rows = Array.from({length: 100});
  return decide(
    {
      candidates: ["a", "b", "c"],
      rowIds: rows.map((_, i) => `r${i}`),
      values: [rows.map((_, i) => (i < 36 || i >= 45 ? 1 : 0)), rows.map(until(33)), rows.map(until(30))],
      binary: true
    },
    {margin: 0.01, seed: "1"}
  );
}

const run = (status: RunManifest["status"], more: Partial<RunManifest> = {}) =>
  ({
    eval: "sums",
    status,
    split: {name: "random"},
    dataset: {name: "sums", version: "v"},
    counts: {planned: 300},
    primaryScorer: "exact",
    ...more
  }) as RunManifest;

describe("the verdict in the terminal", () => {
  it("says which rows the best one's corrected mean is over, and that the run is partial", () => {
    const verdict = verdictOf(45);
    expect(verdict.summaries[0]).toMatchObject({candidate: "a", scored: 100, mean: 0.91});
    const text = verdictText(run("partial"), verdict);
    expect(text).toContain(
      "Of a partial run: on the 45 rows that all candidates share a scored 80.0. 80.0 is too high on average"
    );
    const whole = verdictText(run("complete"), verdictOf(100));
    expect(whole).toContain("91.0 is too high on average");
    expect(whole).not.toMatch(/partial run|that all candidates share/);
  });
});
