import {expect} from "vitest";
import {openAICompatible} from "../../../../src/inference/endpoints/index.js";
import {candidate, runEval} from "../../../../src/evals/runner/index.js";
import {judgeRating} from "../../../../src/evals/scorers/index.js";
import {startModelServer} from "../../../support/modelServer.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";
import {wordsEval, wordsProject} from "./project.js";

export const price = {
  inputUsdPerMillion: 100,
  outputUsdPerMillion: 100,
  asOf: "2026-01-01",
  source: "test"
};

/** Runs with a judge under a budget of this share of the cost, at 64 in flight, with time-outs; then without one. */
export async function judgedUnderBudget(share: number): Promise<void> {
  const project = await wordsProject(await temporaryProject(), 60);
  let seen = 0;
  const each = (12 * 100 + 3 * 100) / 1e6;
  let billable = 0;
  // Every seventh is answered too late, and may be billed for all that it could have said.
  const behave = ({body}: {body: {messages?: unknown}}) => {
    const late = seen++ % 7 === 0;
    billable += late ? (Buffer.byteLength(JSON.stringify(body.messages)) * 100 + 20 * 100) / 1e6 : each;
    return {latencyMs: late ? 1500 : 3};
  };
  const model = await startModelServer({behave});
  const judge = await startModelServer({behave, answer: () => "[[7]]"});
  const paid = (url: string, name: string) =>
    openAICompatible({
      name,
      baseUrl: url,
      hosting: "api",
      trust: "local",
      price,
      timeoutMs: 400,
      retries: {retries: 2, baseDelayMs: 1, maxDelayMs: 2}
    });
  const params = {max_tokens: 20};
  const endpoint = paid(model.url, "paid");
  const definition = wordsEval(endpoint, {
    candidates: ["one", "two"].map((name) => candidate(name, endpoint, `test-model-${name}`, {params})),
    repeats: 2,
    scorers: {
      rating: judgeRating({
        endpoint: paid(judge.url, "judge"),
        model: "test-model",
        rubric: "good",
        params
      })
    }
  });
  const start = (budgetUsd?: number) =>
    runEval(definition, {
      ...project,
      evalName: "words",
      options: {budgetUsd, concurrency: 64, preflight: false, retryFailed: true}
    });
  const dear = 0.6 * share;
  const {manifest} = await start(dear);
  expect(billable).toBeLessThanOrEqual(dear * (1 + 1e-9));
  if (manifest!.status === "partial") expect(manifest!.stopped).toMatch(/^budget: /);
  const before = manifest!.owedScores ?? 0;
  const judged = judge.requests.length;
  const {manifest: whole} = await start();
  expect(whole!.counts.completed + whole!.counts.failed).toBe(whole!.counts.planned);
  expect(whole!.owedScores).toBeUndefined();
  if (before > 0) expect(judge.requests.length).toBeGreaterThan(judged);
  await Promise.all([model.close(), judge.close()]);
  project.store.close();
}
