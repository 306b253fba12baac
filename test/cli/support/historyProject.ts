import {afterAll, beforeAll, vi} from "vitest";
import {checkHistory} from "../../../src/cli/evals/check/checkHistory.js";
import type {NamedEval} from "../../../src/cli/project/project.js";
import {type DatasetDefinition, pull} from "../../../src/data/datasets/index.js";
import type {HistoryEntry} from "../../../src/evals/decisions/index.js";
import {candidate, type EvalDefinition, runEval} from "../../../src/evals/runner/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {type Project, server, wordsEval, wordsProject} from "../../evals/runner/support/project.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

export let model: ModelServer;
export const state = {} as {project: Project};
export const answering = {
  /** Of twenty rows, how many the server answers wrongly. */
  wrong: 1,
  /** Items from this number on are answered rightly. */
  wrongBelow: Infinity,
  /** What the server calls itself. */
  fingerprint: "fp_1"
};

const named = (changes: Partial<EvalDefinition> = {}, name = "words"): NamedEval => {
  const endpoint = server(model.url);
  const definition = wordsEval(endpoint, {candidates: [candidate("m", endpoint, "m")], ...changes});
  return {name, path: "evals/words.eval.ts", sha256: "0", definition};
};

export async function run(changes: Partial<EvalDefinition> = {}, evalName = "words"): Promise<void> {
  await new Promise((done) => setTimeout(done, 5));
  const inputs = {...state.project, evalName, options: {preflight: false, noReuse: true}};
  await runEval(named(changes).definition, inputs);
  state.project.store.refresh();
}

/** What `assay check --history` prints and exits with. */
export async function checked(
  options: {json?: boolean; all?: boolean},
  name = "words"
): Promise<{code: number; text: string}> {
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    const code = await checkHistory(state.project.store, [named({}, name)], options);
    return {code, text: written.mock.calls.map(([text]) => text).join("")};
  } finally {
    written.mockRestore();
  }
}

export async function last(): Promise<Partial<HistoryEntry> & {code: number}> {
  const {code, text} = await checked({json: true});
  return {...(JSON.parse(text) as HistoryEntry[]).at(-1), code};
}

/** Goes on with another version of the data. */
export async function pullNext(dataset: DatasetDefinition): Promise<void> {
  const {store} = state.project;
  const {version} = await pull(store.workspace, dataset);
  store.refresh();
  const split = await ensureSplit(store, version, {strategy: "group", validation: 0, test: 0.9});
  state.project = {...state.project, version, split};
}

/** A project whose server answers as `answering` says. */
export function setUpHistory(): void {
  beforeAll(async () => {
    model = await startModelServer({
      models: ["m"],
      behave: () => ({fingerprint: answering.fingerprint}),
      answer: ({prompt}) => {
        const [, number, colour] = /item (\d+) is (\w+)/i.exec(prompt)!;
        return Number(number) < answering.wrongBelow && (Number(number) * 7) % 20 < answering.wrong
          ? "wrong"
          : colour!;
      }
    });
    state.project = await wordsProject(await temporaryProject(), 300, 0.9);
  });
  afterAll(async () => {
    state.project.store.close();
    await model.close();
  });
}
