import {describe, expect, it} from "vitest";
import {
  checkGates,
  decide,
  type GateRule,
  overall,
  type ScoreTable
} from "../../../src/evals/decisions/index.js";
import {rng} from "../../../src/base/stats/index.js";
import {everyLook, oneLook} from "../../../src/evals/decisions/gateIntervals.js";

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

describe("a gate on a race over groups", () => {
  const clusters = rows.map((i) => (i < 40 ? "large" : `g${i}`));
  const grouped = {...table, clusters};
  const race = {...verdict, race: {errorRate: 0.05}} as typeof verdict;
  const message = (of: ScoreTable, rule: GateRule) =>
    checkGates([{candidate: "good", ...rule}], of, race, [])[0]!.message;

  it("goes by the mean of the groups' means and says so", () => {
    // One group of 40 rows that are all right, and 60 rows of which 10 are wrong.
    const {estimate, n, groups} = everyLook.mean(grouped, "good", {among: 1})!;
    expect([n, groups]).toEqual([100, 61]);
    expect(estimate).toBeCloseTo(51 / 61, 10);
    expect(message(grouped, {minScore: 0.5})).toMatch(
      /^83\.6 \(.*\), the mean of 61 groups' means, on 100 rows$/
    );
    expect(message(grouped, {maxRegression: 0.5})).toContain("the mean of 61 groups' means, on 100 rows");
    expect(everyLook.mean(table, "good", {among: 1})!.groups).toBeUndefined();
    expect(message(table, {minScore: 0.5})).toMatch(/^90\.0 \([^)]*\) on 100 rows$/);
  });
});

describe("a gate on an interval", () => {
  const {low, high} = oneLook.mean(table, "good", {among: 1})!;

  it("passes when the whole interval reaches the least score, its end among it", () => {
    expect(low).toBeLessThan(0.9);
    expect(status({minScore: low})).toEqual(["pass"]);
    expect(status({minScore: low + 1e-9})).toEqual(["undecided"]);
  });

  it("fails only when the whole interval lies below, and is undecided where its end touches", () => {
    expect(status({minScore: high})).toEqual(["undecided"]);
    expect(status({minScore: high + 1e-9})).toEqual(["fail"]);
  });

  it(
    "says about how many more rows would decide, so many that they do in some four of five samples",
    {tags: ["long"]},
    () => {
      const decided = (kind: "score" | "difference", truth: number) => {
        const next = rng("power", kind);
        // Half of a row's luck is shared.
        const sample = (rows: number) => {
          const luck = Array.from({length: rows}, () => next());
          return [0, 1].map(() => luck.map((shared) => +((next() < 0.5 ? shared : next()) < truth)));
        };
        const judged = (values: number[][]) => {
          const rowIds = values[0]!.map((_, i) => `r${i}`);
          const two = {...table, rowIds, values};
          const rule = kind === "score" ? {minScore: 0.82} : {maxRegression: 0.02};
          return checkGates([{candidate: "good", ...rule}], two, verdict, [])[0]!;
        };
        let [trials, found] = [0, 0];
        while (trials < 200) {
          const values = sample(200);
          const [own, other] = values.map((column) => column.reduce((a, b) => a + b) / 200);
          // The rows are foreseen for what was seen to be the truth.
          if (Math.abs(own! - truth) > 0.004 || (kind === "difference" && Math.abs(own! - other!) > 0.006))
            continue;
          const {rowsNeeded} = judged(values);
          const more = sample(rowsNeeded!);
          if (judged(values.map((column, c) => [...column, ...more[c]!])).status !== "undecided") found++;
          trials++;
        }
        return found / trials;
      };
      for (const share of [decided("score", 0.85), decided("difference", 0.8)]) {
        expect(share).toBeGreaterThan(0.74);
        expect(share).toBeLessThan(0.92);
      }
    }
  );

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

describe("a gate on an earlier run of the same answers", () => {
  const clusters = rows.map((i) => `g${i % 20}`);
  const before = {...table, clusters};
  const check = (now: ScoreTable, same: readonly string[], otherScorer = false) =>
    checkGates([{candidate: "good", maxRegression: 0.02, baselineRun: "previous"}], now, verdict, [], {
      baseline: () => ({run: "r0", table: before, otherScorer, sameAnswers: new Set(same)})
    })[0]!;

  it("passes where rows were erased since, and says so", () => {
    const earlier = {run: "r0", table: before, sameAnswers: new Set(["good"]), isPurged: true};
    const rule = {candidate: "good", maxRegression: 0.02, baselineRun: "previous"};
    expect(checkGates([rule], before, verdict, [], {baseline: () => earlier})[0]).toMatchObject({
      status: "pass",
      message: "the same scores on the 100 rows of both runs, and the same answers where they were not erased"
    });
  });

  it("says where it does not pass of how many rows another answer was expected", () => {
    const rule = {candidate: "good", maxRegression: 0.02, baselineRun: "previous"};
    const told = (now: ScoreTable, otherExpected: number) =>
      checkGates([rule], now, verdict, [], {baseline: () => ({run: "r0", table: before, otherExpected})})[0]!;
    const wrong = {...before, values: before.values.map((column) => column.map(() => 0))};
    expect(told(wrong, 25)).toMatchObject({
      status: "fail",
      message: expect.stringMatching(/ on 100 rows; of 25 rows other answers were expected then$/) as string
    });
    expect(told(wrong, 1).message).toMatch(/; of 1 row another answer was expected then$/);
    expect(told(wrong, 0).message).toMatch(/ on 100 rows$/);
  });

  it("passes where the scores are the same, too, and goes by the interval else", () => {
    expect(check(before, ["good"])).toMatchObject({
      status: "pass",
      message: "the same answers and scores on the 100 rows of both runs"
    });
    // Other answers that scored the same are a sample of 20 groups.
    expect(check(before, ["plain"]).status).toBe("undecided");
    expect(check(before, ["good"], true).status).toBe("undecided");
    const corrected = before.values.map((column) => column.map((value, i) => (i === 0 ? 1 - value : value)));
    expect(check({...before, values: corrected}, ["good"]).message).toMatch(/^−1\.0 \(/);
  });
});

describe("a gate on an earlier run whose rows failed", () => {
  const few = {...table, values: table.values.map(() => rows.map((i) => Number(i < 70)))};
  const cut = {
    ...table,
    values: table.values.map((column) => column.map((value, row) => (row % 3 ? value : undefined)))
  };
  const check = (now: ScoreTable, before: ScoreTable) =>
    checkGates([{candidate: "good", maxRegression: 0.02, baselineRun: "previous"}], now, verdict, [], {
      baseline: () => ({run: "r0", table: before})
    })[0]!;

  it("fails at a fall on the rows of both: what the earlier run lacks is no excuse", () => {
    expect(check(few, cut).status).toBe("fail");
  });
});

describe("a gate that names no candidate", () => {
  const several = (count: number, rows: number, chance: number, seed: number) => {
    const next = rng("gates", count, seed);
    const values = Array.from({length: count}, () =>
      Array.from({length: rows}, () => Number(next() < chance))
    );
    const candidates = values.map((_, i) => `c${i}`);
    const rowIds = values[0]!.map((_, i) => `r${i}`);
    return {candidates, baseline: "c0", rowIds, values, binary: true};
  };
  const statuses = (rule: GateRule, trials: number, chance: number) =>
    Array.from({length: trials}, (_, seed) => {
      const many = several(20, 300, chance, seed);
      const decided = decide(many, {margin: 0.01, seed: String(seed)});
      const named = {...rule, candidate: decided.best};
      return [rule, named].map((one) => checkGates([one], many, decided, [])[0]!.status);
    });

  it("passes by luck in few runs, though it takes the best of twenty", {tags: ["long"]}, () => {
    const found = statuses({minScore: 0.8}, 60, 0.795);
    const passed = (which: number) => found.filter((both) => both[which] === "pass").length;
    expect(passed(0)).toBeLessThanOrEqual(3);
    expect(passed(1)).toBeGreaterThan(6);
  });

  it("goes by the verdict's corrected score, and says so", () => {
    const many = several(20, 300, 0.8, 1);
    const decided = decide(many, {margin: 0.01, seed: "1"});
    const {estimate, low, high, rows} = decided.winner!;
    const percent = (value: number) => (100 * value).toFixed(1);
    const check = (least: number) => checkGates([{minScore: least}], many, decided, [])[0]!;
    expect(check(low)).toMatchObject({
      candidate: decided.best,
      status: "pass",
      message: `${percent(estimate)} (${percent(low)} to ${percent(high)}) on ${rows} rows, corrected for taking the best of 20`
    });
    expect(check(low + 1e-9).status).toBe("undecided");
    expect(check(high + 1e-9).status).toBe("fail");
  });

  it("widens the difference from the baseline for the others that might have been the best", () => {
    const many = several(20, 300, 0.8, 2);
    const decided = decide(many, {margin: 0.01, seed: "2"});
    const other = {table: many, candidate: "c0"};
    const {low} = oneLook.difference(many, decided.best!, other, {among: 19})!;
    expect(low).toBeLessThan(oneLook.difference(many, decided.best!, other, {among: 1})!.low);
    const check = (most: number) => checkGates([{maxRegression: most}], many, decided, [])[0]!;
    expect(check(-low)).toMatchObject({
      status: "pass",
      message: expect.stringMatching(/taking the best of 19$/)
    });
    expect(check(-low - 1e-9).status).toBe("undecided");
  });

  it("goes by the candidate's own rows, at the level of all, where others failed on some", () => {
    const many = several(4, 200, 0.8, 3);
    const worst = decide(many, {margin: 0.01, seed: "3"}).summaries.at(-1)!.candidate;
    const values = many.values.map((own, c) =>
      own.map((value, row) => (many.candidates[c] === worst && row % 5 === 0 ? undefined : value))
    );
    const decided = decide({...many, values}, {margin: 0.01, seed: "3"});
    const best = decided.best!;
    expect(best).not.toBe(worst);
    const {low} = oneLook.mean({...many, values}, best, {among: 4})!;
    const check = (least: number) => checkGates([{minScore: least}], {...many, values}, decided, [])[0]!;
    expect(check(low)).toMatchObject({
      status: "pass",
      message: expect.stringContaining("on 200 rows, corrected")
    });
    expect(check(low + 1e-9).status).toBe("undecided");
  });

  it("of one candidate, or of two against a baseline, has nothing to correct", () => {
    const [one] = checkGates(
      [{minScore: 0.5}],
      {...table, candidates: ["good"], values: [table.values[0]!]},
      {
        ...verdict,
        summaries: verdict.summaries.slice(0, 1),
        winner: undefined
      },
      []
    );
    expect(one!.message).toMatch(/on 100 rows$/);
    const [two] = checkGates([{maxRegression: 0}], table, verdict, []);
    expect(two).toEqual(check({maxRegression: 0})[0]);
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
    const calls = [
      {
        candidate: "good",
        planned: 100,
        failed: 5,
        latency: {p95Ms: 200, answers: 95, leastMs: 200, mostMs: 200},
        costUsdPerThousand: 0.5
      }
    ];
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
