import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import type {RaceRound, RaceSettings, ScoreTable} from "../../../src/evals/decisions/index.js";
import {startRace} from "../../../src/evals/races/index.js";
import {rng} from "../../../src/base/stats/index.js";

type Scores = Record<string, (number | undefined)[]>;

/** Runs a race over scores that are all there already: the candidates of a step on its first rows. */
function race(
  scores: Scores,
  settings: Partial<RaceSettings> = {},
  more: {clusters?: string[]; costs?: Record<string, number>} = {}
) {
  const candidates = Object.keys(scores);
  const rows = Object.values(scores)[0]!.length;
  const running = startRace({candidates, rows, repeats: 1, margin: 0.01, ...settings});
  const rounds: RaceRound[] = [];
  for (let step = running.next(); step; step = running.next()) {
    const cut = <T>(values: readonly T[]) => values.slice(0, step!.rows);
    const table: ScoreTable = {
      candidates: step.candidates,
      rowIds: cut(Array.from({length: rows}, (_, r) => `r${r}`)),
      clusters: more.clusters ? cut(more.clusters) : undefined,
      values: step.candidates.map((candidate) => cut(scores[candidate]!)),
      binary: true
    };
    const costs =
      more.costs && Object.fromEntries(step.candidates.map((one) => [one, more.costs![one]! * step!.rows]));
    rounds.push(running.judge(table, costs));
  }
  return {rounds, outcome: running.outcome(), dropped: rounds.flatMap(({dropped}) => dropped)};
}

/** 0/1 scores of candidates with these accuracies on rows that are hard or easy for all of them. */
function sample(seed: number, accuracies: readonly number[], rows: number, groupOf = 1): Scores {
  const hard = Array.from({length: rows}, (_, row) => rng("row", seed, Math.floor(row / groupOf))());
  return Object.fromEntries(
    accuracies.map((accuracy, c) => {
      const own = (row: number) => rng("own", seed, c, Math.floor(row / groupOf))();
      // Half of the luck is the row's and half the candidate's: a paired comparison sees the second half only.
      return [`c${c}`, hard.map((luck, row) => +((row % 2 ? luck : own(row)) < accuracy))];
    })
  );
}

describe("a race at a fixed error rate", () => {
  it("drops who is worse beyond doubt, says by whom, and asks nobody else for more", () => {
    const {rounds, outcome, dropped} = race(sample(1, [0.9, 0.5, 0.2], 1000), {errorRate: 0.05});
    expect(outcome).toMatchObject({kind: "pick", best: "c0", set: ["c0"]});
    expect(outcome.calls).toBeLessThan(outcome.callsOfEverything / 3);
    expect(outcome.calls).toBe(rounds.reduce((sum, round) => sum + round.calls, 0));
    expect(new Set(dropped.map(({candidate}) => candidate))).toEqual(new Set(["c2", "c1"]));
    for (const {why, by, lead} of dropped) {
      expect([why, by]).toEqual(["worse", "c0"]);
      expect(lead!.low).toBeGreaterThan(0);
      expect(lead!.meanBy! - lead!.mean!).toBeCloseTo(lead!.estimate, 12);
    }
    rounds.slice(1).forEach((round, i) => {
      const before = rounds[i]!;
      expect(round.candidates).toHaveLength(before.candidates.length - before.dropped.length);
      expect(round.calls).toBe((round.rows - before.rows) * round.candidates.length);
    });
  });

  it(
    "drops the truly best one in no more races than its error rate, though it looks many times",
    {tags: ["long"]},
    () => {
      const races = 60;
      let lost = 0;
      for (let seed = 0; seed < races; seed++) {
        const {dropped} = race(sample(seed, [0.7, 0.65, 0.65, 0.6], 600), {errorRate: 0.2});
        if (dropped.some(({candidate}) => candidate === "c0")) lost++;
      }
      // The bound is 20 % and its random error three standard errors.
      expect(lost / races).toBeLessThanOrEqual(0.2 + 3 * Math.sqrt((0.2 * 0.8) / races));
      expect(lost / races).toBeLessThan(0.2);
    }
  );

  it("never takes copies of a row for new rows when they share a group", () => {
    const groups = 60;
    const copies = 12;
    const clusters = Array.from({length: groups * copies}, (_, row) => `g${Math.floor(row / copies)}`);
    let grouped = 0;
    let naive = 0;
    for (let seed = 0; seed < 60; seed++) {
      const scores = sample(seed, [0.6, 0.6], groups * copies, copies);
      grouped += race(scores, {errorRate: 0.05}, {clusters}).dropped.length;
      naive += race(scores, {errorRate: 0.05}).dropped.length;
    }
    expect(grouped).toBeLessThanOrEqual(3);
    expect(naive).toBeGreaterThan(20);
  });

  it("counts a group once and waits for the end of one that a round cuts through", () => {
    const clusters = Array.from({length: 300}, (_, row) => `g${Math.floor(row / 7)}`);
    const {rounds} = race(sample(3, [0.6, 0.58], 300), {errorRate: 0.05}, {clusters});
    expect(rounds.every(({grouped}) => grouped)).toBe(true);
    expect(race(sample(3, [0.6, 0.58], 60)).rounds[0]!.grouped).toBeUndefined();
    for (const {rows, pairs} of rounds)
      expect(pairs[0]!.observations).toBe(rows === 300 ? 43 : Math.floor((rows - 1) / 7));
  });

  it("stops when the leader is at most the margin below any other", () => {
    const same = sample(4, [0.7], 3000).c0!;
    const {outcome} = race({a: same, b: [...same]}, {errorRate: 0.05, margin: 0.03});
    expect(outcome.kind).toBe("within-margin");
    expect(outcome.calls).toBeLessThan(outcome.callsOfEverything);
    expect(outcome.sentence).toMatch(/whichever of a and b is best, it is at most 3\.0 points better than a/);
  });

  it("keeps close rivals until the rows are used up, and says so", () => {
    const {outcome, rounds} = race(sample(5, [0.7, 0.69], 200), {errorRate: 0.05});
    expect(outcome.kind).toBe("rows-used-up");
    expect(rounds.at(-1)!.rows).toBe(200);
    expect(outcome.set).toHaveLength(2);
  });

  it("a failed row is no zero, and a candidate that fails every row is out", () => {
    const scores = sample(6, [0.8, 0.8], 400);
    const broken = scores.c0!.map(() => undefined);
    const half = scores.c0!.map((score, row) => (row % 2 ? undefined : score));
    const {dropped, rounds} = race({...scores, broken, half}, {errorRate: 0.05});
    expect(dropped).toContainEqual({candidate: "broken", why: "no-scores"});
    expect(rounds[0]!.dropped.map(({candidate}) => candidate)).toEqual(["broken"]);
    expect(dropped.map(({candidate}) => candidate)).not.toContain("half");
    expect(race({a: broken, b: broken}, {errorRate: 0.05}).outcome.set).toHaveLength(2);
  });

  it("is the same race again with the same scores, whatever the order of candidates that do not tie", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const scores = sample(seed, [0.8, 0.7, 0.6], 200);
        const turned = Object.fromEntries(Object.entries(scores).reverse());
        const first = race(scores, {errorRate: 0.1});
        expect(race(scores, {errorRate: 0.1})).toEqual(first);
        fc.pre(
          first.rounds.every(
            ({standings}) => new Set(standings.map(({mean}) => mean)).size === standings.length
          )
        );
        const again = race(turned, {errorRate: 0.1});
        expect(again.outcome).toEqual(first.outcome);
        expect(again.dropped).toEqual(first.dropped);
      }),
      {numRuns: 15}
    );
  });
});

describe("a tie", () => {
  const same = sample(8, [0.7], 200).c0!;
  const worse = same.map((score, row) => (row % 4 === 0 ? 0 : score));

  it("goes to the candidate that was given first, whatever its name", () => {
    const {outcome, rounds} = race(
      {worse, "team-b": same, average: [...same], a: [...same]},
      {errorRate: 0.05}
    );
    expect(outcome.best).toBe("team-b");
    expect(outcome.set).toEqual(["team-b", "average", "a"]);
    for (const {standings} of rounds) expect(standings[0]!.candidate).toBe("team-b");
  });

  it("of a race for a budget keeps the candidate that was given first", () => {
    const {outcome} = race({z: same, y: [...same], a: [...same]}, {budgetCalls: 300});
    expect(outcome).toMatchObject({kind: "pick", best: "z"});
  });
});

describe("a race with a budget", () => {
  it("never asks for more calls than the budget, and halves the field until one is left", () => {
    fc.assert(
      fc.property(
        fc.integer({min: 2, max: 9}),
        fc.integer({min: 50, max: 3000}),
        fc.integer({min: 1, max: 3}),
        (count, budgetCalls, repeats) => {
          const accuracies = Array.from({length: count}, (_, c) => 0.9 - c / 20);
          if (budgetCalls < count * repeats * Math.ceil(Math.log2(count))) return;
          const {outcome, rounds} = race(sample(7, accuracies, 300), {budgetCalls, repeats});
          expect(outcome.calls).toBeLessThanOrEqual(budgetCalls);
          expect(outcome.kind).toBe("pick");
          expect(outcome.set).toHaveLength(1);
          expect(rounds.length).toBeLessThanOrEqual(Math.ceil(Math.log2(count)));
        }
      ),
      {numRuns: 40}
    );
  });

  it("spends most of its budget, and more on the last two than on the first to go", () => {
    const {outcome, rounds} = race(sample(8, [0.8, 0.7, 0.6, 0.5], 2000), {budgetCalls: 1000});
    expect(outcome.best).toBe("c0");
    expect(outcome.calls).toBeGreaterThan(950);
    expect(rounds.map(({rows, candidates}) => [rows, candidates.length])).toEqual([
      [125, 4],
      [375, 2]
    ]);
    expect(rounds[0]!.dropped.map(({why}) => why)).toEqual(["budget", "budget"]);
  });

  it("learns what a row costs from ten rows and keeps to dollars", () => {
    const costs = {c0: 0.01, c1: 0.002, c2: 0.002, c3: 0.001};
    const {outcome, rounds} = race(sample(9, [0.8, 0.7, 0.6, 0.5], 5000), {budgetUsd: 3}, {costs});
    expect(rounds[0]).toMatchObject({rows: 10, dropped: []});
    const usd = rounds.reduce(
      (sum, {rows, candidates}, i) =>
        sum +
        (rows - (rounds[i - 1]?.rows ?? 0)) *
          candidates.reduce((all, one) => all + costs[one as keyof typeof costs], 0),
      0
    );
    expect(usd).toBeLessThanOrEqual(3);
    expect(usd).toBeGreaterThan(2.7);
    expect(outcome.set).toHaveLength(1);
  });

  it("says that it controls no error rate", () => {
    expect(race(sample(8, [0.8, 0.7], 100), {budgetCalls: 60}).outcome.sentence).toMatch(
      /a race for a budget controls no error rate/
    );
  });
});
