import {describe, expect, it} from "vitest";
import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {raceText} from "../../src/cli/evals/runs/raceText.js";
import {isUnfinished} from "../../src/cli/evals/run/run.js";
import {runEvals} from "../../src/cli/evals/run/runEvals.js";
import {replay} from "../../src/report/components/races/raceScores.js";
import {runRace} from "../../src/evals/races/runRace.js";
import {
  candidate,
  type EvalDefinition,
  type RaceOptions,
  type RunOptions
} from "../../src/evals/runner/index.js";
import {judgeRating} from "../../src/evals/scorers/index.js";
import {races, raceScores} from "../../src/report/site/index.js";
import {words} from "../evals/runner/support/project.js";
import {at, definition, inputs, NAMES, project, setUpBudgets} from "./support/budgetProject.js";

setUpBudgets();

describe("the budget of a race", () => {
  it("judges no round whose scores are owed, and is replayed with what a judge cost", async () => {
    const rating = judgeRating({
      endpoint: at(1000),
      model: "judge",
      rubric: "is it right?",
      params: {max_tokens: 16}
    });
    const judged = definition({
      scorers: {rating},
      candidates: NAMES.map((name) => candidate(name, at(1), name))
    });
    const {record} = await runRace(judged, inputs(), {budgetUsd: 14});
    for (const {rows, standings, candidates} of record.rounds) {
      expect(standings.map(({scored}) => scored)).toEqual(candidates.map(() => rows));
    }
    project.store.refresh();
    const [view] = (await races(project.store)).races;
    const scores = await raceScores(project.store, record.id);
    expect(scores.rounds.at(-1)!.costs).toEqual(record.rounds.at(-1)!.spentUsd);
    expect(scores.rounds[0]!.costs["a"]!).toBeGreaterThan(0.01);
    expect(replay(view!, scores)!.rounds.map(({rows}) => rows)).toEqual(record.rounds.map(({rows}) => rows));
  });

  it("of a start caps a race that has none, which says so and what to do", async () => {
    const params = {max_tokens: 64};
    const even = definition({
      candidates: ["b", "c"].map((name) => candidate(name, at(1000), name, {params}))
    });
    const stopped = (await runRace(even, inputs({budgetUsd: 2}))).record;
    expect(stopped.outcome).toMatchObject({
      kind: "stopped",
      why: expect.stringMatching(/^budget: .* of \$2 spent/)
    });
    expect(stopped.rounds.at(-1)!.cutShort).toBeDefined();
    expect(raceText(stopped)).toContain("start it again with a larger --budget-usd");
  });

  it("and the way that an eval states stay unless another is told", async () => {
    const path = "evals/words.eval.ts";
    await mkdir(join(project.store.workspace.project, "evals"));
    await writeFile(join(project.store.workspace.project, path), "export default {};");
    const {signal} = new AbortController();
    const run = async (
      race: EvalDefinition["race"],
      told: RaceOptions | undefined,
      options: RunOptions = {}
    ) => {
      const split = {strategy: "group" as const, validation: 0, test: 0.5};
      const one = {name: "words", path, sha256: "0".repeat(64), definition: definition({race, split})};
      const outcomes = await runEvals(project.store, [one], {
        options: {preflight: false, ...options},
        race: told,
        datasets: [words(400)],
        signal,
        abortSignal: signal,
        quiet: true,
        onOutcome: () => undefined
      });
      return outcomes[0]!;
    };
    const nothing = {errorRate: undefined, budgetCalls: undefined, budgetUsd: undefined};
    const stated = await run({budgetCalls: 60}, nothing);
    expect(stated.race!.settings).toMatchObject({budgetCalls: 60});
    const told = await run({budgetCalls: 60}, {...nothing, errorRate: 0.2});
    expect(told.race!.settings).toMatchObject({errorRate: 0.2});
    expect(told.race!.settings.budgetCalls).toBeUndefined();
    expect(isUnfinished(stated)).toBe(false);
    const {standings, ...round} = stated.race!.rounds.at(-1)!;
    const unscored = {...round, standings: standings.map(({candidate: of}) => ({candidate: of, scored: 0}))};
    expect(isUnfinished({...stated, race: {...stated.race!, rounds: [unscored]}})).toBe(true);
  });
});
