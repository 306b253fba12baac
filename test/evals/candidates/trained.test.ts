import {afterAll, expect, it} from "vitest";
import {cascade, reranked, trained} from "../../../src/evals/candidates/index.js";
import {candidate, runEval} from "../../../src/evals/runner/index.js";
import {embedded, type Endpoint, type Message} from "../../../src/inference/endpoints/index.js";
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

/** Answers "none", and is as sure of every answer; `heard` takes what it was sent. */
function languageModel(heard: Message[][]) {
  const endpoint: Endpoint = {
    name: "listener",
    kind: "custom",
    hosting: "edge",
    trust: "local",
    identity: () => Promise.resolve({listener: "1"}),
    complete({messages}) {
      heard.push(messages);
      return Promise.resolve({text: "none", finishReason: "stop", latencyMs: 0, attempts: 1});
    },
    score({messages}, answers) {
      heard.push(messages);
      return Promise.resolve({
        logprobs: answers.map(() => -1),
        usage: {promptTokens: 1, completionTokens: 1},
        latencyMs: 0
      });
    }
  };
  return candidate("language model", endpoint, "m");
}

it("a trained classifier within cascades and rerankers is given its own column, and the other stages the prompt", async () => {
  project ??= await wordsProject(await temporaryProject(), 60);
  const heard: Message[][] = [];
  const other = languageModel(heard);
  const inner = cascade("surely", [tfidf, other], {signal: "logprobs", thresholds: [-1000]});
  const definition = wordsEval(embedded({name: "nobody", load: () => Promise.reject(new Error("unused"))}), {
    candidates: [
      tfidf,
      inner,
      cascade("never", [tfidf, other], {signal: "logprobs", thresholds: [1]}),
      cascade("nested", [inner, other], {signal: "logprobs", thresholds: [-1000]}),
      reranked("reranked", tfidf, [other], {weights: [1, 1]})
    ],
    prompt: PROMPTS
  });
  const task = {...project, evalName: "words"};
  const {manifest} = await runEval(definition, {...task, options: {preflight: false}});
  const alike = await project.store.rows<{candidate: string; alike: boolean}>(
    `select c.candidate, bool_and(c.output = t.output) as alike
     from completions c join completions t on t.run = c.run and t.row_id = c.row_id and t.candidate = 'tf-idf'
     where c.run = $run and c.candidate <> 'never' group by all order by 1`,
    {run: manifest!.id}
  );
  expect(alike).toEqual(
    ["nested", "reranked", "surely", "tf-idf"].map((name) => ({candidate: name, alike: true}))
  );
  expect(new Set(heard.flat().map((message) => Object.keys(message).join()))).toEqual(
    new Set(["role,content"])
  );
  expect(heard.flat().map(({content}) => content)).toContain("no word of the row");
  const {prompts} = await runEval(definition, {...task, options: {showPrompts: 1}});
  expect(prompts!.rows[0]!.columns).toEqual([
    {
      name: "text",
      candidates: ["tf-idf", "surely", "never", "nested", "reranked"],
      text: expect.stringMatching(/^item/) as string
    }
  ]);
});
