import {afterAll, beforeAll} from "vitest";
import {checkEvals} from "../../../src/report/gates/index.js";
import {openAICompatible} from "../../../src/inference/endpoints/index.js";
import {candidate, type GateRule} from "../../../src/evals/runner/index.js";
import {verdicts} from "../../../src/report/site/index.js";
import {type Project, wordsEval, wordsProject} from "../../evals/runner/support/project.js";
import type {ModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {startRacedModel} from "./racedModel.js";

const PRICES = {good: 8, fair: 1, bad: undefined};
let model: ModelServer;
export let project: Project;
export let rows: number;
/** Makes a project of so many rows; gives what closes it. */
export const open = async (size: number) => {
  project = await wordsProject(await temporaryProject(), size);
  rows = project.split.counts["test"]!;
  return () => project.store.close();
};

export const definition = (gate: GateRule[] = []) => {
  const endpointOf = (usd: number | undefined) =>
    openAICompatible({
      name: `at-${usd ?? "no"}-price`,
      baseUrl: model.url,
      hosting: "on-prem",
      trust: "local",
      price:
        usd === undefined
          ? undefined
          : {
              inputUsdPerMillion: usd,
              outputUsdPerMillion: usd,
              asOf: "2026-11-01",
              source: "prices/own.json"
            }
    });
  return wordsEval(endpointOf(undefined), {
    split: {strategy: "group", validation: 0, test: 0.5},
    candidates: (["bad", "fair", "good"] as const).map((name) =>
      candidate(name, endpointOf(PRICES[name]), name, {baseline: name === "bad"})
    ),
    gate
  });
};
export const inputs = () => ({...project, evalName: "words", options: {preflight: false}});
export const checked = async (gate: GateRule[] = []) => {
  project.store.refresh();
  const named = {
    name: "words",
    path: "evals/words.eval.ts",
    sha256: "0".repeat(64),
    definition: definition(gate)
  };
  return (await checkEvals(project.store, [named]))[0]!;
};
export const shown = async () => {
  project.store.refresh();
  return (await verdicts(project.store)).runs.find((run) => run.eval === "words")!;
};

/** Starts the models of races. */
export function setUpDecisions(): void {
  beforeAll(async () => {
    model = await startRacedModel();
  });
  afterAll(() => model.close());
}
