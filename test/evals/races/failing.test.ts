import {describe, expect, it} from "vitest";
import {
  decide,
  type RaceRecord,
  type RaceRound,
  type RaceSettings,
  type ScoreTable
} from "../../../src/evals/decisions/index.js";
import {raceVerdict} from "../../../src/evals/decisions/raceVerdict.js";
import {startRace} from "../../../src/evals/races/index.js";
import {rng} from "../../../src/base/stats/index.js";

type Scores = Record<string, (number | undefined)[]>;

/** `failedRepeats`: of every scored row, by candidate. */
function race(scores: Scores, given: Partial<RaceSettings> = {}, failedRepeats: Record<string, number> = {}) {
  const candidates = Object.keys(scores);
  const rows = Object.values(scores)[0]!.length;
  const settings = {candidates, rows, repeats: 1, margin: 0.01, ...given};
  const running = startRace(settings);
  const rounds: RaceRound[] = [];
  let last: ScoreTable | undefined;
  for (let step = running.next(); step; step = running.next()) {
    const table: ScoreTable = {
      candidates: step.candidates,
      rowIds: Array.from({length: step.rows}, (_, r) => `r${r}`),
      values: step.candidates.map((candidate) => scores[candidate]!.slice(0, step!.rows)),
      failedRepeats: step.candidates.map((candidate) =>
        new Array<number>(step!.rows).fill(failedRepeats[candidate] ?? 0)
      ),
      binary: true
    };
    rounds.push(running.judge(table));
    last = table;
  }
  const outcome = running.outcome();
  const record = {id: "race", settings, rounds, outcome} as unknown as RaceRecord;
  return {outcome, record, table: last!, dropped: rounds.flatMap(({dropped}) => dropped)};
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

  it("drops nobody, and wins no budget, by repeats that it did not fail on", () => {
    const {a, bad} = field(5);
    const all = a!.map(() => 1);
    const failed = {part: 0.8};
    const gone = race({a: a!, bad: bad!, part: all}, {errorRate: 0.05}, failed).dropped;
    expect(gone.filter(({by}) => by === "part")).toEqual([]);
    expect(race({a: a!, part: all}, {budgetCalls: 800}, failed).outcome.best).toBe("a");
    expect(race({a: a!, part: all}, {budgetCalls: 800}).outcome.best).toBe("part");
  });

  it("is no cheaper one that is not worse, dropped early or not", () => {
    const a = field(6, 3000).a!;
    const cheap = a.map((score, row) => (row % 2 ? undefined : score));
    const dear = a.map((score, row) => (row % 97 ? score : 0));
    const costs = Object.fromEntries(
      Object.entries({a: 2, cheap: 0.1, dear: 2}).map(([name, usd]) => [
        name,
        {usdPerThousand: usd, rows: 100}
      ])
    );
    const cheaper = (scores: Scores, failed = {}, went = false) => {
      const {record, table} = race(scores, {errorRate: 0.05, margin: 0.1}, failed);
      const verdict = decide(table, {margin: 0.1, seed: "s"});
      // A last round without it, in which another was compared.
      const pairs: RaceRound["pairs"] = [];
      const without = {...record.rounds.at(-1)!, standings: [{candidate: "a", scored: 50, mean: 0.7}], pairs};
      const rounds = went ? [...record.rounds, without] : record.rounds;
      const {cheaper} = raceVerdict({...record, rounds}, verdict, costs, {table});
      return [record.outcome!.best, cheaper!.candidates[0]!.verdict];
    };
    expect(cheaper({a, cheap, dear})).toEqual(["a", "undecided"]);
    expect(cheaper({a, cheap, dear}, {}, true)).toEqual(["a", "undecided"]);
    expect(cheaper({a, cheap: a}, {}, true)).toEqual(["a", "non-inferior"]);
    expect(cheaper({a, cheap: a})).toEqual(["a", "non-inferior"]);
    expect(cheaper({a, cheap: a}, {cheap: 0.8})).toEqual(["a", "undecided"]);
  });

  it("is said to have gone by its failures where its mean is the best", () => {
    const {a} = field(7);
    const part = a!.map((_, row) => (row % 2 ? undefined : 1));
    const {record, table} = race({a: a!, part}, {budgetCalls: 800});
    const last = decide(table, {margin: 0.01, seed: "s"});
    const verdict = raceVerdict(record, last, {}, {baseline: "part", table});
    expect([last.best, verdict.best]).toEqual(["part", "a"]);
    expect(verdict.action).toBe(
      "Switch to a: it was left when the budget was spent, by means with failed rows counted as 0."
    );
    expect(verdict.risks[0]!.sentence).toMatch(
      /^200 scores are missing\. The best mean would be a's had every missing one been wrong, part's had it been right\. The lead over part would be from /
    );
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
