import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {beforeAll, beforeEach, describe, expect, it} from "vitest";
import {everythingText} from "../../src/report/components/races/raceScores.js";
import {type RaceRecord, type RaceRound, scoreTable} from "../../src/evals/decisions/index.js";
import {everything, listRaces, startRace} from "../../src/evals/races/index.js";
import {runRace} from "../../src/evals/races/runRace.js";
import {candidate, runEval} from "../../src/evals/runner/index.js";
import {raceText} from "../../src/cli/evals/runs/raceText.js";
import {server, wordsEval} from "../evals/runner/support/project.js";
import {definition, inputs, model, open, project, rows, setUpRacedWords} from "./support/racedWords.js";

setUpRacedWords();

describe("a race that ended", () => {
  const seen: RaceRound[] = [];
  let record: RaceRecord;
  let calls: number;
  beforeAll(async () => {
    const close = await open(600);
    ({record, calls} = await runRace(definition(), inputs(), {errorRate: 0.05}, (round) => seen.push(round)));
    return close;
  });

  it("pays only for what each round adds, and keeps a record that gives the same race again", async () => {
    expect(record.outcome).toMatchObject({kind: "pick", best: "good", callsOfEverything: 3 * rows});
    expect(record.outcome!.calls).toBe(calls);
    expect(model.requests.filter(({path}) => path.endsWith("/completions"))).toHaveLength(calls);
    expect(calls).toBeLessThan(1.5 * rows);
    expect(seen).toEqual(record.rounds);
    expect(record.rounds.every((round) => round.newCalls === round.calls)).toBe(true);

    const file = join(project.store.workspace.dir, "races", `${record.id}.json`);
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual(record);
    const again = startRace(record.settings);
    for (const {run, newCalls, ...round} of record.rounds) {
      expect(newCalls).toBeDefined();
      expect(again.next()).toMatchObject({
        round: round.round,
        rows: round.rows,
        candidates: round.candidates
      });
      expect(again.judge(await scoreTable(project.store, run!, record.scorer))).toEqual(round);
    }
    expect(again.outcome()).toEqual(record.outcome);
  });

  it("takes the rows of a thread together", async () => {
    const items = await project.store.rows<{cluster: string}>(
      "select cluster from items where run = $run order by position",
      {run: record.rounds[0]!.run!}
    );
    const order = items.map(({cluster}) => cluster);
    const changes = order.filter((cluster, i) => i > 0 && cluster !== order[i - 1]).length;
    expect(changes).toBe(new Set(order).size - 1);
    expect(new Set(order).size).toBeLessThan(order.length);
  });

  it("reads as text: how it ended, and who went when and why", async () => {
    const text = raceText(record);
    expect(text).toMatch(
      /good won the race after .* the best candidate is dropped in at most 5\.0% of races/
    );
    expect(text).toMatch(
      /bad is out: good leads it by [\d.]+ \([\d.]+ to 100\.0\)|bad is out: good leads it by [\d.]+ \(/
    );
  });
});

describe("a race through the runner", () => {
  beforeEach(() => open(600));

  it(
    "costs nothing the second time, and chooses what running everything chooses",
    {tags: ["long"]},
    async () => {
      const first = await runRace(definition(), inputs());
      const second = await runRace(definition(), inputs());
      expect(second.calls).toBe(0);
      // When it was raced and what was paid then stay on record.
      expect(second.record).toEqual(first.record);
      expect(await listRaces(project.store.workspace)).toEqual([first.record]);
      expect(await everything(project.store, first.record)).toBeUndefined();
      const all = await runEval(definition(), inputs());
      // What was raced is reused by the full run.
      expect(all.calls).toBe(3 * rows - first.calls);
      project.store.refresh();
      const found = await everything(project.store, first.record);
      expect(found).toEqual({
        run: all.manifest!.id,
        eval: "words",
        kind: "pick",
        best: "good",
        set: ["good"]
      });
      expect(everythingText(first.record, found!)).toBe(
        "Running everything comes out the same: good leads there too. One look at all rows leaves no other that may be best."
      );
      const third = await runRace(definition(), inputs());
      expect(third.calls).toBe(0);
      expect(third.record.startedAt > first.record.startedAt).toBe(true);
    }
  );

  it("keeps to a budget of calls", async () => {
    const {record, calls} = await runRace(definition(), inputs(), {budgetCalls: 90});
    expect(calls).toBeLessThanOrEqual(90);
    expect(record.outcome).toMatchObject({kind: "pick", best: "good"});
  });

  it("refuses a budget of dollars when no answer states what it cost", async () => {
    await expect(runRace(definition(), inputs(), {budgetUsd: 1})).rejects.toThrow(
      /first 10 rows states a cost.*--budget-calls/
    );
    expect(await listRaces(project.store.workspace)).toEqual([]);
  });

  it("is stopped by a signal and goes on from there", async () => {
    const stop = new AbortController();
    const {record} = await runRace(definition(), {...inputs(), signal: stop.signal}, {}, () => stop.abort());
    expect(record.outcome!.kind).toBe("stopped");
    const {record: whole, calls} = await runRace(definition(), inputs());
    expect(whole.id).toBe(record.id);
    expect(whole.outcome!.kind).toBe("pick");
    expect(calls).toBe(whole.outcome!.calls - record.outcome!.calls);
  });

  it("says all that is wrong with a race at once", async () => {
    const endpoint = server(model.url);
    const one = wordsEval(endpoint, {
      candidates: [candidate("good", endpoint, "good")],
      prompt: {a: "{{text}}", b: "{{text}}!"}
    });
    await expect(runRace(one, inputs(), {errorRate: 2, budgetCalls: 1})).rejects.toThrow(
      /at least two candidates[^]*several prompts[^]*error rate is 2[^]*not both/
    );
  });
});

describe("a race over few rows", () => {
  beforeEach(() => open(200));

  it("says where it and running everything part", {tags: ["long"]}, async () => {
    const {record} = await runRace(definition(), inputs());
    const found = {run: "r", eval: "words", kind: "need-more" as const, best: "bad", set: ["bad", "fair"]};
    expect(everythingText(record, found)).toMatch(
      /^Running everything comes out otherwise: bad leads there, which the race dropped in round 1\. .* leaves fair not shown to be worse\.$/
    );
  });
});
