import {describe, expect, it} from "vitest";
import {runRace} from "../../src/evals/races/runRace.js";
import {answering, definition, inputs, model, setUpRacedAgain} from "./support/racedAgain.js";

setUpRacedAgain();

describe("a race that is started again", () => {
  it("goes by the scores of rows that were asked again", {tags: ["long"]}, async () => {
    const first = await runRace(definition(), inputs());
    // What failed in one round stays so in the next.
    expect(model.requests).toHaveLength(first.calls);
    expect(first.record.rounds.every(({calls, newCalls}) => calls === newCalls)).toBe(true);
    answering.down = false;
    const second = await runRace(definition(), inputs({retryFailed: true}));
    expect(second.calls).toBeGreaterThan(0);
    const scored = second.record.rounds[0]!.standings.map((one) => one.scored);
    expect(scored).toEqual([50, 50]);
    const third = await runRace(definition(), inputs());
    expect(third.calls).toBe(0);
    expect(third.record).toEqual(second.record);
  });
});
