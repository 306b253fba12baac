import {describe, expect, it} from "vitest";
import {
  contaminationOf,
  correctionNote,
  decide,
  type RaceRecord,
  type ScoreTable,
  standingOf,
  formatEstimate
} from "../../../src/evals/decisions/index.js";
import {raceVerdict} from "../../../src/evals/decisions/raceVerdict.js";

/** Right answers by candidate: the row numbers that are wrong. */
function tableOf(
  rows: number,
  wrong: Record<string, (row: number) => boolean>,
  baseline?: string
): ScoreTable {
  return {
    candidates: Object.keys(wrong),
    baseline,
    rowIds: Array.from({length: rows}, (_, r) => `r${r}`),
    values: Object.values(wrong).map((is) => Array.from({length: rows}, (_, r) => (is(r) ? 0 : 1))),
    binary: true
  };
}
const options = {margin: 0.01, seed: "s"};
/** b is wrong on 30 of 10,000 rows that a has right: 0.3 points, surely not 0, surely below 1. */
const close = {a: (r: number) => r % 5 === 0, b: (r: number) => r % 5 === 0 || r % 333 === 1};

describe("the margin before significance", () => {
  it("ties a difference that is surely not zero and surely inside the margin", () => {
    const table = tableOf(10_000, close, "a");
    const verdict = decide(table, options);
    expect(verdict.comparisons[0]!.adjustedP).toBeLessThan(0.001);
    expect(verdict.comparisons[0]!.low).toBeGreaterThan(0);
    expect(verdict).toMatchObject({kind: "tie", set: ["a", "b"]});
    expect(decide(table, {...options, margin: 0.001}).kind).toBe("pick");
  });

  it("says the same of one difference wherever it is shown", () => {
    const inside = {difference: 0.003, low: 0.002, high: 0.005, adjustedP: 1e-9};
    expect(standingOf(inside, 0.01, 0.05)).toBe("tied");
    expect(standingOf(inside, 0.004, 0.05)).toBe("better");
    expect(standingOf({...inside, adjustedP: 0.2}, 0.004, 0.05)).toBe("undecided");
    expect(standingOf({difference: -0.1, low: -0.2, high: -0.05}, 0.01, 0.05)).toBe("worse");
    expect(standingOf({difference: 0.1}, 0.01, 0.05)).toBe("undecided");
  });

  it("explains a pair that correction leaves open though its own interval leaves out zero", () => {
    const pair = {difference: 0.05, low: 0.01, high: 0.09, adjustedP: 0.12};
    expect(correctionNote(pair, 0.05)).toBe(
      "its own interval leaves out 0, but after correction for all pairs p is 0.12"
    );
    expect(correctionNote({...pair, adjustedP: 0.0523}, 0.05)).toMatch(/ p is 0\.052$/);
    expect(correctionNote({...pair, adjustedP: 0.0504}, 0.05)).toMatch(/ p is 0\.0504$/);
    expect(correctionNote({...pair, adjustedP: 0.004}, 0.001)).toMatch(/ p is 0\.004$/);
    expect(correctionNote({...pair, adjustedP: 0.01}, 0.05)).toBeUndefined();
    expect(correctionNote({...pair, low: -0.01}, 0.05)).toBeUndefined();
  });
});

describe("a lead that may be leakage", () => {
  // b has 10 points more than a, and loses them where related rows are kept together.
  const table = tableOf(2000, {a: (r) => r % 5 === 0, b: (r) => r % 10 === 0}, "a");
  const facts = (difference: number) => ({
    otherSplit: {name: "by thread", difference, low: difference - 0.02, high: 1}
  });

  it("is no reason to switch", () => {
    const {kind, action, held, sentence} = decide(table, {...options, facts: facts(0.12)});
    expect([kind, held]).toEqual(["pick", true]);
    expect(sentence).toMatch(/^b scored 90\.0 /);
    expect(action).toBe(
      "Do not switch to b yet: its lead of 10.0 points over a may be leakage. On split by thread, which keeps related rows together, the best scores 12.0 points (10.0 to 100.0) lower."
    );
  });

  it("stays a reason where leakage moves less than the lead, or may be chance", () => {
    expect(decide(table, {...options, facts: facts(0.05)}).action).toMatch(/^Switch to b/);
    expect(
      decide(table, {...options, facts: {otherSplit: {name: "s", difference: 0.3, low: -0.1, high: 0.6}}})
        .action
    ).toMatch(/^Switch to b/);
  });

  it("is no reason to switch where leakage moves just as much, and one where it moves a little less", () => {
    const lead = decide(table, options).comparisons[0]!.difference!;
    expect(decide(table, {...options, facts: facts(lead)}).held).toBe(true);
    expect(decide(table, {...options, facts: facts(lead - 1e-9)}).action).toMatch(/^Switch to b/);
  });

  it("is no reason to choose among equals, where it moves as much as the margin", () => {
    const tied = tableOf(10_000, close, "a");
    const contaminated = (candidate: string, onClean: number) => ({
      contamination: [
        {
          candidate,
          clean: 5000,
          near: 0,
          contaminated: 5000,
          unknown: 0,
          share: 0.5,
          whole: {rows: 10_000, scored: 10_000, mean: 0.8},
          onClean: {rows: 5000, scored: 5000, mean: onClean}
        }
      ]
    });
    const chosen = {...options, costs: {a: 8, b: 1}};
    const {kind, action, held, sentence} = decide(tied, {...chosen, facts: contaminated("b", 0.6)});
    expect([kind, held]).toEqual(["tie", true]);
    expect(action).toBe(
      "Do not choose between a and b yet: that they are equally good may be leakage. 50.0% of the scored rows are not clean for b (5,000 stand in the training part). On the 5,000 clean rows it scores 60.0, on all 80.0."
    );
    expect(sentence).not.toMatch(/Choose/);
    const small = decide(tied, {...chosen, facts: contaminated("b", 0.795)});
    expect([small.action, small.held]).toEqual([
      "a and b are equally good; b is 8 times cheaper.",
      undefined
    ]);
    // What is in use stays, and between the same weights leakage makes no difference.
    const kept = decide(tied, {...options, facts: contaminated("b", 0.6)});
    expect([kept.action, kept.held]).toEqual(["Keep a: a and b are equally good.", undefined]);
    const sameWeights = [["a", "b"]];
    expect(decide(tied, {...chosen, sameWeights, facts: contaminated("b", 0.6)}).held).toBeUndefined();
  });

  it("does not trouble who keeps what is in use", () => {
    expect(decide({...table, baseline: "b"}, {...options, facts: facts(0.12)}).action).toMatch(/^Keep b/);
  });
});

describe("an action", () => {
  it("names the cheapest of the tied, then the faster, then the smaller", () => {
    const table = tableOf(10_000, close, "a");
    expect(decide(table, {...options, costs: {a: 8, b: 1}}).action).toBe(
      "a and b are equally good; b is 8 times cheaper."
    );
    const latency = {
      a: {p95Ms: 100, lowMs: 90, highMs: 130},
      b: {p95Ms: 300, lowMs: 280, highMs: 350}
    };
    expect(decide(table, {...options, costs: {a: 1, b: 1}, tieBreakers: {latency}}).action).toBe(
      "a and b are equally good; a is 3 times faster (p95 90 to 130 ms against 280 to 350 ms)."
    );
    const loaded = {latency, requestsInFlight: 16};
    expect(decide(table, {...options, costs: {a: 1, b: 1}, tieBreakers: loaded}).action).toBe(
      "a and b are equally good; a is 3 times faster (p95 90 to 130 ms against 280 to 350 ms) with up to 16 requests in flight."
    );
    expect(
      decide(table, {
        ...options,
        costs: {b: 1},
        tieBreakers: {latency: {a: {p95Ms: 5}, b: {p95Ms: 5}}, bytes: {a: 20, b: 10}}
      }).choice
    ).toEqual({candidate: "b", reason: "is 2 times smaller"});
    expect(decide(table, options).action).toBe("Keep a: a and b are equally good.");
    const reason = (b: number) => decide(table, {...options, costs: {a: 1, b}}).choice!.reason;
    expect([reason(1.04), reason(1.05), reason(0)]).toEqual([
      "is slightly cheaper",
      "is 1.1 times cheaper",
      "costs nothing a call"
    ]);
  });

  it("calls nobody cheaper or faster by what may be chance, and goes on to what tells more", () => {
    const three = tableOf(10_000, {...close, c: close.a}, "a");
    const apart = (low: number, high: number) => ({
      rows: 100,
      usdPerThousand: 1,
      otherUsdPerThousand: 1.4,
      timesLow: low,
      timesHigh: high
    });
    const costs = (low: number, high: number) => ({
      a: {usdPerThousand: 1.4, rows: 100},
      b: {usdPerThousand: 1, rows: 100, against: {a: apart(low, high)}}
    });
    const table = tableOf(10_000, close, "a");
    const of = (low: number, high: number, bytes?: Record<string, number>) => {
      const {action, cheaper} = decide(table, {...options, costs: costs(low, high), tieBreakers: {bytes}});
      return [action, cheaper?.choice];
    };
    expect(of(1.2, 1.63)).toEqual(["a and b are equally good; b is 1.4 times cheaper (1.2 to 1.6).", "b"]);
    expect(of(0.9, 2.2)).toEqual(["Keep a: a and b are equally good.", undefined]);
    expect(of(0.9, 2.2, {a: 10, b: 20})[0]).toBe("a and b are equally good; a is 2 times smaller.");
    // Prices that differ for the same tokens leave nothing to chance.
    expect(of(1.4, 1.4)[0]).toBe("a and b are equally good; b is 1.4 times cheaper.");
    const latency = (highMs?: number) => ({
      a: {p95Ms: 300, lowMs: 280, highMs: 350},
      b: {p95Ms: 200, lowMs: highMs && 150, highMs}
    });
    const faster = (highMs?: number) =>
      decide(table, {...options, tieBreakers: {latency: latency(highMs)}}).choice?.reason;
    expect([faster(279), faster(280), faster()]).toEqual([
      "is 1.5 times faster (p95 150 to 279 ms against 280 to 350 ms)",
      undefined,
      undefined
    ]);
    // Two that nothing tells apart are both cheaper than the third.
    const bytes = {a: 30, b: 10, c: 10};
    expect(decide(three, {...options, tieBreakers: {bytes}}).action).toBe(
      "a, c and b are equally good; c is 3 times smaller than a."
    );
    expect(decide({...three, baseline: "b"}, {...options, tieBreakers: {bytes}}).action).toBe(
      "Keep b: a, c and b are equally good."
    );
  });

  it("keeps the baseline while nothing is shown to be better, and says how many rows would decide", () => {
    const table = tableOf(60, {small: (r) => r % 4 === 0, large: (r) => r % 5 === 0}, "small");
    const {action, rowsNeeded} = decide(table, options);
    expect(rowsNeeded).toBeGreaterThan(60);
    expect(action).toBe(
      `Keep small for now: nothing is shown to be better. About ${formatEstimate(rowsNeeded!)} more labelled rows would decide.`
    );
  });

  it("plans for the difference too where it is just below the margin, the smaller plan first", () => {
    const table = tableOf(1000, {a: (r) => r < 100, b: (r) => r >= 919}, "b");
    const of = (margin: number) => decide(table, {...options, margin});
    const {action, sentence, rowsNeeded, rowsForTie} = of(0.02);
    // The difference is 1.9 points of sd 0.425: (2.80 * 0.425 / 0.019)² rows show it, (2.93 * 0.425 / 0.001)² a tie.
    expect(rowsNeeded! + 1000).toBeGreaterThan(3900);
    expect(rowsNeeded! + 1000).toBeLessThan(4000);
    expect(rowsForTie! + 1000).toBeGreaterThan(1_500_000);
    const [few, many] = [formatEstimate(rowsNeeded!), formatEstimate(rowsForTie!)];
    expect(action).toBe(
      `Keep b for now: nothing is shown to be better. About ${few} more labelled rows would show the difference, about ${many} that it is below the margin.`
    );
    expect(sentence).toContain(
      `about ${few} more labelled rows would be needed to decide, about ${many} to show that it differs by less than 2.0 points.`
    );
    // A tie that is shown first leaves no difference to show; above the margin there is no tie to wait for.
    expect(of(0.04).rowsNeeded).toBeLessThan(rowsNeeded!);
    expect([of(0.04).rowsForTie, of(0.01).rowsForTie]).toEqual([undefined, undefined]);
    expect(of(0.01).rowsNeeded).toBe(rowsNeeded);
  });

  it("says how many rows wait to be asked where a run was cut short, and asks for no more labels first", () => {
    const table = tableOf(60, {small: (r) => r % 4 === 0, large: (r) => r % 5 === 0}, "small");
    const of = (unaskedRows: number) => decide(table, {...options, facts: {unaskedRows}});
    const {action, sentence, rowsNeeded} = of(108);
    const needed = `bout ${formatEstimate(rowsNeeded!)} more rows would`;
    expect(action).toBe(
      `Keep small for now: nothing is shown to be better. A${needed} decide. 108 labelled rows were not asked about yet.`
    );
    expect(sentence).toContain(`a${needed} be needed to decide.`);
    expect(of(1).action).toMatch(/1 labelled row was not asked about yet\.$/);
    expect(of(0)).toEqual(decide(table, options));
  });

  it("switches to the one that is shown to be better", () => {
    const table = tableOf(400, {old: (r) => r % 2 === 0, new: (r) => r % 10 === 0}, "old");
    expect(decide(table, options).action).toMatch(
      /^Switch to new: it is 40\.0 points \(.*\) better than old\.$/
    );
    expect(decide({...table, baseline: "new"}, options).action).toBe(
      "Keep new: it is shown to be better than every other candidate."
    );
  });

  it("switches away from a beaten baseline though the best is still open", () => {
    const wrong = {
      old: (r: number) => r % 2 === 0,
      x: (r: number) => r % 10 === 0,
      y: (r: number) => r % 9 === 0
    };
    expect(decide(tableOf(300, wrong, "old"), options).action).toMatch(
      /^Switch to x: it is shown to be better than old; whether y would be better still is open\. About [\d,]+ more labelled rows would decide\.$/
    );
  });

  it("names candidates with the same weights as one", () => {
    const table = tableOf(10_000, {...close, served: close.a}, "a");
    const sameWeights = [["a", "served"]];
    expect(decide(table, {...options, sameWeights, costs: {a: 8, b: 1, served: 8}}).action).toBe(
      "a and b are equally good; b is 8 times cheaper."
    );
    expect(decide(table, {...options, costs: {a: 8, b: 1, served: 8}}).action).toBe(
      "a, served and b are equally good; b is 8 times cheaper."
    );
  });
});

describe("the risks of a verdict", () => {
  const table = tableOf(10_000, close, "a");
  const score = (mean: number) => ({rows: 10, scored: 10, mean});
  const contamination = [
    {
      candidate: "a",
      clean: 5,
      near: 0,
      contaminated: 5,
      unknown: 0,
      share: 0.5,
      whole: score(0.8),
      onClean: score(0.7)
    }
  ];

  it("stand by how much they could move it", () => {
    const {risks} = decide(table, {
      ...options,
      facts: {
        slices: [{slice: "language", value: "fr", rows: 4}],
        prices: [{candidate: "a", asOf: "2025-01-01", days: 400}],
        personalData: {rows: 3, of: 10},
        otherSplit: {name: "by thread", difference: 0.05, low: 0.01, high: 0.09},
        contamination
      }
    });
    expect(risks.map(({kind}) => kind)).toEqual([
      "contamination",
      "split",
      "personal-data",
      "price",
      "slices"
    ]);
    expect(risks[0]!.sentence).toBe(
      "50.0% of the scored rows are not clean for a (5 stand in the training part). On the 5 clean rows it scores 70.0, on all 80.0."
    );
    expect(risks[0]!.moves).toBeCloseTo(0.1);
  });

  it("tell of contamination once: of the best first, and of each other candidate as one of a number", () => {
    const of = (candidate: string, contaminated: number, onClean: number) => ({
      ...contamination[0]!,
      candidate,
      contaminated,
      clean: 10 - contaminated,
      share: contaminated / 10,
      onClean: score(onClean)
    });
    const {risks, best, set} = decide(tableOf(10_000, {...close, far: (r: number) => r % 2 === 0}, "a"), {
      ...options,
      facts: {contamination: [of("far", 5, 0.5), of("b", 4, 0.75), of("a", 5, 0.79)]}
    });
    expect([best, set]).toEqual(["a", ["a", "b"]]);
    expect(risks.map(({sentence}) => sentence)).toEqual([
      "50.0% of the scored rows are not clean for a and 1 other candidate (5 stand in the training part). On the 5 clean rows a scores 79.0, on all 80.0. Of 1 more candidate some rows are not clean either. The score of b changes most on its clean rows, by 5.0 points."
    ]);
    expect(risks[0]!.moves).toBeCloseTo(0.05);
  });

  it("hold no good news", () => {
    expect(
      decide(table, {
        ...options,
        facts: {
          slices: [{slice: "language", value: "en", rows: 400}],
          prices: [{candidate: "a", asOf: "2025-01-01", days: 3}],
          personalData: {rows: 0, of: 10},
          otherSplit: {name: "by thread", difference: -0.05},
          contamination: [{...contamination[0]!, clean: 10, contaminated: 0, share: 0}],
          judge: {model: "judge", failed: 0, scored: 10, judgesItself: []}
        }
      }).risks
    ).toEqual([]);
  });
});

describe("risks", () => {
  const facts = (otherSplit: {difference: number; low?: number; high?: number}) => ({
    otherSplit: {name: "grouped", ...otherSplit}
  });
  const risks = (given: Parameters<typeof decide>[1]["facts"]) =>
    decide(tableOf(10_000, close, "a"), {...options, facts: given}).risks;

  it("take a gap between splits for known only where its interval leaves out zero", () => {
    expect(risks(facts({difference: 0.05, low: 0.02, high: 0.08}))[0]).toEqual({
      kind: "split",
      sentence:
        "On split grouped, which keeps related rows together, the best scores 5.0 points (2.0 to 8.0) lower.",
      moves: 0.05
    });
    const [open] = risks(facts({difference: 0.05, low: -0.02, high: 0.12}));
    expect(open).toMatchObject({kind: "split", moves: undefined});
    expect(open!.sentence).toMatch(/5\.0 points \(−2\.0 to 12\.0\) lower, which may be chance\.$/);
    expect(risks(facts({difference: -0.05, low: -0.08, high: -0.02}))).toEqual([]);
  });

  it("name failures only where they could turn the verdict", () => {
    const table = (missing: number[]) => {
      const full = tableOf(400, {a: (r) => r % 40 === 1, b: (r) => r % 2 === 0});
      return {
        ...full,
        values: [
          full.values[0]!,
          full.values[1]!.map((value, r) => (missing.includes(r) ? undefined : value))
        ]
      };
    };
    expect(decide(table([0, 1, 2]), options).risks).toEqual([]);
    const turned = decide(table(Array.from({length: 200}, (_, r) => 2 * r)), options);
    expect(turned.risks.map(({kind}) => kind)).toEqual(["failures"]);
    // The risk says that the best depends on them: no warning says so again.
    expect(turned.warnings).toEqual([
      "b: 200 of 400 rows have no score. Its mean would be from 50.0 (all wrong) to 100.0 (all right)."
    ]);
  });
});

describe("the verdict of a race", () => {
  const race = (kind: "pick" | "within-margin" | "rows-used-up", set: string[]) => ({
    id: "race",
    settings: {candidates: ["a", "b"], margin: 0.01, errorRate: 0.05, rows: 100, repeats: 1},
    rounds: [
      {
        round: 1,
        rows: 60,
        run: "run",
        candidates: ["a", "b"],
        calls: 120,
        standings: [
          {candidate: "a", scored: 60, mean: 0.8},
          {candidate: "b", scored: 60, mean: 0.7}
        ],
        pairs: [
          {
            a: "b",
            b: "a",
            observations: 60,
            meanA: 0.65,
            meanB: 0.75,
            estimate: -0.1,
            low: -0.18,
            high: -0.02
          }
        ],
        dropped: []
      }
    ],
    outcome: {kind, best: "a", set, calls: 120, callsOfEverything: 200, sentence: "It ended."}
  });
  const table = tableOf(60, {a: (r) => r % 5 === 0, b: (r) => r % 5 <= 1}, "b");
  const verdictOf = (kind: "pick" | "within-margin" | "rows-used-up", set: string[]) =>
    raceVerdict(race(kind, set) as unknown as RaceRecord, decide(table, options), {}, {baseline: "b"});

  it("compares the two means that a difference is of, which need not be those over all rows", () => {
    expect(verdictOf("pick", ["a"]).comparisons[0]).toMatchObject({
      a: "a",
      b: "b",
      difference: 0.1,
      meanA: 0.75,
      meanB: 0.65
    });
  });

  it("goes by a race's own intervals on clean rows, and by the rows of a baseline that it dropped", () => {
    const marks = new Map([["a", table.rowIds.map((_, r) => (r < 40 ? ("near" as const) : "clean"))]]);
    const facts = {marks, contamination: contaminationOf(table, marks)};
    const action = (lastTable: ScoreTable, baselineTable: ScoreTable) =>
      raceVerdict(
        race("pick", ["a"]) as unknown as RaceRecord,
        decide(lastTable, options),
        {},
        {
          baseline: "b",
          table: lastTable,
          baselineTable,
          facts
        }
      ).action;
    // A single look shows the lead on the clean rows; one of many does not.
    expect(decide(table, {...options, facts}).action).toMatch(/^Switch to a/);
    expect(action(table, table)).toMatch(
      /^Do not switch to a yet: its lead of 10\.0 points over b may be leakage\. On the 20 rows that are clean for both, the difference is 20\.0 points \(−/
    );
    const none = table.rowIds.map(() => 0);
    const alone = {...table, candidates: ["a", "c"], values: [table.values[0]!, none], baseline: "a"};
    const before = {...table, candidates: ["b"], values: [none]};
    expect(action(alone, before)).toMatch(/^Switch to a/);
    expect(action(alone, {...before, rowIds: none.map((_, r) => `gone ${r}`)})).toMatch(
      /^Do not switch to a yet: its lead over b may be leakage\. The 20 rows that are clean for both are too few to compare them on\.$/
    );
  });

  it("advises no switch to a leader whose lead may be leakage", () => {
    const record = race("pick", ["a"]) as unknown as RaceRecord;
    const facts = {otherSplit: {name: "by thread", difference: 0.2, low: 0.1, high: 0.3}};
    const {action, held} = raceVerdict(record, decide(table, options), {}, {baseline: "b", facts});
    expect(held).toBe(true);
    expect(action).toMatch(/^Do not switch to a yet: its lead of 10\.0 points over b may be leakage\./);
  });

  it("claims nothing of those that a budget was too small for", () => {
    const record = race("pick", ["a"]);
    const [round] = record.rounds;
    const budget = (rows: number, baseline: string | undefined) =>
      raceVerdict(
        {
          ...record,
          settings: {...record.settings, errorRate: undefined, budgetCalls: 120},
          rounds: [{...round, rows, pairs: []}]
        } as unknown as RaceRecord,
        decide(table, options),
        {},
        {baseline}
      ).action;
    expect(budget(60, "a")).toBe("Keep a: it was left when the budget was spent.");
    expect(budget(60, "b")).toBe("Switch to a: it was left when the budget was spent.");
    expect(budget(100, undefined)).toBe("Take a: it was left when all rows were used up.");
  });

  it("begins with what to do, by the race's own interval", () => {
    expect(verdictOf("pick", ["a"]).action).toBe(
      "Switch to a: it is 10.0 points (2.0 to 18.0) better than b."
    );
    expect(verdictOf("rows-used-up", ["a", "b"]).action).toBe(
      "Keep b for now: nothing is shown to be better. How many more labelled rows would decide cannot be foreseen."
    );
  });

  it("calls a race that ended within the margin a tie only where the interval lies inside it on both sides", () => {
    const between = (low: number, high: number, baseline?: string) => {
      const record = race("within-margin", ["a", "b"]);
      const [round] = record.rounds;
      const pairs = [{...round!.pairs[0]!, estimate: -0.002, low: -high, high: -low}];
      return raceVerdict(
        {...record, rounds: [{...round!, pairs}]} as unknown as RaceRecord,
        decide(table, options),
        {
          a: {usdPerThousand: 8, rows: 60},
          b: {usdPerThousand: 1, rows: 60}
        },
        {baseline}
      );
    };
    const tie = between(-0.009, 0.009, "b");
    expect(tie).toMatchObject({kind: "tie", choice: {candidate: "b"}});
    expect(tie.action).toBe("a and b are equally good; b is 8 times cheaper.");
    const better = between(-0.002, 0.308);
    expect(better.kind).toBe("need-more");
    expect(better.choice).toBeUndefined();
    expect(better.action).toBe("Take a: whichever of a and b is best, it is at most 1.0 points better.");
    expect(between(-0.002, 0.308, "a").action).toMatch(/^Keep a: whichever of a and b is best/);
  });

  it("shows nobody to be better than one that was never scored", () => {
    const record = race("pick", ["a"]);
    const [round] = record.rounds;
    const dropped = [{candidate: "b", why: "no-scores"}];
    const action = (baseline: string) =>
      raceVerdict(
        {...record, rounds: [{...round!, pairs: [], dropped}]} as unknown as RaceRecord,
        decide(table, options),
        {},
        {baseline}
      ).action;
    expect(action("a")).toBe("Keep a: it was left in the race, and b was never scored.");
    expect(action("b")).toBe("Take a: it was left in the race, and b was never scored.");
  });

  it("has no best when nothing was scored", () => {
    const record = race("rows-used-up", ["a", "b"]);
    const [round] = record.rounds;
    const standings = ["a", "b"].map((candidate) => ({candidate, scored: 0}));
    const verdict = raceVerdict(
      {...record, rounds: [{...round!, pairs: [], standings}]} as unknown as RaceRecord,
      decide(table, options),
      {}
    );
    expect(verdict).toMatchObject({kind: "no-scores", set: []});
    expect(verdict.best).toBeUndefined();
    expect(verdict.action).toBe("Nothing was scored, so there is nothing to decide.");
  });
});
