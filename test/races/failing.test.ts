import {describe, expect, it} from "vitest";
import type {RaceRound, RaceSettings, ScoreTable} from "../../src/decisions/index.js";
import {startRace} from "../../src/races/index.js";
import {rng} from "../../src/stats/index.js";

type Scores = Record<string, (number | undefined)[]>;

function race(scores: Scores, settings: Partial<RaceSettings> = {}) {
  const candidates = Object.keys(scores);
  const rows = Object.values(scores)[0]!.length;
  const running = startRace({candidates, rows, repeats: 1, margin: 0.01, ...settings});
  const rounds: RaceRound[] = [];
  for (let step = running.next(); step; step = running.next()) {
    const table: ScoreTable = {
      candidates: step.candidates,
      rowIds: Array.from({length: step.rows}, (_, r) => `r${r}`),
      values: step.candidates.map((candidate) => scores[candidate]!.slice(0, step!.rows)),
      binary: true
    };
    rounds.push(running.judge(table));
  }
  return {outcome: running.outcome(), dropped: rounds.flatMap(({dropped}) => dropped)};
}

/** Rows are easy or hard for all; `part` answers some of the easy ones only, and those rightly. */
function field(seed: number, rows = 1200): Scores {
  const luck = (name: string, row: number) => rng(name, seed, row)();
  const of = (cell: (row: number) => number | undefined) => Array.from({length: rows}, (_, row) => cell(row));
  const right = (name: string, accuracy: number) => of((row) => +(luck(name, row) < accuracy));
  return {
    a: right("a", 0.75),
    b: right("b", 0.74),
    bad: right("bad", 0.4),
    part: of((row) => (luck("part", row) < 0.15 ? 1 : undefined))
  };
}

describe("a candidate in a race that failed on most rows", () => {
  it("drops nobody by the rows that it answered, though it leads on them beyond doubt", () => {
    const {outcome, dropped} = race(field(1), {errorRate: 0.05});
    expect(dropped.map(({candidate, by}) => [candidate, by])).toEqual([
      ["bad", expect.stringMatching(/^[ab]$/)]
    ]);
    expect(outcome.kind).toBe("rows-used-up");
    expect([...outcome.set].sort()).toEqual(["a", "b", "part"]);
  });

  it("wins no race within the margin", () => {
    const {a} = field(2);
    const {outcome} = race(
      {a: a!, part: a!.map((score, row) => (row % 2 ? score : undefined))},
      {
        errorRate: 0.05,
        margin: 0.1
      }
    );
    expect([outcome.kind, outcome.best]).not.toEqual(["within-margin", "part"]);
  });

  it("pushes nobody out of a race for a budget", () => {
    const {outcome} = race(field(3), {budgetCalls: 1600});
    expect(["a", "b"]).toContain(outcome.best);
  });

  it("drops others as soon as before where its failures are few", () => {
    const {a, bad} = field(4);
    const few = a!.map((score, row) => (row % 50 === 49 ? undefined : score));
    const dropped = (leader: (number | undefined)[]) =>
      race({leader, bad: bad!}, {errorRate: 0.05}).dropped.map(({candidate}) => candidate);
    expect(dropped(few)).toEqual(["bad"]);
    expect(dropped(few)).toEqual(dropped(a!));
  });

  it("does not raise the share of races that drop the best: with failures as 0 it is the best of those that the race keeps", () => {
    let lost = 0;
    for (let seed = 0; seed < 40; seed++) {
      const {a, b} = field(seed, 400);
      const flaky = a!.map((score, row) => (row % 5 === 0 ? undefined : score));
      if (race({flaky, b: b!}, {errorRate: 0.05}).dropped.some(({candidate}) => candidate === "b")) lost++;
    }
    expect(lost).toBe(0);
  });
});
