import {mkdir} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {localCandidate, storedModel} from "../../../src/evals/candidates/index.js";
import {findBase} from "../../../src/training/finetunes/language/base.js";
import {recordFiles} from "../../../src/training/jobs/index.js";
import type {ModelManifest} from "../../../src/weights/models/index.js";
import type {PrepareContext} from "../../../src/evals/runner/define.js";
import {runEval} from "../../../src/evals/runner/index.js";
import {findModels, readSpace} from "../../../src/evals/mergeSearch/index.js";
import {modelsDir} from "../../../src/base/store/index.js";
import {type Project, server, wordsEval, wordsProject} from "../runner/support/project.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {tinyLanguageModel} from "../../support/tinyLanguageModel.js";

let folder: string;
let project: Project;
let newer: ModelManifest;
const own = {threads: 1, contextTokens: 128, params: {temperature: 0, max_tokens: 2}};

const add = (path: string, name: string, settings = {}) =>
  recordFiles(project.store.workspace, join(folder, path), {name, parents: [], settings});

async function said(...models: Parameters<typeof localCandidate>[1][]): Promise<string[]> {
  const messages: string[] = [];
  const candidates = models.map((model, i) => localCandidate(`model ${i}`, model, own));
  for (let time = 0; time < 2; time++)
    await runEval(wordsEval(server("http://127.0.0.1:9"), {candidates}), {
      ...project,
      evalName: "words",
      options: {dryRun: true},
      effects: {onMessage: (message) => void messages.push(message)}
    });
  return messages.filter((message) => message.includes("models called"));
}

const note = () =>
  `the store has 2 models called "base" with different weights. The newest is taken: ${newer.id.slice(0, 12)}, made ${newer.createdAt.slice(0, 16).replace("T", " ")} UTC. Name it "${newer.id.slice(0, 12)}" to keep it when a newer one is made.`;

beforeAll(async () => {
  folder = await temporaryProject();
  await mkdir(join(folder, "evals"));
  project = await wordsProject(folder, 12);
  for (const name of ["one", "two"]) await tinyLanguageModel(join(folder, name), {seed: name});
  await add("one", "base");
  newer = await add("two", "base");
  await add("two", "twice", {again: false});
  await add("two", "twice", {again: true});
});
afterAll(() => project.store.close());

describe("a name that means several models of the store", () => {
  it("is told once by a candidate that gives it, with the model that is taken", async () => {
    expect(await said("base", storedModel("base"))).toEqual([`model 0: ${note()}`, `model 1: ${note()}`]);
  });

  it("is not told again by the next round of a race, nor is that the model is loading", async () => {
    const candidate = localCandidate("one", "base", own);
    const messages: string[] = [];
    for (let round = 0; round < 2; round++) {
      if (!("prepare" in candidate)) throw new Error("a candidate that is prepared");
      const context = {store: project.store, onProgress: (text: string) => void messages.push(text)};
      const {endpoint} = await candidate.prepare(context as unknown as PrepareContext);
      const messagesOf = [{role: "user" as const, content: "hi"}];
      await endpoint!.complete({model: "base", messages: messagesOf, params: {max_tokens: 1}});
      await endpoint!.close?.();
    }
    expect(messages.filter((message) => message.endsWith(": loading"))).toHaveLength(1);
  });

  it("is told by a search for merges", async () => {
    const {notes} = await findModels(
      readSpace("eval: words\nmodels: [base, twice]\nmethods: [linear]\nweights: [0.3, 0.7]", "space.yml"),
      modelsDir(project.store.workspace)
    );
    expect(notes).toEqual([note()]);
  });

  it("is told by a fine-tune whose base it is", async () => {
    const messages: string[] = [];
    const context = {
      dir: modelsDir(project.store.workspace),
      project: folder,
      onProgress: (message: string) => void messages.push(message)
    };
    await findBase({base: "base"} as never, context as never, folder);
    expect(messages).toEqual([`base: ${note()}`]);
  });

  it("is not told where the weights are the same, or an id or a path is given", async () => {
    expect(await said("twice", newer.id.slice(0, 12), "one")).toEqual([]);
  });
});
