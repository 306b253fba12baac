import {describe, expect, it} from "vitest";
import {checkGates, decide, type GateRule, overall, type ScoreTable} from "../../src/decisions/index.js";
import {oneLook} from "../../src/decisions/gateIntervals.js";

const rows = Array.from({length: 100}, (_, i) => i);
const table = {
  candidates: ["good", "plain"],
  baseline: "plain",
  rowIds: rows.map((i) => `r${i}`),
  values: [rows.map((i) => (i < 90 ? 1 : 0)), rows.map((i) => (i < 80 ? 1 : 0))],
  binary: true
};
const verdict = decide(table, {margin: 0.01, seed: "1"});
const check = (rule: GateRule) => checkGates([{candidate: "good", ...rule}], table, verdict, []);
const status = (rule: GateRule) => check(rule).map((result) => result.status);

describe("a gate on an interval", () => {
  const {low, high} = oneLook.mean(table, "good")!;

  it("passes when the whole interval reaches the least score, its end among it", () => {
    expect(low).toBeLessThan(0.9);
    expect(status({minScore: low})).toEqual(["pass"]);
    expect(status({minScore: low + 1e-9})).toEqual(["undecided"]);
  });

  it("fails only when the whole interval lies below, and is undecided where its end touches", () => {
    expect(status({minScore: high})).toEqual(["undecided"]);
    expect(status({minScore: high + 1e-9})).toEqual(["fail"]);
  });

  it("says about how many more rows would decide: so many bring the interval's end to the threshold", () => {
    const [result] = check({minScore: 0.89});
    expect(result!.rowsNeeded).toBe(Math.ceil(100 * ((0.9 - low) / (0.9 - 0.89)) ** 2) - 100);
  });

  it("foresees the rows that decide where all rows are alike: those and no fewer pass the gate", () => {
    const perfect = (n: number) => {
      const ones = Array.from({length: n}, () => 1);
      const two = {...table, rowIds: ones.map((_, i) => `r${i}`), values: [ones, ones]};
      const rules = [{minScore: 0.9}, {maxRegression: 0.1}].map((rule) => ({candidate: "good", ...rule}));
      return checkGates(rules, two, decide(two, {margin: 0.01, seed: "1"}), []);
    };
    perfect(20).forEach(({status: before, rowsNeeded}, rule) => {
      expect(before).toBe("undecided");
      expect(perfect(20 + rowsNeeded!)[rule]!.status).toBe("pass");
      expect(perfect(18 + rowsNeeded!)[rule]!.status).toBe("undecided");
    });
  });

  it("foresees them too where every row differs by the same, and fails no candidate by two such rows", () => {
    const apart = (n: number) => {
      const rows = Array.from({length: n}, (_, i) => `r${i}`);
      const values = [0.5, 0.75].map((value) => rows.map(() => value));
      const two = {candidates: ["good", "plain"], baseline: "plain", rowIds: rows, values, binary: false};
      const rules = [{candidate: "good", maxRegression: 0.1}];
      return checkGates(rules, two, decide(two, {margin: 0.01, seed: "1"}), [])[0]!;
    };
    expect(apart(2).status).toBe("undecided");
    const {status: before, rowsNeeded} = apart(15);
    expect(before).toBe("undecided");
    // The t quantile of few rows is a little larger than that of more.
    expect(apart(15 + rowsNeeded!).status).toBe("fail");
  });

  it("measures a regression against the baseline, which never regresses against itself", () => {
    expect(status({maxRegression: 0})).toEqual(["pass"]);
    expect(checkGates([{candidate: "plain", maxRegression: 0}], table, verdict, [])[0]!.status).toBe("pass");
  });
});

describe("a gate on an earlier run", () => {
  it("is undecided where another scorer gave the scores, and says so", () => {
    const lower = {...table, values: table.values.map((column) => column.map(() => 0))};
    const of = (now: ScoreTable, before: ScoreTable, otherScorer?: boolean) =>
      checkGates([{candidate: "good", maxRegression: 0.02, baselineRun: "previous"}], now, verdict, [], {
        baseline: () => ({run: "r0", table: before, otherScorer})
      })[0]!;
    expect([of(lower, table).status, of(table, lower, false).status]).toEqual(["fail", "pass"]);
    for (const [now, before] of [
      [lower, table],
      [table, lower]
    ] as const) {
      const found = of(now, before, true);
      expect(found).toMatchObject({status: "undecided", rule: "not more than 2.0 points below run r0"});
      expect(found.message).toMatch(/on \d+ rows, by another scorer: the change is not good's alone$/);
      expect(found.rowsNeeded).toBeUndefined();
    }
  });
});

describe("a gate on what the store does not know", () => {
  it("is undecided, never passed", () => {
    for (const rule of [
      {maxFailureShare: 1},
      {maxP95LatencyMs: 1e9},
      {maxCostUsdPerThousand: 1e9},
      {maxLeakageShare: 1},
      {maxPersonalDataRows: 1e9},
      {maxRegression: 1, baselineRun: "previous"}
    ])
      expect([rule, ...status(rule)]).toEqual([rule, "undecided"]);
    expect(status({candidate: "nobody", minScore: 0})).toEqual(["fail"]);
    const [leakage] = checkGates([{candidate: "good", maxLeakageShare: 1}], table, verdict, []);
    expect(leakage!.message).toMatch(/not measured as it is now: `assay split --measure`/);
  });

  it("allows just the most that it names", () => {
    const calls = [{candidate: "good", planned: 100, failed: 5, p95LatencyMs: 200, costUsdPerThousand: 0.5}];
    const of = (rule: GateRule) =>
      checkGates([{candidate: "good", ...rule}], table, verdict, calls, {
        leakage: {measure: "same text", share: 0.02},
        personalData: {rows: 3, of: 100}
      })[0]!.status;
    const bounds: [keyof GateRule, number][] = [
      ["maxFailureShare", 0.05],
      ["maxP95LatencyMs", 200],
      ["maxCostUsdPerThousand", 0.5],
      ["maxLeakageShare", 0.02],
      ["maxPersonalDataRows", 3]
    ];
    for (const [name, most] of bounds) {
      expect([name, of({[name]: most})]).toEqual([name, "pass"]);
      expect([name, of({[name]: most * 0.9})]).toEqual([name, "fail"]);
    }
  });

  it("marks a cost that rests on an old price", () => {
    const cost = {usdPerThousand: 0.5, rows: 95, oldPrice: "2026-01-01"};
    const calls = [{candidate: "good", planned: 100, failed: 5, cost, costUsdPerThousand: 0.5}];
    const [found] = checkGates([{candidate: "good", maxCostUsdPerThousand: 1}], table, verdict, calls);
    expect(found).toMatchObject({
      status: "pass",
      message: "$0.5000 on 95 rows, by a price of 2026-01-01, older than 90 days"
    });
  });

  it("fails before it is undecided, and is undecided before it passes", () => {
    const of = (...all: ("pass" | "fail" | "undecided")[]) =>
      overall(all.map((one) => ({candidate: "a", rule: "", message: "", status: one})));
    expect([of(), of("pass"), of("pass", "undecided"), of("undecided", "fail", "pass")]).toEqual([
      "pass",
      "pass",
      "undecided",
      "fail"
    ]);
  });
});
