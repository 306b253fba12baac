import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect} from "vitest";
import {cascade} from "../../../../src/evals/candidates/index.js";
import {embeddingEndpoint, openAICompatible} from "../../../../src/inference/endpoints/index.js";
import {candidate, type EvalDefinition, runEval} from "../../../../src/evals/runner/index.js";
import {embeddingSimilarity, exactMatch, judgeRating} from "../../../../src/evals/scorers/index.js";
import {startEmbeddingServer} from "../../../support/embeddingServer.js";
import {type ReceivedRequest, startModelServer} from "../../../support/modelServer.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";
import {type Project, wordsEval, wordsProject} from "./project.js";

/** Closed after the file's last test. */
export const open: {close(): Promise<void> | void}[] = [];
export const closeAll = () => Promise.all(open.splice(0).map((one) => one.close()));

export const USD = 100;
export const DAY_MS = 86_400_000;
export const NOW = Date.parse("2026-11-27T12:00:00Z");
export const row = (model: string, changes: object = {}) => ({
  model,
  asOf: "2026-11-01",
  source: "the list of this test",
  inputPerMillion: USD,
  outputPerMillion: USD,
  ...changes
});

export function writePrices({store}: Project, prices: object[]) {
  const folder = join(store.workspace.project, "prices");
  mkdirSync(folder, {recursive: true});
  writeFileSync(join(folder, "list.json"), JSON.stringify({kind: "prices", prices}));
}

export async function words(rows: number): Promise<Project> {
  const project = await wordsProject(await temporaryProject(), rows);
  open.push(project.store);
  return project;
}

export const api = (url: string, name: string, options: object = {}) =>
  openAICompatible({
    name,
    baseUrl: url,
    hosting: "api",
    trust: "local",
    timeoutMs: 1000,
    retries: {retries: 2, baseDelayMs: 1, maxDelayMs: 2},
    ...options
  });

export const params = {max_tokens: 20};
export const effects = {now: () => NOW};
export const start = (project: Project, definition: EvalDefinition, options: object = {}) =>
  runEval(definition, {...project, evalName: "words", options: {preflight: false, ...options}, effects});

/** A run with all that can be asked, under a budget of this share of the cost. */
export async function keepsListedBudget(share: number): Promise<void> {
  const project = await words(60);
  writePrices(
    project,
    ["cheap", "dear", "judge-model", "vectors-model"].map((model) => row(model))
  );
  let seen = 0;
  let billable = 0;
  // Every seventh is answered too late, and may be billed for all that it could have said.
  const behave = ({body, prompt}: ReceivedRequest) => {
    const late = seen++ % 7 === 0 && !prompt.startsWith("Answer with");
    const most = Buffer.byteLength(JSON.stringify(body.messages)) + 20;
    billable += ((late ? most : 12 + 3) * USD) / 1e6;
    return {latencyMs: late ? 2500 : 3};
  };
  const model = await startModelServer({behave, models: ["cheap", "dear"]});
  const judge = await startModelServer({behave, answer: () => "[[7]]"});
  const vectors = await startEmbeddingServer();
  open.push(model, judge, vectors);
  const paid = api(model.url, "paid");
  const [cheap, dear] = ["cheap", "dear"].map((name) => candidate(name, paid, name, {params}));
  const embeddings = embeddingEndpoint({
    name: "vectors",
    baseUrl: vectors.url,
    hosting: "api",
    trust: "local"
  });
  const definition = wordsEval(paid, {
    candidates: [cheap!, dear!, cascade("both", [cheap!, dear!], {signal: "length", thresholds: [-4]})],
    repeats: 2,
    scorers: {
      exact: exactMatch,
      rating: judgeRating({
        endpoint: api(judge.url, "judge"),
        model: "judge-model",
        rubric: "good",
        params
      }),
      close: embeddingSimilarity({endpoint: embeddings, model: "vectors-model"})
    }
  });
  const budgetUsd = share;
  const options = {budgetUsd, concurrency: 64, preflight: true};
  const {manifest} = await start(project, definition, options);
  const tokens = vectors.requests.flat().join("").length;
  const spent = billable + (tokens * USD) / 1e6;
  expect(spent).toBeLessThanOrEqual(budgetUsd * (1 + 1e-9));
  expect(spent).toBeGreaterThan(0.4 * Math.min(budgetUsd, 0.6));
  if (share < 0.5) expect(manifest!.stopped).toMatch(/^budget: /);
}
