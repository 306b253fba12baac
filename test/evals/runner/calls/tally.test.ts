import {describe, expect, it} from "vitest";
import {createTally} from "../../../../src/evals/runner/calls/tally.js";

describe("createTally", () => {
  it("gives rate, time left, cost and each candidate's mean, and nothing of what is unknown", () => {
    let now = 0;
    const tally = createTally(["a", "b"], {planned: 10, done: 4, failed: 1, reused: 3}, () => now);
    expect(tally.progress("running")).toEqual({
      phase: "running",
      done: 4,
      planned: 10,
      failed: 1,
      reused: 3,
      candidates: [
        {name: "a", called: 0, failed: 0, scored: 0},
        {name: "b", called: 0, failed: 0, scored: 0}
      ]
    });
    now = 2000;
    tally.ended(0, false, 0.5);
    tally.ended(0, true, undefined);
    tally.scored(0, 0.25);
    expect(tally.progress("running")).toMatchObject({
      done: 6,
      failed: 2,
      costUsd: 0.5,
      ratePerSecond: 1,
      etaSeconds: 4
    });
    expect(tally.progress("running").candidates[0]).toEqual({
      name: "a",
      called: 2,
      failed: 1,
      scored: 1,
      mean: 0.25
    });
  });

  it("tells no time left while nothing ends", () => {
    let now = 0;
    const tally = createTally(["a"], {planned: 10, done: 0, failed: 0, reused: 0}, () => now);
    tally.ended(0, false, undefined);
    for (; now < 30_000; now += 500) tally.progress("running");
    expect(tally.progress("running")).toMatchObject({ratePerSecond: 0, etaSeconds: undefined});
  });
});
