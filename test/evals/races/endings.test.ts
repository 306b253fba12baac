import {describe, expect, it} from "vitest";
import type {RaceSettings, ScoreTable} from "../../../src/evals/decisions/index.js";
import {startRace} from "../../../src/evals/races/index.js";

const settings = (more: Partial<RaceSettings>): RaceSettings => ({
  candidates: ["a", "b", "c"],
  rows: 100,
  repeats: 1,
  margin: 0.01,
  ...more
});
const tableOf = (rows: number, scores: Record<string, number | undefined>): ScoreTable => ({
  candidates: Object.keys(scores),
  rowIds: Array.from({length: rows}, (_, row) => `r${row}`),
  values: Object.values(scores).map((score) => Array.from({length: rows}, () => score)),
  binary: true
});

describe("the end of a race", () => {
  it("promises nothing about a candidate that was never scored", () => {
    const race = startRace(settings({errorRate: 0.05}));
    race.judge(tableOf(race.next()!.rows, {a: 1, b: undefined, c: undefined}));
    expect(race.outcome()).toMatchObject({kind: "pick", best: "a"});
    expect(race.outcome().sentence).toMatch(
      /^a was left after 50 of 100 rows .*\. b and c were never scored: nothing is known of how good they are\.$/
    );
  });

  it.each([{errorRate: 0.05}, {budgetCalls: 90}])("has no best when nothing was scored (%o)", (how) => {
    const race = startRace(settings(how));
    const round = race.judge(tableOf(race.next()!.rows, {a: undefined, b: undefined, c: undefined}));
    expect(round.dropped).toEqual([]);
    expect(race.next()).toBeUndefined();
    const {kind, best, sentence} = race.outcome();
    expect([kind, best]).toEqual(["stopped", undefined]);
    expect(sentence).toMatch(/^Nothing was scored in /);
  });

  it("says why it was stopped, and has no leader without a score", () => {
    const race = startRace(settings({errorRate: 0.05}));
    race.next();
    race.stop("budget: $1 of $1 spent");
    expect(race.outcome()).toMatchObject({kind: "stopped", why: "budget: $1 of $1 spent"});
    expect(race.outcome().best).toBeUndefined();
    const scored = startRace(settings({errorRate: 0.05}));
    scored.judge(tableOf(scored.next()!.rows, {a: 1, b: 1, c: 1}));
    scored.stop("budget: $1 of $1 spent");
    expect(scored.outcome().sentence).toMatch(
      /\(budget: \$1 of \$1 spent\): a leads, and b and c are still in\.$/
    );
  });

  it("goes by the rows that a budget let everybody end", () => {
    const race = startRace(settings({budgetCalls: 90}));
    const round = race.judge(tableOf(race.next()!.rows - 4, {a: 1, b: 0, c: 0.5}));
    expect([round.rows, round.calls]).toEqual([11, 33]);
    expect(race.next()!.candidates).toEqual(["a", "c"]);
  });

  it("goes on without new rows while somebody is dropped, as where a budget's share is below one row", () => {
    const race = startRace(settings({candidates: ["a", "b", "c", "d"], budgetUsd: 1}));
    const first = race.next()!.rows;
    const scores = {a: 1, b: 0.5, c: 0.2, d: 0};
    race.judge(tableOf(first, scores), {a: 0.3, b: 0.3, c: 0.3, d: 0.3});
    for (let step = race.next(); step; step = race.next())
      race.judge(
        tableOf(first, Object.fromEntries(step.candidates.map((name) => [name, scores[name as "a"]]))),
        {
          a: 0.3,
          b: 0.3,
          c: 0.3,
          d: 0.3
        }
      );
    expect(race.outcome()).toMatchObject({kind: "pick", best: "a"});
  });

  it("ends where rows stop coming and nobody is dropped", () => {
    const race = startRace(settings({errorRate: 0.05, margin: 0}));
    let rounds = 0;
    for (let step = race.next(); step && rounds < 20; step = race.next(), rounds++)
      race.judge(tableOf(20, {a: 0.5, b: 0.5, c: 0.5}));
    expect(rounds).toBe(2);
    expect(race.outcome().kind).toBe("rows-used-up");
  });

  it("drops who has no score from a race for a budget at once", () => {
    const race = startRace(settings({candidates: ["a", "b", "c", "d"], budgetCalls: 80}));
    const {dropped} = race.judge(
      tableOf(race.next()!.rows, {a: 1, b: undefined, c: undefined, d: undefined})
    );
    expect(dropped.map(({candidate, why}) => [candidate, why])).toEqual([
      ["b", "no-scores"],
      ["c", "no-scores"],
      ["d", "no-scores"]
    ]);
  });
});
