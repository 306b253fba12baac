import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, beforeEach} from "vitest";
import {runEvals, type RunEvalsOptions} from "../../../src/cli/evals/run/runEvals.js";
import {type Candidate, candidate} from "../../../src/evals/runner/index.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {type Project, server, words, wordsEval, wordsProject} from "../../evals/runner/support/project.js";

export let model: ModelServer;
let project: Project;
/** What happened, in its order. */
export let seen: string[];

export const named = async (name: string, candidates: Candidate[]) => {
  const path = `evals/${name}.eval.ts`;
  await writeFile(join(project.store.workspace.project, path), "export default {};");
  const split = {strategy: "group" as const, validation: 0, test: 0.5};
  const definition = wordsEval(server(model.url), {candidates, split});
  return {name, path, sha256: "0".repeat(64), definition};
};
export const made = (name: string, more: Partial<Candidate> = {}): Candidate => {
  const plain = candidate(name, server(model.url), "a");
  return {
    ...plain,
    apart: more.apart ?? true,
    prepare: async (context) => {
      seen.push(`${name} begins`);
      const ready = await (more.prepare ?? plain.prepare)(context);
      seen.push(`${name} is made`);
      return ready;
    }
  };
};
export const run = async (
  evals: Awaited<ReturnType<typeof named>>[],
  more: Partial<RunEvalsOptions> = {}
) => {
  const {signal} = new AbortController();
  const outcomes = await runEvals(project.store, evals, {
    options: {preflight: false},
    datasets: [words(40)],
    signal,
    abortSignal: signal,
    quiet: true,
    onOutcome: ({eval: {name}}) => seen.push(`${name} has run`),
    ...more
  });
  return outcomes.map(({eval: {name}}) => name);
};

/** Starts the model and makes a project for each test. */
export function setUpLater(): void {
  beforeAll(async () => {
    model = await startModelServer({
      models: ["a"],
      answer: ({prompt}) => prompt.split(" ").at(-1)!
    });
  });
  afterAll(() => model.close());
  beforeEach(async () => {
    seen = [];
    project = await wordsProject(await temporaryProject(), 40);
    await mkdir(join(project.store.workspace.project, "evals"));
    return () => project.store.close();
  });
}
