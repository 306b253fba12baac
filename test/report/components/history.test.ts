import {beforeAll, describe, expect, it} from "vitest";
import {historyChart} from "../../../src/report/components/runs/history.js";
import type {EvalHistory} from "../../../src/report/site/historyTypes.js";
import {shownIn, useDocument} from "./support/drawn.js";

function historyOf(candidates: number, runs: number): EvalHistory {
  const names = Array.from({length: candidates}, (_, i) => `model ${i}`);
  return {
    id: "e s",
    eval: "e",
    title: "E",
    split: "s",
    scorer: "exact",
    runs: Array.from({length: runs}, (_, i) => ({
      run: `run-${i}`,
      at: `2026-11-0${i + 1}T09:00:00.000Z`,
      version: "ab".repeat(32),
      rows: 50,
      breaks: [],
      points: names.map((candidate, n) => ({
        candidate,
        mean: n / 100 + i / 10,
        low: n / 100 + i / 10 - 0.1,
        high: n / 100 + i / 10 + 0.1,
        scored: 50,
        rows: 50
      }))
    }))
  } as unknown as EvalHistory;
}

const tableOf = (history: EvalHistory) => {
  const box = shownIn(historyChart({history, candidate: "model 0"}));
  return [...box.querySelectorAll("table tr")].map((row) =>
    [...row.querySelectorAll("th, td")].map((cell) => (cell.textContent ?? "").replace(/\s+/g, " ").trim())
  );
};

describe("scores of all candidates from run to run", () => {
  beforeAll(() => useDocument(() => 1100));

  it("have a line a run and a column a candidate, the best of the newest run first", () => {
    const [head, newest] = tableOf(historyOf(3, 2));
    expect(head).toEqual(["Run", "Data version", "Rows", "model 2", "model 1", "model 0"]);
    expect(newest!.slice(2)).toEqual(["50", "12.0%2.0 to 22.0%", "11.0%1.0 to 21.0%", "10.0%0.0 to 20.0%"]);
  });

  it("have a line a candidate where these are many and the runs are few", () => {
    const rows = tableOf(historyOf(30, 2));
    expect(rows).toHaveLength(31);
    expect(rows[0]!.map((text) => text.slice(0, 16))).toEqual([
      "Candidate",
      "2026-11-02 09:00",
      "2026-11-01 09:00"
    ]);
    expect(rows[0]![1]).toContain("50 rows");
    expect(rows[1]).toEqual(["model 29", "39.0%29.0 to 49.0%", "29.0%19.0 to 39.0%"]);
  });
});
