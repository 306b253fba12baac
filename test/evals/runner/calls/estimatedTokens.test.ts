// @module-tag long
import {existsSync} from "node:fs";
import {rename, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, expect, it} from "vitest";
import {openAICompatible} from "../../../../src/inference/endpoints/index.js";
import {callsOf} from "../../../../src/evals/decisions/index.js";
import {candidate, runEval} from "../../../../src/evals/runner/index.js";
import {runCosts} from "../../../../src/report/site/index.js";
import {rowDetails} from "../../../../src/report/site/rowDetails.js";
import {openDatabase, runIds, runPath} from "../../../../src/base/store/index.js";
import {type ModelServer, startModelServer} from "../../../support/modelServer.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";
import {type Project, wordsEval, wordsProject} from "../support/project.js";
import type {CandidateCalls} from "../../../../src/evals/decisions/gateTypes.js";

const price = {inputUsdPerMillion: 1000, outputUsdPerMillion: 1000, asOf: "2026-01-01", source: "test"};
let project: Project;
let silent: ModelServer;
beforeAll(async () => {
  project = await wordsProject(await temporaryProject(), 24);
  // It tells the usage of every other row.
  silent = await startModelServer({behave: ({prompt}) => ({usage: / [0-9]*[02468] is/.test(prompt)})});
}, 60_000);
afterAll(async () => {
  project.store.close();
  await silent.close();
});

const endpoint = (changes: object = {}) =>
  openAICompatible({name: "silent", baseUrl: silent.url, hosting: "api", trust: "local", price, ...changes});
const start = (name: string, one: ReturnType<typeof endpoint>, options: object = {}) =>
  runEval(wordsEval(one, {candidates: [candidate(name, one, name, {params: {max_tokens: 5}})]}), {
    ...project,
    evalName: "words",
    options: {preflight: false, ...options}
  });
const tokens = async (run: string) => {
  project.store.refresh();
  return project.store.rows<{input: number; output: number; by: string | null; n: number}>(
    `select prompt_tokens::int as input, completion_tokens::int as output, tokens_estimated_by as "by", count(*)::int as n
     from completions where run = $run group by all order by "by" nulls first, input`,
    {run}
  );
};
const costs = async (run: Awaited<ReturnType<typeof start>>["manifest"]) =>
  (await runCosts(project.store, run!, {at: "2026-11-26"})).samples[0]!;

it("tokens that a server does not tell are estimated from the bytes, marked row by row and in the costs", async () => {
  const {manifest} = await start("plain", endpoint());
  const found = await tokens(manifest!.id);
  const told = found.filter(({by}) => by === null);
  const estimated = found.filter(({by}) => by !== null);
  expect(told).toEqual([{input: 12, output: 3, by: null, n: manifest!.counts.completed / 2}]);
  // "item 7 is green" has 15 bytes, "item 11 is blue" as many.
  expect(new Set(estimated.map(({by}) => by))).toEqual(new Set(["a token for each 4 bytes"]));
  for (const {input, output} of estimated) expect([input, output]).toEqual([4, expect.any(Number)]);
  expect((await costs(manifest)).estimatedBy).toMatch(/^a token for each 4 bytes, for (\d+) of \d+ rows$/);
  const marks = [];
  for await (const {rows} of rowDetails(project.store, manifest!.id))
    marks.push(...rows.flatMap(({answers}) => answers.map(({tokensEstimatedBy}) => tokensEstimatedBy)));
  expect(marks.filter((by) => by === "a token for each 4 bytes").length).toBe(marks.length / 2);
  // What the server did not bill in words stays without a cost of its own.
  expect(manifest!.unpricedCalls).toBe(manifest!.counts.completed / 2);
  const [{cost}] = (await callsOf(project.store, manifest!)) as [CandidateCalls];
  expect(cost).toBeUndefined();
});

it("an answer whose tokens were estimated costs as little known when it is reused at another price", async () => {
  const first = await start("plain", endpoint());
  const dearer = {...price, inputUsdPerMillion: 2000, outputUsdPerMillion: 2000};
  const {manifest, calls} = await start("plain", endpoint({price: dearer}));
  expect([calls, manifest!.id === first.manifest!.id]).toEqual([0, false]);
  const [{known, usd}] = (await project.store.rows(
    "select count(cost_usd)::int as known, sum(cost_usd)::double as usd from completions where run = $run",
    {run: manifest!.id}
  )) as [{known: number; usd: number}];
  expect(known).toBe(manifest!.counts.completed / 2);
  expect(usd).toBeCloseTo(known * 0.03, 9);
});

it("a tokenizer counts them where the endpoint names one, a file or a function", async () => {
  const file = join(project.store.workspace.project, "tokenizer.json");
  await writeFile(
    file,
    JSON.stringify({
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: {type: "Whitespace"},
      post_processor: null,
      decoder: null,
      model: {type: "WordLevel", vocab: {item: 0, is: 1, "[UNK]": 2}, unk_token: "[UNK]"}
    })
  );
  const byFile = await start("by-file", endpoint({tokenizer: file}));
  const [one] = (await tokens(byFile.manifest!.id)).filter(({by}) => by !== null);
  expect(one).toMatchObject({input: 4, output: 1, by: `tokenizer ${file}`});
  const byHand = await start("by-hand", endpoint({tokenizer: (text: string) => text.length}));
  expect((await costs(byHand.manifest)).estimatedBy).toMatch(/^its own tokenizer/);
  await expect(start("broken", endpoint({tokenizer: "none.json"}))).rejects.toThrow(
    /endpoint "silent": tokenizer "none.json" cannot be read/
  );
});

it("a budget counts an answer without usage at the most it can have cost", async () => {
  // 12 + 3 tokens where they are told; every byte of the messages and 5 tokens where they are not.
  const {manifest} = await start("bounded", endpoint(), {budgetUsd: 0.3, concurrency: 1});
  expect(manifest!.stopped).toMatch(/^budget/);
  const rows = await tokens(manifest!.id);
  const told = rows.filter(({by}) => by === null).reduce((sum, {n}) => sum + n, 0);
  const untold = rows.filter(({by}) => by !== null).reduce((sum, {n}) => sum + n, 0);
  expect(untold).toBeGreaterThan(0);
  const bytes = Buffer.byteLength(JSON.stringify([{role: "user", content: "item 7 is red"}]));
  expect(told * 0.015 + untold * ((bytes + 5) / 1000)).toBeLessThanOrEqual(0.3);
});

it("runs that were sealed before there was a mark are read, and their answers reused", async () => {
  const {manifest} = await start("old", endpoint());
  const db = await openDatabase({tmpDir: project.store.workspace.tmpDir});
  for (const id of await runIds(project.store.workspace)) {
    const file = runPath(project.store.workspace, id, "completions.parquet");
    if (!existsSync(file)) continue;
    await db.run(
      `copy (select * exclude (tokens_estimated_by) from read_parquet('${file}')) to '${file}.new' (format parquet)`
    );
    await rename(`${file}.new`, file);
  }
  db.close();
  expect((await tokens(manifest!.id)).every(({by}) => by === null)).toBe(true);
  const calls = silent.requests.length;
  const again = await start("old", endpoint(), {repeats: 1, limit: 6});
  expect(again.manifest!.counts).toMatchObject({reused: 6, completed: 6});
  expect(silent.requests.length).toBe(calls);
});
