import {afterAll, beforeAll} from "vitest";
import {candidate} from "../../../src/evals/runner/index.js";
import {server, type Project, wordsEval, wordsProject} from "../../evals/runner/support/project.js";
import type {ModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {startRacedModel} from "./racedModel.js";

export let model: ModelServer;
export let project: Project;
export let rows: number;
export const open = async (size: number) => {
  model.requests.length = 0;
  project = await wordsProject(await temporaryProject(), size);
  rows = project.split.counts["test"]!;
  return () => project.store.close();
};
export const definition = () => {
  const endpoint = server(model.url);
  return wordsEval(endpoint, {
    candidates: ["bad", "fair", "good"].map((name) => candidate(name, endpoint, name))
  });
};
export const inputs = () => ({...project, evalName: "words", options: {preflight: false}});

/** Starts the server of the models that race. */
export function setUpRacedWords(): void {
  beforeAll(async () => {
    model = await startRacedModel();
  });
  afterAll(() => model.close());
}
