import {beforeEach, describe, expect, it} from "vitest";
import {runRace} from "../../src/evals/races/runRace.js";
import {runEval} from "../../src/evals/runner/index.js";
import {checked, definition, inputs, open, rows, setUpDecisions, shown} from "./support/racedDecision.js";

const pause = () => new Promise((done) => setTimeout(done, 5));

setUpDecisions();

describe("the decision on an eval that was raced", () => {
  describe("after what came before and since", () => {
    beforeEach(() => open(600));

    it("is the newest complete run when that came after the race, and the race again when raced anew", async () => {
      await runRace(definition(), inputs());
      await pause();
      const {manifest} = await runEval(definition(), inputs());
      let run = await shown();
      expect(run.id).toBe(manifest!.id);
      expect(run.verdict.race).toBeUndefined();
      expect(run.rows).toBe(rows);
      await pause();
      const {record, calls} = await runRace(definition(), inputs());
      expect(calls).toBe(0);
      run = await shown();
      expect(run.verdict.race!.id).toBe(record.id);
    });

    it("stays the last complete run's when a race was stopped, and a partial run's is not taken before it", async () => {
      const {manifest} = await runEval(definition(), inputs());
      await pause();
      const stop = new AbortController();
      await runRace(definition(), {...inputs(), signal: stop.signal}, {}, () => stop.abort());
      await pause();
      await runEval(definition(), {...inputs(), options: {preflight: false, limit: 20}});
      expect((await shown()).id).toBe(manifest!.id);
      expect((await checked()).run).toBe(manifest!.id);
    });

    it("claims no proof where a budget was spent", async () => {
      const {record} = await runRace(definition(), inputs(), {budgetCalls: 90});
      const {verdict} = await shown();
      expect(record.outcome).toMatchObject({kind: "pick", best: "good"});
      expect(verdict.action).toBe("Switch to good: it was left when the budget was spent.");
      expect(verdict.sentence).toMatch(/; a race for a budget controls no error rate\.$/);
    });
  });
});
