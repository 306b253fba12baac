import {afterAll, beforeAll, expect, it} from "vitest";
import {trained} from "../../../src/evals/candidates/index.js";
import {majorityClassifier} from "../../../src/training/finetunes/index.js";
import {runEval} from "../../../src/evals/runner/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {startModelServer, type ModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {type Project, server, wordsEval, wordsProject} from "./support/project.js";

let project: Project;
let models: ModelServer;

beforeAll(async () => {
  models = await startModelServer();
  project = await wordsProject(await temporaryProject(), 40);
});
afterAll(async () => {
  project.store.close();
  await models.close();
});

it("an eval trains anew when another split holds out rows that its model learned", async () => {
  const candidates = [trained("majority", majorityClassifier({text: "text", label: "answer"}))];
  const modelId = async () => {
    const inputs = {...project, evalName: "words", options: {preflight: false}};
    return (await runEval(wordsEval(server(models.url), {candidates}), inputs)).manifest!.candidates[0]!
      .modelId;
  };
  const before = await modelId();
  expect(await modelId()).toBe(before);
  await ensureSplit(project.store, project.version, {
    name: "kept",
    strategy: "random",
    validation: 0,
    test: 0,
    heldOut: 0.3
  });
  expect(await modelId()).not.toBe(before);
});
