import {afterAll, expect, it} from "vitest";
import {runVerdict} from "../../../src/report/site/index.js";
import {candidate, runEval} from "../../../src/evals/runner/index.js";
import {classification} from "../../../src/evals/scorers/index.js";
import type {Endpoint} from "../../../src/inference/endpoints/index.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {type Project, wordsEval, wordsProject} from "../../evals/runner/support/project.js";

let project: Project | undefined;
afterAll(() => project?.store.close());

/** Says the text's last word in `form`. */
const saying = (name: string, form: (word: string) => string): Endpoint => ({
  name,
  kind: "ours",
  hosting: "on-prem",
  trust: "local",
  identity: () => Promise.resolve({name}),
  complete: ({messages}) =>
    Promise.resolve({
      text: form(messages[0]!.content!.split(" ").at(-1)!),
      finishReason: "stop",
      latencyMs: 1,
      attempts: 1
    })
});

it("a risk names a candidate most of whose answers are no label, with an example and the likely cause", async () => {
  project = await wordsProject(await temporaryProject(), 40);
  const endpoints = {
    plain: saying("plain", (word) => word),
    wordy: saying("wordy", (word) => `The colour is ${word}\n${word}`),
    loud: saying("loud", (word) => `${word.toUpperCase()}!`)
  };
  const {manifest} = await runEval(
    wordsEval(endpoints.plain, {
      candidates: Object.entries(endpoints).map(([name, endpoint]) => candidate(name, endpoint, "m")),
      scorers: {accuracy: classification()}
    }),
    {...project, evalName: "words", options: {preflight: false}}
  );
  project.store.refresh();
  const {verdict} = await runVerdict(project.store, manifest!);
  const told = verdict.risks.map(({sentence}) => sentence).filter((text) => text.includes("no label"));
  expect(told).toEqual([
    expect.stringMatching(
      /answers of wordy are no label, such as "The colour is \w+.*: the label stands in a longer text/
    ),
    expect.stringMatching(/answers of loud are no label, such as .*: they are labels in another spelling/)
  ]);
});
