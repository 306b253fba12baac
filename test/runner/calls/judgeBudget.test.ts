import {afterAll, describe, expect, it} from "vitest";
import {openAICompatible} from "../../../src/endpoints/index.js";
import {candidate, runEval} from "../../../src/runner/index.js";
import {judgePairwise, judgeRating} from "../../../src/scorers/index.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {server, wordsEval, wordsProject} from "../support/project.js";

const servers: ModelServer[] = [];
afterAll(() => Promise.all(servers.map((one) => one.close())));
const price = {inputUsdPerMillion: 100, outputUsdPerMillion: 100, asOf: "2026-01-01", source: "test"};

describe("the calls of scorers", () => {
  it("are counted before, made once for equal questions, and kept to -j", async () => {
    const project = await wordsProject(await temporaryProject(), 60);
    let [open, most] = [0, 0];
    const judge = await startModelServer({
      answer: () => "[[7]]",
      behave: () => ((most = Math.max(most, ++open)), setTimeout(() => open--, 8), {latencyMs: 10})
    });
    const model = await startModelServer();
    servers.push(judge, model);
    const endpoint = server(judge.url, "judge");
    const definition = wordsEval(server(model.url), {
      repeats: 3,
      scorers: {
        rating: judgeRating({endpoint, model: "test-model", rubric: "good"}),
        better: judgePairwise({endpoint, model: "test-model", rubric: "good", baseline: () => "none"})
      }
    });
    const inputs = {...project, evalName: "words"};
    const {dryRun} = await runEval(definition, {...inputs, options: {dryRun: true}});
    expect(dryRun!.scorers.map(({name, calls}) => ({name, calls}))).toEqual([
      {name: "rating", calls: dryRun!.calls},
      {name: "better", calls: 2 * dryRun!.calls}
    ]);
    expect(judge.requests).toEqual([]);
    const {manifest} = await runEval(definition, {...inputs, options: {concurrency: 4}});
    // Three repeats of one answer make one question.
    const asked = judge.requests.map(({prompt}) => prompt);
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBeLessThan((dryRun!.calls * 3) / 2);
    expect(manifest!.scorerCalls).toMatchObject({calls: asked.length});
    expect(manifest!.counts.scored).toBe(manifest!.counts.completed);
    expect(most).toBeLessThanOrEqual(4);
    project.store.close();
  });

  it.each([0.2, 0.5, 0.9])(
    "never take a run over its budget at 64 in flight, with time-outs (at %d of the cost); what is owed is asked next",
    async (share) => {
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
      servers.push(model, judge);
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
      project.store.close();
    },
    30_000
  );

  it("are refused a budget without a price", async () => {
    const project = await wordsProject(await temporaryProject(), 12);
    const judge = openAICompatible({
      name: "judge",
      baseUrl: "http://127.0.0.1:1",
      hosting: "api",
      trust: "local"
    });
    const definition = wordsEval(server("http://127.0.0.1:1"), {
      scorers: {rating: judgeRating({endpoint: judge, model: "m", rubric: "good"})}
    });
    await expect(
      runEval(definition, {...project, evalName: "words", options: {budgetUsd: 1, preflight: false}})
    ).rejects.toThrow(/none is known for scorer rating \(m at judge\)/);
    project.store.close();
  });
});
