import {describe, expect, it} from "vitest";
import {verdictText} from "../../src/cli/evals/verdict/verdictText.js";
import {decide} from "../../src/evals/decisions/index.js";
import type {RunManifest} from "../../src/base/store/index.js";

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
  it("writes stars as stars", () => {
    const stars = (of: (row: number) => number) => Array.from({length: 60}, (_, row) => of(row));
    const verdict = decide(
      {
        candidates: ["a", "b", "c"],
        rowIds: stars((row) => row).map(String),
        values: [stars((r) => 3 + (r % 3)), stars((r) => 3 + ((r + 1) % 3)), stars((r) => 1 + (r % 4))],
        binary: false
      },
      {margin: 0.25, seed: "1"}
    );
    const text = verdictText(run("complete"), verdict);
    expect(text).toMatch(/^a +4 +3\.787 to 4\.213 +60\/60 +best$/m);
    expect(text).toMatch(/^c +2\.5 +2\.\d+ to 2\.\d+ +60\/60 +−1\.5 \(−1\.\d+ to −1\.\d+\)$/m);
    expect(text).toMatch(/Picking the highest of 3 scores .* Corrected: 3\.\d+ \(3\.\d+ to 4\.\d+\)\./);
    expect(text).not.toMatch(/points|%(?! interval| CI)/);
  });

  it("counts those with a score only as those that the best was picked from", () => {
    const of = (cell: (row: number) => number | undefined) => Array.from({length: 60}, (_, row) => cell(row));
    const verdict = decide(
      {
        candidates: ["a", "b", "never"],
        rowIds: of((row) => row).map(String),
        values: [of((r) => +(r % 3 > 0)), of((r) => +(r % 3 > 1 || r % 5 > 2)), of(() => undefined)],
        binary: true
      },
      {margin: 0.01, seed: "1"}
    );
    expect(verdictText(run("complete"), verdict)).toContain("Picking the highest of 2 scores overestimates");
  });

  it("corrects no score by what its digits do not show", () => {
    const verdict = verdictOf(100);
    const corrected = (naive: number, estimate: number) =>
      verdictText(run("complete"), {...verdict, winner: {naive, estimate, low: 0.4, high: 0.6, rows: 100}});
    expect(corrected(0.5404, 0.5396)).not.toContain("winner's curse");
    expect(corrected(0.5406, 0.5404)).toContain("Corrected: 54.0 (40.0 to 60.0).");
  });

  it("says which rows the best one's corrected mean is over, and that the run is partial", () => {
    const verdict = verdictOf(45);
    expect(verdict.summaries[0]).toMatchObject({candidate: "a", scored: 100, mean: 0.91});
    const text = verdictText(run("partial"), verdict);
    expect(text).toContain(
      "Of a partial run: on the 45 rows that all candidates share a scored 80.0. Picking the highest of 3 scores overestimates it (winner's curse). Corrected: "
    );
    const whole = verdictText(run("complete"), verdictOf(100));
    expect(whole).toContain("Picking the highest of 3 scores overestimates it (winner's curse).");
    expect(whole).not.toMatch(/partial run|that all candidates share/);
  });
});
