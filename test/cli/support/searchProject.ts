import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, vi} from "vitest";
import {mergeVerb} from "../../../src/cli/models/merge/merge.js";
import {modelsDir, openStore, openWorkspace, type Store} from "../../../src/base/store/index.js";
import {colourModel} from "../../support/colourModel.js";
import {printed} from "../../support/printed.js";
import {commandProject} from "../../support/temporaryWorkspace.js";
import {compiled} from "../../support/compiledEngine.js";

export const engine = compiled("index.js");

export let project: string;
export const space = (more = "") => `
eval: colours
models: [knows-red-and-green, knows-blue]
base: knows-nothing
methods: [linear, task_arithmetic, ties]
weights: [0, 0.5, 1]
densities: [1]
tries: 6
${more}`;

/** What the project's definitions import. */
export const takeEngine = (path: string) =>
  writeFile(join(project, "engine.ts"), `export * from ${JSON.stringify(path)};\n`);

export async function writeSpace(name: string, text: string): Promise<string> {
  const path = join(project, name);
  await writeFile(path, text);
  return path;
}

interface Result {
  headline: string;
  tries: number;
  of: number;
  race: string;
  winner: string;
  bestParent: string;
  average: string;
  model: string;
  score: {mean: number; low: number; high: number; rows: number};
  overBestParent: {difference: number; low: number; high: number};
  overParents: {parent: string; difference: number; low: number; high: number}[];
  earlierRows: {of: number; scored: number; chosen: number};
  part: string;
  run: string;
  earlierSearches: number;
  earlierTries: number;
  otherMerges: string[];
}

export async function search(path: string, why?: string): Promise<Result> {
  return JSON.parse(await printed(() => mergeVerb(undefined, {search: path, why, json: true}))) as Result;
}

/** What a search prints and tells, each on one line. */
export async function searchText(path: string): Promise<{text: string; told: string}> {
  const said: string[] = [];
  const told = vi.spyOn(process.stderr, "write").mockImplementation((text) => said.push(String(text)) > 0);
  const text = await printed(() => mergeVerb(undefined, {search: path})).finally(() => told.mockRestore());
  const flat = (lines: string) => lines.replace(/\s+/g, " ");
  return {text: flat(text), told: flat(said.join(""))};
}

export const evalText = (name: string, split: string, score: string, dataset = "colours") => `
import {defineEval, majorityClassifier, trained} from "../engine.js";
import dataset from "../data-loaders/${dataset}.js";
export default defineEval({
  name: ${JSON.stringify(name)},
  title: "Which colour?",
  dataset,
  split: ${split},
  candidates: [trained("majority", majorityClassifier({text: "text", label: "colour"}))],
  prompt: "{{text}}",
  expected: "colour",
  scorers: {right: ${score}}
});
`;

export async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(await openWorkspace(project));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** A project with base and two models that know different colours, for the tests of searches. */
export function setUpSearches(): void {
  beforeAll(async () => {
    project = await commandProject();
    for (const folder of ["data-loaders", "evals"]) await mkdir(join(project, folder));
    await takeEngine(engine);
    for (const [name, rows] of [
      ["colours", 150],
      ["few", 30]
    ] as const)
      await writeFile(
        join(project, "data-loaders", `${name}.ts`),
        `import {defineDataset} from "../engine.js";
const colours = ["red", "green", "blue"];
export default defineDataset({
  name: "${name}", licence: "CC0", sensitivity: "public", id: "id", text: "text", label: "colour",
  // Every tenth row is wrong, so that nobody is right always.
  source: {kind: "rows", *rows() {
    for (let i = 0; i < ${rows}; i++)
      yield {id: "c" + i, text: "thing " + i + " is " + colours[i % 3], colour: colours[(i + (i % 10 === 9 ? 1 : 0)) % 3]};
  }}
});\n`
      );
    const exact = "({output, expected}) => output === expected";
    const slow = `async ({output, expected}) => (await new Promise((then) => setTimeout(then, 15)), output === expected)`;
    const parts = 'strategy: "random", validation: 0.4, test: 0.4';
    for (const [name, split, score] of [
      ["colours", `{${parts}}`, exact],
      ["shared", `{${parts}}`, exact],
      ["slow", `{${parts}}`, slow],
      ["kept", `{name: "kept", strategy: "random", validation: 0.3, test: 0.2, heldOut: 0.3}`, exact],
      ["bare", `{name: "bare", strategy: "random", validation: 0, test: 0.4}`, exact]
    ] as const)
      await writeFile(join(project, "evals", `${name}.eval.ts`), evalText(name, split, score));
    await writeFile(join(project, "evals", "few.eval.ts"), evalText("few", `{${parts}}`, exact, "few"));
    const dir = modelsDir(await openWorkspace(project));
    const base = await colourModel(dir, "knows-nothing", {});
    await colourModel(dir, "knows-red-and-green", {red: 3, green: 3}, base);
    await colourModel(dir, "knows-blue", {blue: 3}, base);
  });
  afterAll(() => vi.unstubAllEnvs());
}
