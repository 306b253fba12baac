// @module-tag long
import {beforeAll, beforeEach, describe, expect, it, vi} from "vitest";
import {chosenRun} from "../../src/cli/project/chosenRun.js";
import {type RaceRecord, scoreTable} from "../../src/evals/decisions/index.js";
import {runRace} from "../../src/evals/races/runRace.js";
import {currentDecisions} from "../../src/report/site/currentRuns.js";
import {runCosts, runVerdict} from "../../src/report/site/index.js";
import {clusteredStandardError, meanInterval} from "../../src/base/stats/index.js";
import {assayHere} from "../support/assayHere.js";
import {
  checked,
  definition,
  inputs,
  open,
  project,
  rows,
  setUpDecisions,
  shown
} from "./support/racedDecision.js";

setUpDecisions();

describe("the decision on an eval that was raced", () => {
  describe("after one race", () => {
    let record: RaceRecord;
    beforeAll(async () => {
      const close = await open(1200);
      ({record} = await runRace(definition(), inputs()));
      return close;
    });

    it("knows what candidates cost, with the price's source and day, and leaves out what nobody stated", async () => {
      const {costs, cheaper} = (await shown()).verdict;
      expect(Object.keys(costs!).sort()).toEqual(["fair", "good"]);
      expect(costs!.good!.price).toEqual({
        inputUsdPerMillion: 8,
        outputUsdPerMillion: 8,
        asOf: "2026-11-01",
        source: "prices/own.json"
      });
      const paid = await project.store.rows<{usd: number; cluster: string}>(
        "select 1000 * cost_usd as usd, cluster from completions join items using (run, row_id) where candidate = 'good' and run = $run",
        {run: (await shown()).id}
      );
      const clusters = paid.map(({cluster}) => cluster);
      const usd = paid.map((row) => row.usd);
      expect(costs!.good!.usdPerThousand).toBeCloseTo(
        usd.reduce((sum, one) => sum + one, 0) / usd.length,
        12
      );
      expect(costs!.good!.standardError).toBeCloseTo(
        clusteredStandardError(usd, clusters)!.standardError,
        12
      );
      expect(costs!.good!.rows).toBe(usd.length);
      expect(costs!.good!.low).toBeLessThan(costs!.good!.usdPerThousand);
      expect(costs!.good!.high).toBeGreaterThan(costs!.good!.usdPerThousand);
      const [fair] = cheaper!.candidates;
      expect(fair).toMatchObject({candidate: "fair", verdict: "inferior"});
      expect(fair!.timesLow).toBeCloseTo(fair!.timesCheaper!, 9);
      expect(fair!.timesHigh).toBeCloseTo(fair!.timesCheaper!, 9);
    });

    it("is one and the same by the eval's name, by the id of the race's last run, and on the page", async () => {
      const run = await shown();
      for (const name of ["words", run.id]) {
        const decision = await chosenRun(project.store, name);
        expect(decision.race?.id).toBe(record.id);
        expect((await runVerdict(project.store, decision.run, decision)).verdict).toEqual(run.verdict);
      }
    });

    it("is not that of an earlier round, which says so", async () => {
      project.store.refresh();
      const [first, last] = [record.rounds[0]!.run!, record.rounds.at(-1)!.run!];
      expect(first).not.toBe(last);
      const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
      try {
        const {race} = await chosenRun(project.store, first);
        expect(race).toBeUndefined();
        expect(written.mock.calls.flat().join("")).toBe(
          `! ${first} is round 1 of a race: its figures hold for one look only. The race's verdict is that of ${last}.\n`
        );
      } finally {
        written.mockRestore();
      }
    });

    it("names the best of its costs, too", async () => {
      const {id} = await shown();
      const run = (await project.store.runs()).find((one) => one.id === id)!;
      const bestOf = async (best: string | undefined) => {
        const race = {...record, outcome: {...record.outcome!, best}};
        const {samples} = await runCosts(project.store, run, {at: "2026-11-26"}, race);
        return samples.filter((one) => one.best).map(({name}) => name);
      };
      expect(await bestOf(record.outcome!.best)).toEqual(["good"]);
      expect(await bestOf("fair")).toEqual(["fair"]);
    });

    it("gates a race by intervals that hold at every look, against a baseline that it dropped", async () => {
      const last = await scoreTable(project.store, record.rounds.at(-1)!.run!, "exact");
      const seen = meanInterval(last.values[last.candidates.indexOf("good")]!, {
        clusters: last.clusters!
      })!;
      const between = async (minScore: number) => (await checked([{minScore}])).results[0]!;
      // One look would let this through; the race looked several times.
      const tight = await between(seen.low - 0.001);
      expect(tight).toMatchObject({candidate: "good", status: "undecided"});
      expect((await between(0.4)).status).toBe("pass");
      const {results} = await checked([
        {maxRegression: 0.02},
        {candidate: "bad", minScore: 0.9},
        {candidate: "fair", maxRegression: 0.02},
        {candidate: "nobody", minScore: 0.1}
      ]);
      expect(results.map(({candidate: of, status}) => [of, status])).toEqual([
        ["good", "pass"],
        ["bad", "fail"],
        ["fair", "pass"],
        ["nobody", "fail"]
      ]);
      expect(results[0]!.rule).toMatch(/points below bad$/);
    });

    it("has the same gates in `assay verdict`, against a baseline that it dropped", async () => {
      const {results} = await checked([{maxRegression: 2}]);
      const words = ["verdict", record.rounds.at(-1)!.run!, "--max-regression", "2", "--json"];
      const ended = await assayHere(project.store.workspace.project, ...words);
      expect((JSON.parse(ended.stdout) as {gates: unknown}).gates).toEqual(results);
      expect(ended.code).toBe(0);
    });
  });

  describe("after what came before and since", () => {
    beforeEach(() => open(600));

    it("is the race's in the report and in the gate, with its error rate, and not its last round's", async () => {
      const {record} = await runRace(definition(), inputs(), {errorRate: 0.1});
      expect(record.rounds.length).toBeGreaterThan(1);
      const run = await shown();
      expect(run.id).toBe(record.rounds.at(-1)!.run);
      expect(run.verdict).toMatchObject({
        kind: "pick",
        best: "good",
        set: ["good"],
        alpha: 0.1,
        sentence: record.outcome!.sentence,
        race: {
          id: record.id,
          outcome: "pick",
          errorRate: 0.1,
          rowsOfPart: rows,
          calls: record.outcome!.calls,
          rounds: record.rounds.length
        }
      });
      expect(run.verdict.race!.rows).toBeLessThan(rows);
      const [bad] = run.verdict.race!.dropped;
      expect(bad).toMatchObject({candidate: "bad", why: "worse", round: 1});
      expect(bad!.lead!.low).toBeGreaterThan(0);
      // The comparison left is the last round's anytime-valid interval, not a p value of one look.
      const pair = record.rounds.at(-1)!.pairs[0]!;
      const [comparison] = run.verdict.comparisons;
      expect(comparison).toMatchObject({a: "good", b: "fair", rows: pair.observations});
      expect(comparison!.pValue).toBeUndefined();
      expect((comparison!.low! + comparison!.high!) / 2).toBeCloseTo(
        Math.abs((pair.low! + pair.high!) / 2),
        12
      );
      expect(run.verdict.winner).toBeUndefined();
      const {report} = await checked();
      expect(report.verdict).toEqual({...run.verdict});
    });

    it("a race that was stopped is shown as undecided when there is nothing else", async () => {
      const stop = new AbortController();
      await runRace(definition(), {...inputs(), signal: stop.signal}, {}, () => stop.abort());
      expect((await shown()).verdict).toMatchObject({kind: "need-more", race: {outcome: "stopped"}});
      const found = await currentDecisions(project.store.workspace);
      expect(found).toHaveLength(1);
      expect(found[0]!.race!.outcome!.kind).toBe("stopped");
    });
  });
});
