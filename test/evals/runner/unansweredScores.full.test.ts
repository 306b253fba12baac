import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from "vitest";
import {failuresOf} from "../../../src/cli/evals/runs/failures.js";
import {outcomeText} from "../../../src/cli/evals/run/run.js";
import {type Endpoint, EndpointError} from "../../../src/inference/endpoints/index.js";
import {runEval} from "../../../src/evals/runner/index.js";
import {embeddingSimilarity, judgeRating, type Scorer} from "../../../src/evals/scorers/index.js";
import {runVerdict} from "../../../src/report/site/index.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {type Project, server, wordsEval, wordsProject} from "./support/project.js";

let model: ModelServer;
let judge: ModelServer;
let endpoint: Endpoint;
let isDown = true;
let project: Project;
beforeAll(async () => {
  model = await startModelServer();
  judge = await startModelServer({
    answer: ({prompt}) => (/item \d*[13579] is/.test(prompt) ? "[[7]]" : "no rating"),
    behave: ({prompt}) => (isDown && /item \d*1 is/.test(prompt) ? {status: 529, body: {}} : undefined)
  });
  endpoint = server(judge.url, "judge", {retries: {retries: 0, baseDelayMs: 1, maxDelayMs: 1}});
});
afterAll(() => Promise.all([model.close(), judge.close()]));
beforeEach(async () => {
  isDown = true;
  project = await wordsProject(await temporaryProject(), 60);
});
afterEach(() => project.store.close());

const rating = () => judgeRating({endpoint, model: "test-model", rubric: "good"});

const start = async (scorer: Scorer, options: object = {}) => {
  const definition = wordsEval(server(model.url), {scorers: {rating: scorer}});
  const before = judge.requests.length;
  const result = await runEval(definition, {...project, evalName: "words", options});
  return {definition, result, requests: judge.requests.length - before};
};

/** What the command says at its end, and how many scores are missing for each reason. */
const told = async ({definition, result}: Awaited<ReturnType<typeof start>>) => {
  const {store, split} = project;
  store.refresh();
  const {verdict} = await runVerdict(store, result.manifest!);
  const {failures} = await failuresOf(store, result.manifest!.id);
  const one = {name: "words", path: "words.eval.ts", sha256: "", definition};
  const text = outcomeText({eval: one, split, result, verdict, failures});
  const failed = Object.fromEntries(failures.map(({reason, n}) => [reason.split(/[,:] /)[1], n]));
  return {text, failed};
};

describe("scores that are missing since a judge gave no answer", () => {
  it("are asked for again with --retry-failed, and nothing else is", async () => {
    const first = await start(rating());
    const {text, failed} = await told(first);
    expect(failed["the judge gave no answer"]).toBeGreaterThan(0);
    expect(first.result.manifest!.counts).toMatchObject({failed: 0, completed: 60});
    expect(text).toMatch(/Ask again for these rows: assay run words --retry-failed$/);
    expect((await start(rating())).result.unchanged).toBe(true);
    const {dryRun} = (await start(rating(), {retryFailed: true, dryRun: true})).result;
    expect([dryRun!.calls, dryRun!.scorers[0]!.calls > 0]).toEqual([0, true]);

    isDown = false;
    const calls = model.requests.length;
    const again = await start(rating(), {retryFailed: true});
    expect(model.requests.length).toBe(calls);
    expect(again.requests).toBe(
      new Set(judge.requests.slice(-again.requests).map(({prompt}) => prompt)).size
    );
    expect(again.requests).toBeGreaterThan(0);
    expect(again.result.manifest!.id).toBe(first.result.manifest!.id);
    const now = await told(again);
    expect(now.failed["the judge gave no answer"]).toBeUndefined();
    // An answer without a rating is an answer, and stays what it is.
    expect(now.failed["the judge's answer names no rating in its last line"]).toBeGreaterThan(0);
    expect(now.text).not.toContain("--retry-failed");
    expect((await start(rating(), {retryFailed: true})).result.unchanged).toBe(true);
  });

  it("are so for an encoder and for a scorer of one's own that asks", async () => {
    const own: Scorer = Object.assign(
      async ({row, calls}: Parameters<Scorer>[0]) => {
        const messages = [{role: "user" as const, content: String(row.text)}];
        await calls!.ask(endpoint, {model: "test-model", messages}, {rowId: row.id});
        return 1;
      },
      {asks: endpoint, asksModel: "test-model"}
    );
    let embeddings = 0;
    const embed = async (texts: readonly string[]) => {
      if (isDown && ++embeddings % 3 === 0) throw new EndpointError("server", "it is busy");
      return texts.map(() => [1, 0]);
    };
    for (const scorer of [own, embeddingSimilarity({embed, encoder: "vectors", trust: "local"})]) {
      isDown = true;
      const first = await start(scorer);
      expect(first.result.manifest!.counts.scored).toBeLessThan(60);
      expect((await told(first)).text).toContain("--retry-failed");
      isDown = false;
      const again = await start(scorer, {retryFailed: true});
      expect(again.result.manifest!.counts.scored).toBe(60);
    }
  });
});
