import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {cascade} from "../../../src/candidates/index.js";
import type {EvalDefinition, RunOptions, RunProgress} from "../../../src/runner/index.js";
import {candidate, runEval} from "../../../src/runner/index.js";
import {judgeRating} from "../../../src/scorers/index.js";
import {type Behaviour, type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
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

describe("an endpoint that limits the rate", () => {
  it("is waited for: no row fails, and the run says what it waits for", async () => {
    behave = limitedFor(1500, 8);
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
    const first = await run(one(), {giveUpAfterSeconds: 1});
    expect(performance.now() - begun).toBeLessThan(30_000);
    expect(first.manifest).toMatchObject({
      status: "partial",
      stopped: expect.stringMatching(/^local still limits the rate 1 s after it was paused: .*429/) as string,
      counts: {completed: 8, failed: 0}
    });
    behave = () => undefined;
    const second = await run(one());
    expect(second.manifest).toMatchObject({status: "complete", counts: {failed: 0, completed: 30}});
    expect(second.calls).toBe(first.manifest!.counts.planned - 8);
  });

  it("does not hold up a run that is to end: pauses end at the first Ctrl-C, and their calls are missing", async () => {
    const interrupt = new AbortController();
    let refused = 0;
    behave = () => {
      if (++refused === 4) setTimeout(() => interrupt.abort(), 100);
      return refusal({"retry-after": "50"});
    };
    const begun = performance.now();
    const {manifest} = await run(one(), {}, {signal: interrupt.signal});
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect(manifest).toMatchObject({
      status: "partial",
      stopped: "interrupted",
      counts: {failed: 0, completed: 0}
    });
    expect(refused).toBe(4);
  });

  it("is waited for by a judge's calls too, and the scores of answers that it gave are owed when it is given up", async () => {
    const judge = await startModelServer({answer: () => "[[10]]", behave: () => judged()});
    let judged: () => Behaviour | undefined = limitedFor(1500, 5);
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
    const anew = await run(definition, {noReuse: true, giveUpAfterSeconds: 1}, {evalName: "anew"});
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
    const strong = await startModelServer({behave: limitedFor(1500, 5)});
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

describe("an endpoint that only fails for a while", () => {
  it("costs no row: the calls whose failures began the pause are made again", async () => {
    behave = limitedFor(1500, 8, () => ({status: 500}));
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
});
