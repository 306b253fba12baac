// @module-tag long
import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {cascade, reranked} from "../../../../src/evals/candidates/index.js";
import {type Endpoint, openAICompatible} from "../../../../src/inference/endpoints/index.js";
import type {EvalDefinition, RunOptions, RunProgress} from "../../../../src/evals/runner/index.js";
import {candidate, runEval} from "../../../../src/evals/runner/index.js";
import {judgeRating} from "../../../../src/evals/scorers/index.js";
import {type Behaviour, type ModelServer, startModelServer} from "../../../support/modelServer.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";
import {type Project, server, wordsEval, wordsProject} from "../support/project.js";

let project: Project;
let model: ModelServer;
let behave: (prompt: string) => Behaviour | undefined;
beforeEach(async () => {
  project = await wordsProject(await temporaryProject(), 60);
  model = await startModelServer({behave: ({prompt}) => behave(prompt)});
  behave = () => undefined;
});
afterEach(async () => {
  project.store.close();
  await model.close();
});

const refusal = (headers?: Record<string, string>): Behaviour => ({
  status: 429,
  headers,
  body: {error: {message: "too many requests"}}
});

/** Refuses after `free` answers, until so many milliseconds have passed since the first refusal. */
function limitedFor(ms: number, free: number, answer = () => refusal()) {
  let answered = 0;
  let since: number | undefined;
  return () => {
    if (answered < free) return void answered++;
    since ??= performance.now();
    return performance.now() - since < ms ? answer() : undefined;
  };
}

/** Refuses so many requests after `free` answers, and wants to be asked again soon. A pause begins when calls have used up their retries. */
function limitedTimes(times: number, free: number, status = 429) {
  let asked = 0;
  return () =>
    asked++ < free || asked > free + times ? undefined : {...refusal({"retry-after-ms": "50"}), status};
}

function one(url = model.url): EvalDefinition {
  return wordsEval(server(url), {candidates: [candidate("one", server(url), "test-model")]});
}

const run = (
  definition: EvalDefinition,
  options: RunOptions = {},
  inputs: Partial<Parameters<typeof runEval>[1]> = {}
) =>
  runEval(definition, {
    ...project,
    evalName: "words",
    options: {preflight: false, concurrency: 4, ...options},
    ...inputs
  });

/** Ends a run at Ctrl-C, long before the pauses that its model asks for; gives how often that has refused. */
async function refusedUntilCtrlC(definition: EvalDefinition): Promise<number> {
  const interrupt = new AbortController();
  let refused = 0;
  behave = () => {
    if (++refused === 4) setTimeout(() => interrupt.abort(), 100);
    return refusal({"retry-after": "50"});
  };
  const begun = performance.now();
  const {manifest} = await run(definition, {}, {signal: interrupt.signal});
  expect(performance.now() - begun).toBeLessThan(20_000);
  expect(manifest).toMatchObject({
    status: "partial",
    stopped: "interrupted",
    counts: {failed: 0, completed: 0}
  });
  return refused;
}

describe("an endpoint that limits the rate", () => {
  it("is waited for: no row fails, and the run says what it waits for", async () => {
    behave = limitedFor(700, 8);
    const seen: RunProgress[] = [];
    const messages: string[] = [];
    const {manifest} = await run(
      one(),
      {},
      {
        effects: {onProgress: (progress) => seen.push(progress), onMessage: (text) => messages.push(text)}
      }
    );
    expect(manifest).toMatchObject({status: "complete", counts: {failed: 0, completed: 30}});
    expect(messages).toEqual([expect.stringMatching(/^local: rate limited .*too many requests/)]);
    const waits = seen.flatMap((progress) => progress.waits ?? []);
    expect(waits).toContainEqual({endpoint: "local", why: "rate limited", seconds: 1});
    expect(seen.at(-1)!.waits).toBeUndefined();
  });

  it("for longer than the run waits leaves rows missing, and the same command asks for them", async () => {
    behave = limitedFor(1e9, 8, () => refusal({"retry-after": "90"}));
    const begun = performance.now();
    const first = await run(one(), {giveUpAfterSeconds: 0.2});
    expect(performance.now() - begun).toBeLessThan(30_000);
    expect(first.manifest).toMatchObject({
      status: "partial",
      stopped: expect.stringMatching(
        /^local still limits the rate 0\.2 s after it was paused: .*429/
      ) as string,
      counts: {completed: 8, failed: 0}
    });
    behave = () => undefined;
    const second = await run(one());
    expect(second.manifest).toMatchObject({status: "complete", counts: {failed: 0, completed: 30}});
    expect(second.calls).toBe(first.manifest!.counts.planned - 8);
  });

  it("does not hold up a run that is to end: pauses end at the first Ctrl-C, and their calls are missing", async () => {
    expect(await refusedUntilCtrlC(one())).toBe(4);
  });

  it("is waited for by a judge's calls too, and the scores of answers that it gave are owed when it is given up", async () => {
    const judge = await startModelServer({answer: () => "[[10]]", behave: () => judged()});
    let judged: () => Behaviour | undefined = limitedTimes(14, 5);
    const definition = {
      ...one(),
      scorers: {
        rating: judgeRating({endpoint: server(judge.url, "judge"), model: "test-model", rubric: "good"})
      }
    };
    const {manifest} = await run(definition);
    const {planned} = manifest!.counts;
    expect(manifest).toMatchObject({status: "complete", counts: {failed: 0, unscored: 0, scored: planned}});

    judged = limitedFor(1e9, 5, () => refusal({"retry-after": "90"}));
    const anew = await run(definition, {noReuse: true, giveUpAfterSeconds: 0.2}, {evalName: "anew"});
    expect(anew.manifest).toMatchObject({
      status: "partial",
      stopped: expect.stringMatching(/^judge still limits the rate/) as string,
      counts: {failed: 0}
    });
    expect(await project.store.rows("select * from scores where status = 'failed'")).toEqual([]);
    judged = () => undefined;
    const again = await run(definition, {noReuse: true}, {evalName: "anew"});
    expect(again.manifest).toMatchObject({status: "complete", counts: {unscored: 0, scored: planned}});
    await judge.close();
  });

  it("is waited for when it is a model of a cascade, and the models before it are asked once", async () => {
    const strong = await startModelServer({behave: limitedTimes(14, 5)});
    const [cheap, dear] = [
      candidate("cheap", server(model.url, "cheap"), "test-model"),
      candidate("dear", server(strong.url, "dear"), "test-model")
    ];
    const both = cascade("both", [cheap, dear], {signal: "length", thresholds: [0]});
    const {manifest} = await run(wordsEval(server(model.url), {candidates: [both]}));
    expect(manifest).toMatchObject({status: "complete", counts: {failed: 0, completed: 30}});
    expect(new Set(model.byPrompt.values())).toEqual(new Set([1]));
    await strong.close();
  });
});

describe("the first model of a cascade", () => {
  let strong: ModelServer;
  beforeEach(async () => {
    strong = await startModelServer();
  });
  afterEach(() => strong.close());

  /** Every answer of the first model is sure enough. */
  const both = (attempts = 2) => {
    const retries = {retries: attempts, baseDelayMs: 5, maxDelayMs: 20};
    const cheap = openAICompatible({
      name: "cheap",
      baseUrl: model.url,
      hosting: "on-prem",
      trust: "local",
      retries
    });
    const stages = [
      candidate("cheap", cheap, "test-model"),
      candidate("dear", server(strong.url, "dear"), "test-model")
    ];
    const candidates = [cascade("both", stages, {signal: "length", thresholds: [-1000]})];
    return wordsEval(server(model.url), {candidates});
  };

  it("that limits the rate is waited for: none of its rows goes to the next", async () => {
    behave = limitedTimes(14, 5);
    const messages: string[] = [];
    const {manifest} = await run(both(), {}, {effects: {onMessage: (text) => messages.push(text)}});
    expect(manifest).toMatchObject({status: "complete", counts: {failed: 0, completed: 30}});
    expect(strong.requests).toEqual([]);
    expect(messages).toEqual([expect.stringMatching(/^cheap: rate limited .*too many requests/)]);
  });

  it("that limits the rate for longer than the run waits leaves rows missing", async () => {
    behave = limitedFor(1e9, 8, () => refusal({"retry-after": "90"}));
    const begun = performance.now();
    const first = await run(both(), {giveUpAfterSeconds: 0.2});
    expect(performance.now() - begun).toBeLessThan(30_000);
    expect(first.manifest).toMatchObject({
      status: "partial",
      stopped: expect.stringMatching(
        /^cheap still limits the rate 0\.2 s after it was paused: .*429/
      ) as string,
      counts: {completed: 8, failed: 0}
    });
    behave = () => undefined;
    const second = await run(both());
    expect(second.manifest).toMatchObject({status: "complete", counts: {failed: 0, completed: 30}});
    expect(strong.requests).toEqual([]);
  });

  it("does not hold up a run that is to end while it limits the rate", async () => {
    await refusedUntilCtrlC(both());
    expect(strong.requests).toEqual([]);
  });

  it("whose quota is used up stops the run, and another start asks it again", async () => {
    behave = limitedFor(1e9, 8, () => ({
      status: 429,
      body: {error: {message: "You exceeded your current quota", code: "insufficient_quota"}}
    }));
    const first = await run(both());
    expect(first.manifest).toMatchObject({
      status: "partial",
      stopped: expect.stringMatching(/^cheap refused the key: .*quota.*waiting does not help/) as string,
      counts: {completed: 8, failed: 0}
    });
    behave = () => undefined;
    const second = await run(both());
    expect(second.manifest).toMatchObject({status: "complete", counts: {failed: 0, completed: 30}});
    expect(strong.requests).toEqual([]);
  });

  it("that refuses the key stops the run before any row goes to the next", async () => {
    behave = () => ({status: 401, body: {error: {message: "no such key"}}});
    const {manifest} = await run(both());
    expect(manifest).toMatchObject({status: "partial", counts: {completed: 0, failed: 0}});
    expect(manifest!.stopped).toMatch(/^cheap refused the key: .*401/);
    expect(strong.requests).toEqual([]);
  });

  it.each([
    [4, 44],
    [16, 52]
  ])("that only fails for a while costs none of its rows, %d at once", async (concurrency, times) => {
    behave = limitedTimes(times, 5, 500);
    const {manifest} = await run(both(), {concurrency});
    expect(manifest).toMatchObject({status: "complete", counts: {failed: 0, completed: 30}});
    expect(strong.requests).toEqual([]);
  });

  it("that only fails leaves the rows missing when it is given up", async () => {
    behave = limitedFor(1e9, 8, () => ({status: 500}));
    const {manifest} = await run(both(0), {giveUpAfterSeconds: 0.2});
    expect(manifest).toMatchObject({
      status: "partial",
      stopped: expect.stringMatching(/^cheap only failed/) as string,
      counts: {completed: 8, failed: 0}
    });
    expect(strong.requests).toEqual([]);
  });

  it("that only fails on fewer rows than an outage takes leaves them to the next", async () => {
    const few = await wordsProject(await temporaryProject(), 12);
    behave = () => ({status: 500});
    const {manifest} = await run(both(0), {giveUpAfterSeconds: 0.2}, few);
    const {planned} = manifest!.counts;
    expect(planned).toBeLessThan(10);
    expect(manifest).toMatchObject({status: "complete", counts: {failed: 0, completed: planned}});
    expect(strong.requests.length).toBe(planned);
    few.store.close();
  });

  it("that fails on some rows alone leaves these to the next", async () => {
    const odd = (prompt: string) => / (3|4|5)?[0-9]?7 /.test(prompt);
    behave = (prompt) => (odd(prompt) ? {status: 500} : undefined);
    const {manifest} = await run(both());
    expect(manifest).toMatchObject({status: "complete", counts: {failed: 0, completed: 30}});
    const failed = [...model.byPrompt.keys()].filter(odd);
    expect(failed.length).toBeGreaterThan(0);
    expect([...strong.byPrompt.keys()].sort()).toEqual(failed.sort());
    expect(failed.map((prompt) => model.byPrompt.get(prompt))).toEqual(failed.map(() => 3));
  });

  it("that refuses some rows with a 403 once it has answered leaves these to the next", async () => {
    let asked = 0;
    behave = () => (++asked > 8 ? {status: 403, body: {error: {message: "not this one"}}} : undefined);
    const {manifest} = await run(both());
    expect(manifest).toMatchObject({status: "complete", counts: {failed: 0, completed: 30}});
    expect(strong.requests.length).toBe(22);
  });
});

describe("a later model of a cascade", () => {
  let strong: ModelServer;
  let refused: (prompt: string) => boolean;
  beforeEach(async () => {
    strong = await startModelServer({
      behave: ({prompt}) =>
        refused(prompt)
          ? {latencyMs: 50, status: 403, body: {error: {message: "not with this key"}}}
          : undefined
    });
  });
  afterEach(() => strong.close());

  /** "red" and "blue" are sure enough. */
  const both = () => {
    const stages = [
      candidate("cheap", server(model.url, "cheap"), "test-model"),
      candidate("dear", server(strong.url, "dear"), "test-model")
    ];
    const candidates = [cascade("both", stages, {signal: "length", thresholds: [-4]})];
    return wordsEval(server(model.url), {candidates});
  };
  const stoppedByKey = {
    status: "partial",
    stopped: expect.stringMatching(/^dear refused the key: .*403/) as string,
    counts: {failed: 0}
  };

  it("that never answered refuses the key at each start, though rows were answered without it", async () => {
    refused = () => true;
    const first = await run(both());
    expect(first.manifest).toMatchObject(stoppedByKey);
    expect(first.manifest!.counts.completed).toBeGreaterThan(0);
    expect((await run(both())).manifest).toMatchObject(stoppedByKey);
    refused = () => false;
    const last = await run(both());
    expect(last.manifest).toMatchObject({status: "complete", counts: {failed: 0, completed: 30}});
  });

  it.each([
    ["has refused rows", true, {status: "complete", stopped: undefined}],
    ["refuses the key where that is not told by tokens", false, stoppedByKey]
  ])("that answered an earlier start %s", async (_what, usage, expected) => {
    const interrupt = new AbortController();
    behave = () => ({usage});
    refused = () => {
      if (strong.requests.length >= 3) interrupt.abort();
      return false;
    };
    const first = await run(both(), {concurrency: 1}, {signal: interrupt.signal});
    expect(first.manifest).toMatchObject({status: "partial", counts: {failed: 0}});
    refused = () => true;
    const {manifest} = await run(both());
    expect(manifest).toMatchObject(expected);
    expect(manifest!.counts.failed > 0).toBe(usage);
  });

  it("that answered requests which were not answered as a whole has refused rows", async () => {
    let takesKey = false;
    const last = await startModelServer({behave: () => (takesKey ? undefined : {status: 401})});
    const three = () => {
      const stages = [model, strong, last].map(({url}, i) =>
        candidate(`model ${i}`, server(url, `model ${i}`), "test-model")
      );
      const candidates = [cascade("three", stages, {signal: "length", thresholds: [-4, 0]})];
      return wordsEval(server(model.url), {candidates});
    };
    refused = () => false;
    const first = await run(three());
    expect(first.manifest!.stopped).toMatch(/^model 2 refused the key/);
    [refused, takesKey] = [() => true, true];
    const second = await run(three());
    expect(second.manifest).toMatchObject({status: "complete", counts: {failed: 0, completed: 30}});
    await last.close();
  });
});

it("a proposer that limits the rate is waited for, and one whose quota is used up stops the run", async () => {
  const ranker: Endpoint = {
    name: "ranker",
    kind: "embedded",
    hosting: "edge",
    trust: "local",
    identity: () => Promise.resolve({ranker: "test"}),
    complete: () => Promise.reject(new Error("it only ranks")),
    score: (_request, answers) =>
      Promise.resolve({
        logprobs: answers.map((_, i) => -i),
        usage: {promptTokens: 0, completionTokens: 0},
        latencyMs: 1
      })
  };
  const stages = [
    candidate("one", server(model.url), "test-model"),
    candidate("ranker", ranker, "ranker")
  ] as const;
  const chosen = reranked("chosen", stages[0], [stages[1]], {answers: 2, weights: [0, 1]});
  const definition = wordsEval(server(model.url), {candidates: [chosen]});
  behave = limitedFor(1e9, 9, () => ({status: 429, body: {error: {type: "insufficient_quota"}}}));
  const first = await run(definition);
  expect(first.manifest).toMatchObject({
    status: "partial",
    stopped: expect.stringMatching(/^local refused the key/) as string,
    counts: {failed: 0}
  });
  const before = model.requests.length;
  behave = limitedTimes(14, 5);
  const second = await run(definition);
  expect(second.manifest).toMatchObject({status: "complete", counts: {failed: 0, completed: 30}});
  // What the first start had paid for is not asked again.
  const refused = model.requests.slice(before).length - (60 - 9);
  expect(refused).toBeGreaterThan(0);
  expect(model.byPrompt.size).toBe(30);
});

describe("an endpoint that only fails for a while", () => {
  it("costs no row: the calls whose failures began the pause are made again", async () => {
    behave = limitedFor(700, 8, () => ({status: 500}));
    const {manifest} = await run(one());
    expect(manifest).toMatchObject({status: "complete", counts: {failed: 0, completed: 30}});
  });
});

describe("an account whose quota is used up", () => {
  it("stops the run, and the calls in flight then are asked for by the next start", async () => {
    const quota: Behaviour = {
      status: 429,
      latencyMs: 50,
      body: {error: {message: "You exceeded your current quota", code: "insufficient_quota"}}
    };
    behave = limitedFor(1e9, 8, () => quota);
    const first = await run(one());
    expect(first.manifest).toMatchObject({
      status: "partial",
      stopped: expect.stringMatching(/^local refused the key: .*quota.*waiting does not help/) as string,
      counts: {completed: 8, failed: 0}
    });
    behave = () => undefined;
    const second = await run(one());
    expect(second.manifest).toMatchObject({status: "complete", counts: {failed: 0, completed: 30}});
  });

  it("stops the run though the key was taken before", async () => {
    const body = {error: {message: "Key limit exceeded (total limit)", code: 403}};
    behave = limitedFor(1e9, 8, () => ({status: 403, body}));
    const {manifest} = await run(one());
    expect(manifest).toMatchObject({
      status: "partial",
      stopped: expect.stringMatching(/^local refused the key: .*waiting does not help/) as string,
      counts: {completed: 8, failed: 0}
    });
    expect(manifest!.stopped).not.toMatch(/may not use/);
  });

  it("at a judge stops the run, which owes the scores", async () => {
    let judged: () => Behaviour | undefined = limitedFor(1e9, 5, () => ({
      status: 403,
      body: {error: {message: "Key limit exceeded (daily limit)", code: 403}}
    }));
    const judge = await startModelServer({answer: () => "[[10]]", behave: () => judged()});
    const rating = judgeRating({
      endpoint: server(judge.url, "judge"),
      model: "test-model",
      rubric: "good"
    });
    const definition = {...one(), scorers: {rating}};
    const first = await run(definition);
    expect(first.manifest).toMatchObject({
      status: "partial",
      stopped: expect.stringMatching(/^judge refused the key: .*Key limit exceeded/) as string,
      counts: {failed: 0, scored: 5}
    });
    // Those in flight then.
    expect(judge.requests.length).toBeLessThanOrEqual(5 + 4);
    expect(await project.store.rows("select * from scores where status = 'failed'")).toEqual([]);
    judged = () => undefined;
    const {planned} = first.manifest!.counts;
    expect((await run(definition)).manifest).toMatchObject({
      status: "complete",
      counts: {unscored: 0, scored: planned}
    });
    await judge.close();
  });
});
