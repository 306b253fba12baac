import {beforeAll} from "vitest";
import type {listRaces} from "../../../../src/evals/races/index.js";
import {candidate, type EvalDefinition, runEval} from "../../../../src/evals/runner/index.js";
import {runVerdict} from "../../../../src/report/site/index.js";
import {ensureSplit, type SplitSpec} from "../../../../src/data/splits/index.js";
import type {RunManifest} from "../../../../src/base/store/index.js";
import {type Project, server, wordsEval, wordsProject} from "../../../evals/runner/support/project.js";
import {type ModelServer, startModelServer} from "../../../support/modelServer.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";

export let model: ModelServer;
export let project: Project;
export const spec: SplitSpec = {name: "last", strategy: "group", test: 0.3, validation: 0, heldOut: 0.4};

export const definition = (prompt: string, changes: Partial<EvalDefinition> = {}) => {
  const endpoint = server(model.url);
  return wordsEval(endpoint, {
    split: spec,
    part: "held-out",
    prompt,
    candidates: ["bad", "good"].map((name) => candidate(name, endpoint, name)),
    ...changes
  });
};
export const inputs = (evalName: string, more = {}) => ({
  ...project,
  evalName,
  options: {preflight: false, final: true, why: "test", ...more}
});
export const run = async (prompt: string, more = {}) =>
  (await runEval(definition(prompt), inputs("last", more))).manifest!;
export const told = async (manifest: RunManifest, race?: Awaited<ReturnType<typeof listRaces>>[number]) =>
  (await runVerdict(project.store, manifest, {race})).verdict.risks
    .filter(({kind}) => kind === "held-out")
    .map(({sentence}) => sentence);

/** A server and a project with a split that holds rows out. */
export function setUpOpened(): void {
  beforeAll(async () => {
    model = await startModelServer({
      models: ["good", "bad", "judge"],
      answer: ({prompt, body}) =>
        body.model === "judge" ? "[[A]]" : body.model === "good" ? prompt.split(" ").at(-1)! : "none"
    });
    project = await wordsProject(await temporaryProject(), 120);
    project.split = await ensureSplit(project.store, project.version, spec);
    return async () => {
      project.store.close();
      await model.close();
    };
  });
}
