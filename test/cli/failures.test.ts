import {expect, it} from "vitest";
import {failuresOf, failuresText} from "../../src/cli/evals/runs/failures.js";
import {recorded} from "../../src/inference/endpoints/index.js";
import {candidate, type EvalDefinition, runEval} from "../../src/evals/runner/index.js";
import {wordsEval, wordsProject} from "../evals/runner/support/project.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

it("lists ten reasons at most, and says how many more there are", async () => {
  const project = await wordsProject(await temporaryProject(), 40);
  const rows = Array.from({length: 40}, (_, i) => ({id: `w${i}`, output: String(i)}));
  const answers = recorded({name: "answers", rows});
  const failed = async (scorer: (output: string) => {failed: string}) => {
    const scorers: EvalDefinition["scorers"] = {own: ({output}: {output: string}) => scorer(output)};
    const definition = wordsEval(answers, {candidates: [candidate("one", answers, "m")], scorers});
    const options = {preflight: false, limit: 15};
    const {manifest} = await runEval(definition, {...project, evalName: "words", options});
    project.store.refresh();
    return failuresOf(project.store, manifest!.id);
  };
  const all = await failed((output) => ({failed: `boom ${output}`}));
  expect([all.failures.length, all.otherFailures]).toEqual([10, {reasons: 5, n: 5}]);
  expect(failuresText(all)).toMatch(
    /\n5 more reasons of 5 failures are not shown: `assay sql` has them in the tables completions and scores \(status = 'failed'\)\.$/
  );
  const few = await failed((output) => ({failed: `boom ${Number(output) % 2}`}));
  expect([few.failures.length, few.otherFailures]).toEqual([2, undefined]);
  expect(failuresText(few)).not.toContain("not shown");
  project.store.close();
});
