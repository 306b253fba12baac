import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {beforeEach, describe, expect, it} from "vitest";
import {everything} from "../../src/evals/races/index.js";
import {runRace} from "../../src/evals/races/runRace.js";
import {candidate, type EvalDefinition, runEval} from "../../src/evals/runner/index.js";
import {outcomeText} from "../../src/cli/evals/run/run.js";
import {runEvals, type RunEvalsOptions} from "../../src/cli/evals/run/runEvals.js";
import {server, words, wordsEval} from "../evals/runner/support/project.js";
import {definition, inputs, model, open, project, rows, setUpRacedWords} from "./support/racedWords.js";

setUpRacedWords();

describe("a race over few rows", () => {
  beforeEach(() => open(200));

  it("is compared only with a run of the same question", async () => {
    const {record} = await runRace(definition(), inputs());
    const endpoint = server(model.url);
    const other = (change: Partial<EvalDefinition>) =>
      runEval({...wordsEval(endpoint, {candidates: definition().candidates}), ...change}, inputs());
    await other({prompt: "{{text}} now"});
    await other({candidates: definition().candidates.slice(1)});
    await other({repeats: 2});
    await runEval(definition(), {...inputs(), options: {preflight: false, limit: 60}});
    project.store.refresh();
    expect(await everything(project.store, record)).toBeUndefined();
    const more = await other({
      candidates: [...definition().candidates, candidate("again", endpoint, "good")]
    });
    project.store.refresh();
    expect(await everything(project.store, record)).toMatchObject({run: more.manifest!.id, best: "good"});
  });

  it("is what an eval that states one is run by, unless it is told not to", async () => {
    const path = "evals/words.eval.ts";
    await mkdir(join(project.store.workspace.project, "evals"));
    await writeFile(join(project.store.workspace.project, path), "export default {};");
    const named = (race: EvalDefinition["race"]) => ({
      name: "words",
      path,
      sha256: "0".repeat(64),
      definition: {...definition(), split: {strategy: "group" as const, validation: 0, test: 0.5}, race}
    });
    const {signal} = new AbortController();
    const run = async (race: EvalDefinition["race"], more: Partial<RunEvalsOptions> = {}) => {
      const options = {options: {preflight: false}, datasets: [words(200)], signal, abortSignal: signal};
      const inputs = {...options, quiet: true, onOutcome: () => undefined, ...more};
      return (await runEvals(project.store, [named(race)], inputs))[0]!;
    };
    const dry = await run(true, {options: {preflight: false, dryRun: true}});
    expect(dry.result.dryRun!.planned).toBe(3 * rows);
    expect(outcomeText(dry)).toContain("At most: the eval races its candidates");
    expect((await run({errorRate: 0.2})).race!.settings.errorRate).toBe(0.2);
    expect((await run(true)).race!.settings.errorRate).toBe(0.05);
    expect((await run(true, {race: {budgetCalls: 90}})).race!.settings).toMatchObject({budgetCalls: 90});
    const all = await run(true, {race: false});
    expect(all.race).toBeUndefined();
    expect(all.result.manifest!.counts.planned).toBe(3 * rows);
    expect((await run(false)).race).toBeUndefined();
  });
});
