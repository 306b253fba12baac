import {describe, expect, it} from "vitest";
import {traceHistory, type TracedRun} from "../../../src/evals/decisions/index.js";
import {type Months, pullRequests} from "./support/pullRequests.js";

const traced = (months: Months) => traceHistory([...pullRequests(months)]);

describe("traceHistory", () => {
  it("gives at most 5 % of histories of 500 unchanged pull requests a false alarm, where one look gives nearly all one", () => {
    const histories = Array.from({length: 8}, (_, seed) => traced({seed, runs: 500, rows: 40}));
    const share = (is: (finding: string) => boolean) =>
      histories.filter((one) => one.some(({finding}) => is(finding))).length / histories.length;
    expect(share((finding) => finding === "alarm")).toBeLessThanOrEqual(0.05);
    expect(share((finding) => finding === "loss")).toBeGreaterThan(0.9);
    const all = histories.flat();
    expect(all.filter(({strong}) => strong).length / all.length).toBeLessThan(0.01);
  });

  it("calls a fall by strong evidence a loss, and holds it against the run of the most evidence", () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 10; seed++) {
      const loss = (run: number) => (run < 3 ? 0 : 0.13);
      for (const one of traced({seed, runs: 8, rows: 300, varying: 1, loss}).filter(({strong}) => strong)) {
        expect(one.eValue).toBeGreaterThanOrEqual(20);
        expect(one.finding).toBe(one.eValue < one.threshold ? "loss" : "alarm");
        expect(one.difference!.high).toBeLessThan(0);
        expect(Number(one.run.slice(2))).toBeGreaterThanOrEqual(3);
        seen.add(`${one.finding} against ${one.before}`);
      }
    }
    expect([...seen]).toEqual(
      expect.arrayContaining(["loss against pr2", "loss against pr0", "alarm against pr0"])
    );
  });

  it("finds a fall at once or soon, and a slow slide, and goes on from there", () => {
    const alarms = (loss: (run: number) => number) =>
      traced({seed: 7, runs: 100, rows: 300, loss})
        .filter(({finding}) => finding === "alarm")
        .map(({run}) => Number(run.slice(2)));
    const fall = alarms((run) => (run < 60 ? 0 : 0.25));
    expect(fall).toHaveLength(1);
    expect(fall[0]).toBeGreaterThanOrEqual(60);
    expect(fall[0]).toBeLessThan(63);
    const slide = alarms((run) => 0.004 * Math.max(0, run - 20));
    expect(slide.length).toBeGreaterThanOrEqual(1);
    expect(slide[0]).toBeGreaterThan(20);
  });

  it("a decision stays when later runs come, and identical runs are no evidence", () => {
    const runs = [...pullRequests({seed: 3, runs: 40, rows: 100, loss: (run) => (run < 20 ? 0 : 0.3)})];
    expect(traceHistory(runs.slice(0, 30))).toEqual(traceHistory(runs).slice(0, 29));
    const same = [0, 1, 2].map((n): TracedRun => ({...runs[0]!, id: `same${n}`}));
    expect(traceHistory(same).map(({eValue, moved, finding}) => [eValue, moved, finding])).toEqual([
      [1, 0, "none"],
      [1, 0, "none"]
    ]);
  });

  it("takes a difference as a share of the bounds that a scorer states, and names what has none", () => {
    const rows = Array.from({length: 60}, (_, i) => `r${i}`);
    const runs = (span: number, bounds?: readonly [number, number]): TracedRun[] =>
      [0.8, 0.8, 0.2].map((level, n) => ({
        id: `run${n}`,
        stream: "x",
        table: {
          candidates: ["c"],
          rowIds: rows,
          // The first row is right, with what rounding adds to a BLEU of 100.
          values: [
            rows.map((_, i) => span * (i === 0 ? 1.0000000000000004 : level + 0.02 * ((i * 7 + n) % 5)))
          ],
          binary: false,
          bounds
        }
      }));
    const [unit, hundred] = [traceHistory(runs(1)), traceHistory(runs(100, [0, 100]))];
    expect(unit.map(({finding}) => finding)).toEqual(["none", "alarm"]);
    expect(hundred.map(({finding, scale}) => [finding, scale])).toEqual([
      ["none", "plain"],
      ["alarm", "plain"]
    ]);
    expect(hundred[1]!.eValue / unit[1]!.eValue).toBeCloseTo(1, 6);
    expect(hundred[1]!.difference!.estimate / unit[1]!.difference!.estimate).toBeCloseTo(100, 6);
    const skipped: string[][] = [];
    const none = traceHistory(runs(100), {onUnbounded: (...one) => skipped.push(one)});
    expect([none, skipped]).toEqual([
      [],
      [
        ["run0", "c"],
        ["run1", "c"],
        ["run2", "c"]
      ]
    ]);
  });

  it("compares rows that both runs have, and says nothing of other streams or of scores beyond 0 to 1", () => {
    const table = (rowIds: string[], value: number): TracedRun["table"] => ({
      candidates: ["c"],
      rowIds,
      values: [rowIds.map(() => value)],
      binary: false
    });
    const found = traceHistory([
      {id: "a", stream: "x", table: table(["1", "2", "3"], 1)},
      {id: "b", stream: "y", table: table(["1", "2"], 1)},
      {id: "c", stream: "x", table: table(["3", "2", "9"], 0)},
      {id: "d", stream: "x", table: table(["3"], 7)}
    ]);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      scale: "proportion",
      run: "c",
      before: "a",
      rows: 2,
      moved: 2,
      window: 1
    });
  });
});
