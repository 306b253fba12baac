import {readdir} from "node:fs/promises";
import {defineDataset, pull} from "../../../../src/data/datasets/index.js";
import type {Endpoint} from "../../../../src/inference/endpoints/index.js";
import {openAICompatible} from "../../../../src/inference/endpoints/index.js";
import {candidate, defineEval, type EvalDefinition} from "../../../../src/evals/runner/index.js";
import {exactMatch} from "../../../../src/evals/scorers/index.js";
import {ensureSplit} from "../../../../src/data/splits/index.js";
import {
  openStore,
  openWorkspace,
  type SplitManifest,
  type Store,
  type VersionManifest,
  type Workspace
} from "../../../../src/base/store/index.js";
import {storedFiles, type StoredFiles, writeStored} from "../../../support/storedFiles.js";

export interface Project {
  store: Store;
  version: VersionManifest;
  split: SplitManifest;
}

export const colours = ["red", "green", "blue"];

/** Rows whose last word is the answer that the test server gives. */
export const words = (rows: number) =>
  defineDataset({
    name: "words",
    source: {
      kind: "rows",
      *rows() {
        for (let i = 0; i < rows; i++)
          yield {
            id: `w${i}`,
            text: `item ${i} is ${colours[i % 3]}`,
            answer: colours[(i % 5 === 0 ? 1 : 0) + (i % 3)] ?? "red",
            topic: i % 2 ? "odd" : "even",
            thread: `t${i >> 1}`
          };
      }
    },
    id: "id",
    text: "text",
    label: "answer",
    group: "thread"
  });

/** Stores by their rows and parts: pulled and split once in a process, and written for each test that begins with them. */
const made = new Map<string, {files: StoredFiles; version: VersionManifest; split: SplitManifest}>();

/** A project with `rows` rows, about half of them in the test part (thread by thread). */
export async function wordsProject(folder: string, rows: number, test = 0.5): Promise<Project> {
  const workspace = await openWorkspace(folder);
  const asked = `${rows} ${test}`;
  const known = (await isNew(workspace)) ? made.get(asked) : undefined;
  if (known) {
    await writeStored(workspace.dir, known.files);
    const {version, split} = structuredClone(known);
    return {store: await openStore(workspace), version, split};
  }
  const {version} = await pull(workspace, words(rows));
  const store = await openStore(workspace);
  const split = await ensureSplit(store, version, {strategy: "group", validation: 0, test});
  made.set(asked, {files: await storedFiles(workspace.dir), ...structuredClone({version, split})});
  return {store, version, split};
}

const isNew = async ({dir}: Workspace) => !(await readdir(dir)).includes("datasets");

/** The project that `wordsProject` made, in another process. */
export async function openWordsProject(store: Store): Promise<Project> {
  const [version, split] = [await store.latestVersion("words"), (await store.splits("words"))[0]];
  if (!version || !split) throw new Error(`no words in ${store.workspace.dir}`);
  return {store, version, split};
}

export function server(
  url: string,
  name = "local",
  options: Partial<Parameters<typeof openAICompatible>[0]> = {}
): Endpoint {
  return openAICompatible({
    hosting: "on-prem",
    ...options,
    name,
    baseUrl: url,
    trust: "local",
    retries: {retries: 2, baseDelayMs: 5, maxDelayMs: 20}
  });
}

/** Two candidates on one server, asked for the last word of each text. */
export function wordsEval(endpoint: Endpoint, changes: Partial<EvalDefinition> = {}): EvalDefinition {
  return defineEval({
    dataset: "words",
    split: {strategy: "group"},
    candidates: [candidate("one", endpoint, "test-model"), candidate("two", endpoint, "test-model-2")],
    prompt: "{{text}}",
    expected: "answer",
    scorers: {exact: exactMatch},
    slices: ["topic"],
    ...changes
  });
}
