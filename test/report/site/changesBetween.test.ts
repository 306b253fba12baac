import {expect, it} from "vitest";
import {recorded} from "../../../src/inference/endpoints/index.js";
import {candidate, type EvalDefinition, runEval} from "../../../src/evals/runner/index.js";
import {changesBetween} from "../../../src/report/site/changeSince.js";
import {colours, wordsEval, wordsProject} from "../../evals/runner/support/project.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

it("names beside what is measured who was asked otherwise, and what is the same of others", async () => {
  const project = await wordsProject(await temporaryProject(), 20);
  const answers = (name: string, output: (i: number) => string) =>
    recorded({name, rows: Array.from({length: 20}, (_, i) => ({id: `w${i}`, output: output(i)}))});
  const right = answers("right", (i) => colours[i % 3]!);
  const red = answers("red", () => "red");
  const run = async (changes: Partial<EvalDefinition>) => {
    const options = {preflight: false};
    return (await runEval(wordsEval(right, changes), {...project, evalName: "words", options})).manifest!;
  };
  const before = await run({
    candidates: [candidate("one", right, "m"), candidate("two", right, "m"), candidate("gone", right, "m")]
  });
  const changed = async (changes: Partial<EvalDefinition>) =>
    changesBetween(project.store, await run(changes), before);
  expect(await changed({candidates: [candidate("one", right, "m"), candidate("new", red, "m")]})).toEqual([]);
  expect(
    await changed({
      prompt: "Say {{text}}",
      candidates: [candidate("one", red, "m"), candidate("two", red, "other", {params: {temperature: 1}})]
    })
  ).toEqual([
    "the prompt",
    "the endpoint of one and two",
    "the model asked (m → other) of two",
    "the parameters of two"
  ]);
  project.store.close();
});
