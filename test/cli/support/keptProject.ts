import {mkdir} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, afterEach, beforeAll, beforeEach, vi} from "vitest";
import {runEval, type RunOptions} from "../../../src/evals/runner/index.js";
import {type Project, server, wordsEval, wordsProject} from "../../evals/runner/support/project.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

export let model: ModelServer;
export let folder: string;
export let project: Project;
export const answering: {refused?: (prompt: string) => boolean} = {};

export const run = async (options: RunOptions = {}) => {
  const inputs = {...project, evalName: "words", options: {preflight: false, ...options}};
  const result = await runEval(wordsEval(server(model.url)), inputs);
  project.store.refresh();
  return {...result, id: result.manifest!.id};
};

/** Starts the model and makes a project for each test. */
export function setUpKept(): void {
  beforeAll(async () => {
    model = await startModelServer({
      models: ["test-model", "test-model-2"],
      behave: ({prompt}) => (answering.refused?.(prompt) ? {status: 400} : undefined),
      answer: ({prompt}) => prompt.split(" ").at(-1)!
    });
  });
  afterAll(() => model.close());
  beforeEach(async () => {
    folder = await temporaryProject();
    await mkdir(join(folder, "evals"));
    project = await wordsProject(folder, 40);
    vi.stubEnv("ASSAY_PROJECT", folder);
    vi.stubEnv("ASSAY_DIR", join(folder, ".assay"));
  });
  afterEach(() => {
    project.store.close();
    vi.unstubAllEnvs();
  });
}
