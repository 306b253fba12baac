import {describe, expect, it} from "vitest";
import {undecidedFor} from "../../src/report/site/runGates.js";
import type {GateResult, RaceRecord} from "../../src/evals/decisions/index.js";

const result = (status: GateResult["status"]): GateResult => ({
  rule: "score at least 80.0",
  candidate: "a",
  status,
  message: "found 90.0"
});
const results = [result("pass"), result("fail"), result("undecided")];

describe("gates on a run that was cut short", () => {
  const run = {
    id: "words-1",
    status: "partial" as const,
    limit: undefined as number | undefined,
    counts: {planned: 10, completed: 4, failed: 1, reused: 0, scored: 3, unscored: 1}
  };
  const statuses = (
    changes: Partial<typeof run> = {},
    more: Partial<Parameters<typeof undecidedFor>[0]> = {}
  ) => undecidedFor({run: {...run, ...changes}, ...more}, results).map(({status}) => status);

  it("are undecided where they pass, and say how far it got", () => {
    const [passed, ...others] = undecidedFor({run}, results);
    expect(passed).toMatchObject({
      status: "undecided",
      message: "found 90.0, in words-1, which was cut short with 3 of 10 answers scored"
    });
    expect(others).toEqual(results.slice(1));
  });

  it("say of other tools' files what is known of those that are missing", () => {
    const imported = {by: "me", files: []};
    const said = (counts: typeof run.counts) =>
      undecidedFor({run: {...run, imported, counts}}, results).map(({status, message}) => [
        status,
        message
      ])[0];
    expect(said(run.counts)).toEqual([
      "undecided",
      "found 90.0, in words-1, which was cut short with 3 of 10 answers scored"
    ]);
    expect(said({...run.counts, completed: 9})).toEqual([
      "undecided",
      "found 90.0, in words-1, which is of incomplete result files"
    ]);
  });

  it("are as they are on a limited run, unless that was cut short too, or lacks scores", () => {
    const whole = {...run.counts, completed: 9};
    expect(statuses({limit: 5, counts: whole})).toEqual(["pass", "fail", "undecided"]);
    expect(statuses({limit: 5})).toEqual(["undecided", "fail", "undecided"]);
    expect(statuses({counts: whole})).toEqual(["undecided", "fail", "undecided"]);
  });

  it("are as they are on a race that ended, and undecided where they pass on one that was stopped", () => {
    const outcome = {best: "a", set: ["a"], sentence: "", calls: 1, callsOfEverything: 1};
    const raced = (kind?: NonNullable<RaceRecord["outcome"]>["kind"]) => ({
      race: {outcome: kind && {kind, ...outcome}} as RaceRecord
    });
    for (const kind of ["pick", "within-margin", "rows-used-up"] as const)
      expect(statuses({}, raced(kind))).toEqual(["pass", "fail", "undecided"]);
    for (const race of [raced("stopped"), raced()])
      expect(statuses({status: "complete" as never}, race)).toEqual(["undecided", "fail", "undecided"]);
    expect(undecidedFor({run, ...raced("stopped")}, results)[0]!.message).toBe(
      "found 90.0, in words-1, which is of a race that did not end"
    );
  });

  it("are all undecided on a run of another definition, however it ended", () => {
    expect(statuses({}, {other: ["the prompt"]})).toEqual(["undecided", "undecided", "undecided"]);
    const said = (other: string[]) => undecidedFor({run, other}, results)[0]!.message;
    expect(said(["a", "b", "c"])).toContain("of another definition (a, b, c)");
    expect(said(["a", "b", "c", "d"])).toContain("of another definition (a, b and 2 more)");
  });
});
