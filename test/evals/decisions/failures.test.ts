import {describe, expect, it} from "vitest";
import {
  checkGates,
  cutOptions,
  cutsOf,
  decide,
  type GateRule,
  type ScoreTable
} from "../../../src/evals/decisions/index.js";

type Cell = number | undefined;

const ROWS = Array.from({length: 300}, (_, row) => row);

function tableOf(of: Record<string, (row: number) => Cell>, baseline?: string): ScoreTable {
  return {
    candidates: Object.keys(of),
    baseline,
    rowIds: ROWS.map((row) => `r${row}`),
    values: Object.values(of).map((cell) => ROWS.map(cell)),
    binary: true
  };
}
const options = {margin: 0.02, seed: "s"};
const base = (row: number) => +(row % 10 < 7);
/** Right on the 60 rows that it answered. */
const flaky = (row: number) => (row < 60 ? 1 : undefined);

describe("a lead that failed rows may have made", () => {
  const table = tableOf({base, flaky}, "base");

  it("is no reason to switch, to take or to call a baseline better", () => {
    const verdict = decide(table, options);
    expect(verdict).toMatchObject({kind: "pick", best: "flaky", held: true, heldBy: "failures"});
    expect(verdict.action).toBe(
      "Do not switch to flaky yet: 240 of its 300 rows have no score. Had they all been wrong, base would be better (70.0 against 20.0)."
    );
    expect(verdict.sentence).toMatch(/^flaky scored 100\.0 /);
    expect(decide({...table, baseline: undefined}, options).action).toMatch(/^Do not choose flaky yet: /);
    expect(decide({...table, baseline: "flaky"}, options).action).toMatch(/^Keep flaky for now: 240 /);
  });

  it("stays a reason where the failures could not have made it", () => {
    const few = (row: number) => (row % 100 === 0 ? undefined : +(row % 10 < 9));
    const {action, held} = decide(tableOf({base, few}, "base"), options);
    expect(action).toMatch(/^Switch to few: it is 2\d\.\d points /);
    expect(held).toBeUndefined();
  });

  it("stays a reason to leave a beaten baseline, though a third would lead by the failures", () => {
    const third = (row: number) => +(row % 10 < 9 && row !== 0);
    const first = (row: number) => (row < 3 ? undefined : +(row % 10 < 9));
    const verdict = decide(tableOf({base, first, third}, "base"), {margin: 0.001, seed: "s"});
    expect(verdict).toMatchObject({best: "first", kind: "need-more", sensitivity: {bestIfWrong: "third"}});
    expect(verdict.action).toMatch(/^Switch to first: it is shown to be better than base/);
  });

  it("is no reason to choose the cheapest of those that are equally good", () => {
    const half = (row: number) => (row % 2 ? undefined : base(row));
    const costs = {half: 1, base: 10};
    const tied = {margin: 0.3, seed: "s", costs};
    const {kind, action} = decide(tableOf({base: (row) => +(row % 4 < 3), half}), tied);
    expect(kind).toBe("tie");
    expect(action).toMatch(/^Do not choose half yet: 150 of its 300 rows have no score\. /);
    const scarce = (row: number) => (row === 0 ? undefined : +(row % 4 < 3));
    expect(
      decide(tableOf({base: (row) => +(row % 4 < 3), scarce}), {...tied, costs: {scarce: 1, base: 10}}).action
    ).toBe("base and scarce are equally good; scarce is 10 times cheaper.");
  });

  it("makes nobody a cheaper one that is not worse", () => {
    const cheap = (row: number) => (row < 100 ? base(row) : undefined);
    const of = (cell: (row: number) => Cell) =>
      decide(tableOf({base: (row) => base(row), other: cell}), {
        margin: 0.2,
        seed: "s",
        costs: {base: 10, other: 1}
      }).cheaper?.candidates[0]?.verdict;
    expect(of(cheap)).toBe("undecided");
    expect(of((row) => (row < 290 ? base(row) : undefined))).toBe("non-inferior");
  });

  it("counts in the scorer's own range", () => {
    const stars = tableOf(
      {base: (row) => 1 + 4 * base(row), flaky: (row) => (row < 60 ? 5 : undefined)},
      "base"
    );
    const verdict = decide({...stars, binary: false, bounds: [1, 5]}, {margin: 0.1, seed: "s"});
    expect(verdict.action).toMatch(/base would be better \(3\.8 against 1\.8\)\.$/);
    expect(verdict.sensitivity!.sentence).toMatch(/would be from −2 to 1\.2\.$/);
  });
});

describe("failures of which nobody can say what they change", () => {
  const stars = (answered: number) =>
    tableOf({base: (row) => 1 + 4 * base(row), part: (row) => (row < answered ? 5 : undefined)}, "base");
  const decided = (answered: number, more: Partial<ScoreTable> = {}) =>
    decide({...stars(answered), binary: false, ...more}, {margin: 0.1, seed: "s"});

  it("are a risk where the scorer states no bounds and more than a few rows failed", () => {
    const {risks, held} = decided(72);
    expect(held).toBeUndefined();
    expect(risks).toEqual([
      {
        kind: "failures",
        sentence:
          "228 of 300 rows of part have no score; what they could change is not known, since the scorer states no bounds.",
        candidates: ["part"]
      }
    ]);
    expect(decided(284).risks).toHaveLength(1);
    expect(decided(285).risks).toEqual([]);
    expect(decided(290, {bounds: [1, 5]}).risks).toEqual([]);
  });

  it("are one where a corpus figure decides", () => {
    const {values} = stars(72);
    const figure = {figure: "ratio", name: "recall", of: "found", over: "wanted"} as const;
    const counts = values.map((own) => own.map((value) => (value === undefined ? undefined : [value, 5])));
    expect(decided(72, {corpus: {figure, counts}}).risks[0]!.sentence).toMatch(
      /^228 of 300 rows of part have no score; .*, since a row's part in recall has no bounds\.$/
    );
  });
});

describe("failed repeats of scored rows", () => {
  const all = (row: number) => (row < 280 ? 1 : 0);
  const table = {
    ...tableOf({base, repeated: all}, "base"),
    failedRepeats: [ROWS.map(() => 0), ROWS.map(() => 0.8)]
  };

  it("hold a lead back that they may have made", () => {
    const verdict = decide(table, options);
    expect(verdict.action).toBe(
      "Do not switch to repeated yet: 80.0% of its repeats have no score. Had they all been wrong, base would be better (70.0 against 18.7)."
    );
    expect(verdict.warnings).toEqual(["repeated: 80.0% of the repeats have no score."]);
    expect(verdict.risks[0]!.sentence).toMatch(
      /^300 scores lack some of their repeats\. The best mean would be /
    );
    expect(decide({...table, failedRepeats: undefined}, options).action).toMatch(/^Switch to repeated/);
  });

  it("are counted beside rows that failed, in some of the rows too", () => {
    const values = [table.values[0]!, table.values[1]!.map((value, row) => (row < 30 ? undefined : value))];
    const verdict = decide(
      {...table, values, failedRepeats: [[], ROWS.map((row) => (row < 30 ? 0 : 0.8))]},
      options
    );
    expect(verdict.warnings[0]).toMatch(
      /^repeated: 30 of 300 rows have no score, nor have 80\.0% of the repeats of the others\./
    );
    const cuts = cutsOf(
      table,
      [{name: "half", values: ROWS.map((row) => (row < 150 ? "first" : "second"))}],
      cutOptions(decide(table, options), {decides: true, scale: "proportion", seed: "s"})
    );
    expect(cuts[1]!.verdict.heldBy).toBe("failures");
  });

  it("make nobody a cheaper one that is not worse", () => {
    const pair = tableOf({dear: (row) => +(row < 285), cheap: all});
    const given = {margin: 0.1, seed: "s", costs: {dear: 10, cheap: 1}};
    const cheaper = (share: number) =>
      decide({...pair, failedRepeats: [ROWS.map(() => 0), ROWS.map(() => share)]}, given).cheaper!
        .candidates[0]!.verdict;
    expect([cheaper(0), cheaper(0.05), cheaper(0.8)]).toEqual(["non-inferior", "non-inferior", "undecided"]);
  });
});

describe("a candidate that was never scored", () => {
  const never = () => undefined;

  it("is named in what to do and in the sentence alone, and moves no lead", () => {
    const verdict = decide(tableOf({base, never, better: (row) => +(row % 20 < 19)}, "base"), options);
    expect(verdict.action).toMatch(/never was never scored/);
    expect(verdict.warnings).toEqual([]);
    expect(verdict.sensitivity).toBeUndefined();
    expect(verdict.risks).toEqual([]);
  });

  it("leaves out by how much a lead would move where only a third has failed rows", () => {
    const third = (row: number) => (row < 3 ? undefined : +(row % 10 < 5));
    const {sensitivity} = decide(tableOf({base, third, better: (row) => +(row % 20 < 19)}, "base"), options);
    expect(sensitivity!.sentence).toBe(
      "3 scores are missing. better would still have the best mean had every missing one been wrong, or right."
    );
  });

  it("is named where a verdict would say that there is none, or that all others are worse", () => {
    const alone = decide(tableOf({base: never, new: base}, "base"), options);
    expect(alone.action).toBe(
      "Take new for now: no other candidate has a score. base was never scored: nothing is known of how good it is."
    );
    expect(alone.sentence).toMatch(
      /no other candidate has a score\. base was never scored: nothing is known of how good it is\.$/
    );
    const better = (row: number) => +(row % 20 < 19);
    const three = decide(tableOf({never, base, better}, "never"), options);
    expect(three.action).toMatch(
      /^Take better: it is shown to be better than every other candidate with a score\. never was never scored/
    );
  });

  it("is not looked for where there is one candidate", () => {
    const {sentence, action} = decide(tableOf({base}), options);
    expect(sentence).toMatch(/there is no other candidate to compare it with\.$/);
    expect(action).toBe("Take base: there is no other candidate to compare it with.");
  });
});

describe("a gate on scores", () => {
  const check = (table: ScoreTable, rule: GateRule) =>
    checkGates([rule], table, decide(table, options), [])[0]!;

  it("is undecided where failed rows, counted as wrong, would turn it", () => {
    const table = tableOf({base, flaky}, "base");
    expect(check(table, {candidate: "flaky", minScore: 0.6})).toMatchObject({
      status: "undecided",
      message: expect.stringMatching(
        / on 60 rows; 240 of 300 rows lack scores, and had they been wrong it would be 20\.0$/
      ) as string
    });
    expect(check(table, {candidate: "flaky", maxRegression: 0.02}).status).toBe("undecided");
    // The baseline's failures may have made the candidate fail.
    expect(check({...table, baseline: "flaky"}, {candidate: "base", maxRegression: 0.02}).status).toBe(
      "undecided"
    );
    expect(check(table, {candidate: "base", minScore: 0.6}).status).toBe("pass");
    expect(check(table, {candidate: "base", minScore: 0.9}).status).toBe("fail");
  });

  it("goes by the scored rows where few failed", () => {
    const few = (row: number) => (row % 100 === 0 ? undefined : base(row));
    const table = tableOf({base, few}, "base");
    expect(check(table, {candidate: "few", minScore: 0.6})).toMatchObject({status: "pass"});
    expect(check(table, {candidate: "few", maxRegression: 0.02}).status).toBe("pass");
  });

  it("does not take rows that an earlier run never asked for failed ones", () => {
    const table = tableOf({base});
    const rule = {candidate: "base", maxRegression: 0.02, baselineRun: "previous"};
    const before = {...table, rowIds: table.rowIds.slice(0, 100), values: [table.values[0]!.slice(0, 100)]};
    const [found] = checkGates([rule], table, decide(table, options), [], {
      baseline: () => ({run: "r", table: before})
    });
    expect(found!.message).not.toMatch(/have no score/);
  });
});
