import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {expect} from "vitest";
import {openStore} from "../../../../src/base/store/index.js";
import type {Verdict} from "../../../../src/evals/decisions/index.js";
import {assayHere} from "../../../support/assayHere.js";
import {compiled} from "../../../support/compiledEngine.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";

const engine = JSON.stringify(compiled("bundle/index.js"));

export interface MeasuredProject {
  /** Address of a server whose models are the candidates. */
  url: string;
  candidates: readonly string[];
  /** Rows of each dataset, with `id`, `text` and what is expected. */
  datasets: Readonly<Record<string, readonly object[]>>;
  expected: string;
  /** Each eval's dataset, its prompt, and scorers as they stand in its file. */
  evals: Readonly<Record<string, {dataset: string; prompt?: string; scorers: string; gate?: string}>>;
}

/** A project on disk as a team has it: datasets, and evals that ask a server on loopback. */
export async function measuredProject(of: MeasuredProject): Promise<string> {
  const folder = await temporaryProject();
  for (const name of ["data-loaders", "evals"]) await mkdir(join(folder, name));
  await writeFile(join(folder, "package.json"), JSON.stringify({type: "module"}));
  for (const [name, rows] of Object.entries(of.datasets))
    await writeFile(
      join(folder, "data-loaders", `${name}.ts`),
      `import {defineDataset} from ${engine};
const rows = ${JSON.stringify(rows.map((row) => ({...row, part: "test"})))};
export default defineDataset({name: "${name}", id: "id", text: "text", sensitivity: "public", source: {kind: "rows", rows: () => rows}});`
    );
  const candidates = of.candidates.map((name) => `candidate("${name}", server, "${name}")`);
  for (const [name, {dataset, prompt = "{{text}}", scorers, gate = ""}] of Object.entries(of.evals))
    await writeFile(
      join(folder, "evals", `${name}.eval.ts`),
      `import {candidate, defineEval, mcc, openAICompatible, probability, retrieval} from ${engine};
import dataset from "../data-loaders/${dataset}.js";
const server = openAICompatible({name: "local", hosting: "on-prem", trust: "local", baseUrl: "${of.url}"});
export default defineEval({dataset, split: {strategy: "given", column: "part"}, prompt: "${prompt}", expected: "${of.expected}",
  candidates: [${candidates.join(", ")}], scorers: ${scorers}, gate: [${gate}]});`
    );
  return folder;
}

/** What `assay verdict EVAL --json` prints. */
export async function printedVerdict(folder: string, name: string): Promise<{run: string; verdict: Verdict}> {
  const {code, stdout} = await assayHere(folder, "verdict", name, "--json");
  expect(code).toBe(0);
  return JSON.parse(stdout) as {run: string; verdict: Verdict};
}

/** A figure with its interval, each as it was computed elsewhere. */
export type PublishedFigure = readonly [estimate: number, low: number, high: number];

export interface PublishedComparison {
  means: Readonly<Record<string, PublishedFigure>>;
  /** The first named candidate minus the second over the rows of both, and its p value. */
  difference: readonly [...PublishedFigure, p: number];
}

/** Holds a verdict on two candidates against figures computed elsewhere, to ten decimals. */
export function expectFigures({summaries, comparisons}: Verdict, published: PublishedComparison): void {
  const close = (value: number) => expect.closeTo(value, 10) as number;
  for (const [candidate, [mean, low, high]] of Object.entries(published.means))
    expect(summaries.find((one) => one.candidate === candidate)).toMatchObject({
      mean: close(mean),
      low: close(low),
      high: close(high)
    });
  const [estimate, low, high, p] = published.difference;
  const isTurned = comparisons[0]!.a !== Object.keys(published.means)[0];
  expect(comparisons).toMatchObject([
    isTurned
      ? {difference: close(-estimate), low: close(-high), high: close(-low), pValue: close(p)}
      : {difference: close(estimate), low: close(low), high: close(high), pValue: close(p)}
  ]);
}

/** How many scores of a run are sealed, by candidate, with those that are none. */
export async function sealedScores(folder: string, run: string): Promise<Record<string, [number, number]>> {
  const store = await openStore(folder);
  const counted = await store.rows<{candidate: string; scored: number; failed: number}>(
    `select candidate, count(*) filter (status = 'scored')::int as scored, count(*) filter (status <> 'scored')::int as failed
     from scores where run = $run group by candidate`,
    {run}
  );
  store.close();
  return Object.fromEntries(counted.map(({candidate, scored, failed}) => [candidate, [scored, failed]]));
}
