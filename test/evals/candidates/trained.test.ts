import {afterAll, expect, it} from "vitest";
import {trained} from "../../../src/evals/candidates/index.js";
import {runEval} from "../../../src/evals/runner/index.js";
import {embedded} from "../../../src/inference/endpoints/index.js";
import {tfidfLogReg} from "../../../src/training/finetunes/index.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {type Project, wordsEval, wordsProject} from "../runner/support/project.js";

let project: Project | undefined;
afterAll(() => project?.store.close());

const tfidf = trained("tf-idf", tfidfLogReg({text: "text", label: "answer"}));

const PROMPTS = {
  alone: "{{text}}",
  instructed: "Is it red, green or blue? Say blue when it is blue.\n\n{{text}}",
  function: () => "no word of the row"
};

it("a trained classifier is given its own column, once, whatever the prompts", async () => {
  project = await wordsProject(await temporaryProject(), 60);
  const definition = wordsEval(embedded({name: "nobody", load: () => Promise.reject(new Error("unused"))}), {
    candidates: [tfidf],
    prompt: PROMPTS,
    repeats: 2
  });
  const {manifest, calls} = await runEval(definition, {
    ...project,
    evalName: "words",
    options: {preflight: false}
  });
  const found = await project.store.rows<{candidate: string; answers: number; asked: number}>(
    `select candidate, count(distinct (row_id, output))::int as answers, count(distinct row_id)::int as asked
     from completions where run = $run and status = 'completed' group by all order by candidate`,
    {run: manifest!.id}
  );
  const rows = found[0]!.asked;
  expect(found).toEqual([{candidate: "tf-idf", answers: rows, asked: rows}]);
  expect(manifest!.candidates[0]!.reads).toBe("text");
  expect(calls).toBe(rows);
});
