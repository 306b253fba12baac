import {afterAll, expect, it} from "vitest";
import {cascade} from "../../../src/evals/candidates/index.js";
import {candidate, runEval} from "../../../src/evals/runner/index.js";
import {judgeRating} from "../../../src/evals/scorers/index.js";
import {runVerdict} from "../../../src/report/site/index.js";
import {server, wordsEval, wordsProject} from "../../evals/runner/support/project.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

let model: ModelServer | undefined;
afterAll(() => model?.close());

it("a judge that is a model of a cascade scores its own answers, at whatever depth it stands", async () => {
  const project = await wordsProject(await temporaryProject(), 12);
  model = await startModelServer({answer: ({prompt}) => (prompt.startsWith("Rate") ? "[[7]]" : "red")});
  const endpoint = server(model.url);
  const [cheap, own, other] = ["cheap", "judge-model", "other"].map((name) =>
    candidate(name, endpoint, name)
  );
  const settings = {signal: "length" as const, thresholds: [-1]};
  const inner = cascade("inner", [cheap!, own!], settings);
  const definition = wordsEval(endpoint, {
    candidates: [
      other!,
      cascade("both", [cheap!, own!], settings),
      cascade("deep", [cheap!, inner], settings)
    ],
    scorers: {rating: judgeRating({endpoint, model: "judge-model", rubric: "good"})}
  });
  const {manifest} = await runEval(definition, {...project, evalName: "words", options: {limit: 4}});
  project.store.refresh();
  const {verdict} = await runVerdict(project.store, manifest!);
  expect(verdict.risks.map(({sentence}) => sentence)).toContain(
    "The judge judge-model scores its own answers (both, deep)."
  );
  project.store.close();
});
