// @module-tag long
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {createReporter} from "../../src/cli/terminal/progress.js";
import {isUnfinished, outcomeText} from "../../src/cli/evals/run/run.js";
import {checkGates, type RaceRecord} from "../../src/evals/decisions/index.js";
import {runVerdict} from "../../src/report/site/index.js";
import {runEval, type RunInputs} from "../../src/evals/runner/index.js";
import type {RunManifest} from "../../src/base/store/index.js";
import {server, type Project, wordsEval, wordsProject} from "../evals/runner/support/project.js";
import {type ModelServer, startModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {written} from "../support/printed.js";

describe("what assay run prints when it ends", () => {
  let model: ModelServer;
  let project: Project;
  let broken = true;
  let flaky: Set<string> | undefined;
  let interrupt: AbortController | undefined;
  beforeAll(async () => {
    model = await startModelServer({
      models: ["test-model"],
      behave: ({prompt}, seen) => {
        interrupt?.abort();
        if (flaky && !flaky.has(prompt)) {
          flaky.add(prompt);
          return {status: 503, headers: {"retry-after": "0"}};
        }
        return broken && seen === 0 ? {status: 400, body: {}} : undefined;
      }
    });
    project = await wordsProject(await temporaryProject(), 60);
  });
  afterAll(async () => {
    project.store.close();
    await model.close();
  });

  const outcomeOf = async (options: RunInputs["options"], signal?: AbortSignal) => {
    const definition = wordsEval(server(model.url));
    const {store, split} = project;
    const result = await runEval(definition, {
      ...project,
      evalName: "words",
      options: {preflight: false, ...options},
      signal
    });
    store.refresh();
    const report = await runVerdict(store, result.manifest!);
    const one = {name: "words", path: "words.eval.ts", sha256: "", definition};
    return {eval: one, split, result, verdict: report.verdict, report};
  };

  it("is what was called, reused, failed and paid, and how to ask again for what failed", async () => {
    const first = await outcomeOf({limit: 8});
    const {id, counts} = first.result.manifest!;
    expect(counts.failed).toBeGreaterThan(0);
    expect(outcomeText(first)).toContain(`${counts.planned} calls made · ${counts.failed} failed`);
    expect(outcomeText(first)).toContain(`\`assay runs ${id}\` says why.`);
    expect(outcomeText(first)).toMatch(/Ask again for these rows: assay run words --retry-failed$/);
    const asked = {limit: 8, candidates: ["first", "it's"], repeats: 2, race: false};
    expect(outcomeText(first, asked)).toContain(
      `: assay run words --limit 8 --candidate first --candidate 'it'\\''s' --repeat 2 --no-race --retry-failed`
    );
    const bounded = {
      budgetUsd: 15,
      race: true,
      concurrency: 4,
      giveUpAfterSeconds: 9,
      allowCodeExecution: true
    };
    expect(outcomeText(first, {...bounded, queue: "redis://me:secret@host:7000/2"})).toContain(
      "these rows: assay run words --race --budget-usd 15 -j 4 --give-up-after 9 --queue redis://host:7000/2 --allow-code-execution --retry-failed"
    );
    expect(outcomeText(first, {race: true, budgetCalls: 90, queue: true})).toContain(
      ": assay run words --race --budget-calls 90 --queue --retry-failed"
    );
    expect(outcomeText(first, {race: true, errorRate: 0.1})).toContain(
      "--race --error-rate 0.1 --retry-failed"
    );
    const {manifest} = first.result;
    const missing = {...manifest!, counts: {...counts, completed: counts.completed - 2}};
    expect(outcomeText({...first, result: {...first.result, manifest: missing}})).toMatch(
      /Ask again for these rows, and for 2 answers that are missing: assay run words --retry-failed$/
    );
    const stopped = {outcome: {kind: "stopped", sentence: "Stopped."}, rounds: [], split: {}} as unknown;
    expect(outcomeText({...first, race: stopped as RaceRecord})).toMatch(
      /these rows, and go on with the race: assay run words --retry-failed$/
    );
    broken = false;
    const again = await outcomeOf({limit: 8, retryFailed: true});
    expect(outcomeText(again)).toContain(`${counts.failed} calls made`);
    expect(outcomeText(again)).not.toContain("--retry-failed");
    expect(outcomeText(await outcomeOf({limit: 8}))).toContain("nothing to do: the store holds this run");
    expect(outcomeText(await outcomeOf({limit: 9}))).toContain(`${counts.planned} completions reused`);
  });

  it("keeps how many requests were in flight when reused answers took their time", async () => {
    broken = false;
    const asked = await outcomeOf({limit: 20, concurrency: 5});
    expect(asked.result.calls).toBeGreaterThan(0);
    const most = asked.result.manifest!.concurrency!;
    expect(most).toBeGreaterThan(0);
    const reusing = await outcomeOf({limit: 19});
    expect([reusing.result.calls, reusing.result.manifest!.counts.reused]).toEqual([0, 38]);
    expect(reusing.result.manifest!.concurrency).toBe(most);
    expect((await outcomeOf({limit: 18})).result.manifest!.concurrency).toBe(most);
  });

  it("says of a cost how many calls it does not count", async () => {
    const {result, ...outcome} = await outcomeOf({limit: 8});
    const textOf = (costUsd: number | undefined, unpricedCalls: number) =>
      outcomeText({...outcome, result: {...result, manifest: {...result.manifest!, costUsd, unpricedCalls}}});
    expect(textOf(0.1392, 232)).toContain("$0.1392 for the run, not counting 232 calls of unknown cost");
    expect(textOf(0.1392, 1)).toContain("not counting 1 call of unknown cost");
    expect(textOf(0.1392, 0)).toMatch(/\$0\.1392 for the run$/m);
  });

  it("says what scorers called, and what that cost beside the run", async () => {
    const {result, ...outcome} = await outcomeOf({limit: 8});
    const textOf = (made: number, scorerCalls: RunManifest["scorerCalls"]) =>
      outcomeText({
        ...outcome,
        result: {
          ...result,
          unchanged: false,
          calls: 0,
          scorerCalls: made,
          manifest: {...result.manifest!, costUsd: 0.444, unpricedCalls: 0, scorerCalls}
        }
      });
    const text = textOf(16, {calls: 37, costUsd: 3.885});
    expect(text).toContain("0 calls made · 16 scorer calls made");
    expect(text).toMatch(/\$0\.4440 for the run · \$3\.8850 for its 37 scorer calls$/m);
    const asked = {endpoint: "judge", model: "m", promptTokens: 90, cachedTokens: 0, completionTokens: 9};
    const told = (counted: number) => ({
      calls: 37,
      costUsd: 3.885,
      models: [{...asked, answers: 36, counted}]
    });
    expect(textOf(16, told(30))).toMatch(
      /at least \$3\.8850 for its 37 scorer calls, not counting 7 that told no tokens$/m
    );
    expect(textOf(16, told(37))).toMatch(/ · \$3\.8850 for its 37 scorer calls$/m);
    expect(textOf(1, {calls: 1})).toMatch(/1 scorer call made .*\$0\.4440 for the run$/m);
    expect(textOf(0, undefined)).not.toContain("scorer call");
  });

  it("counts a limit that was asked for as done, and a run that was stopped as not", async () => {
    const limited = await outcomeOf({limit: 5});
    expect(limited.result.manifest!.status).toBe("partial");
    expect(isUnfinished(limited)).toBe(false);
    const rows = project.split.counts.test!;
    expect(limited.verdict.unaskedRows).toBe(rows - 5);
    interrupt = new AbortController();
    const stopped = await outcomeOf({concurrency: 1, noReuse: true}, interrupt.signal);
    expect(isUnfinished(stopped)).toBe(true);
    const {unaskedRows} = stopped.verdict;
    expect([unaskedRows! > rows - 5, unaskedRows! <= rows]).toEqual([true, true]);
    interrupt = undefined;
    expect((await outcomeOf({})).verdict.unaskedRows).toBeUndefined();
  });

  it("is how many attempts failed before they were answered, beside rows of which none failed", async () => {
    flaky = new Set();
    const one = await outcomeOf({limit: 5, noReuse: true});
    flaky = undefined;
    expect(one.result.manifest!.counts.failed).toBe(0);
    const {planned} = one.report.calls[0]!;
    expect(outcomeText(one)).toContain(`${planned} attempts failed and were repeated`);
    const [gate] = checkGates([{maxFailureShare: 0}], one.report.table, one.report.verdict, one.report.calls);
    expect(gate!.message).toBe(
      `0.0% (0 of ${planned}; ${planned} more of ${2 * planned} attempts failed and were repeated)`
    );
  });
});

describe("the progress of a run in a log", () => {
  it("has every message, but of counts in the same words one every ten seconds", async () => {
    vi.stubEnv("CI", "true");
    const text = await written(process.stderr, async () => {
      const {message} = createReporter("words");
      for (const pass of [1, 2, 3]) message(`head: pass ${pass} of 3`);
      message("3 rows stay here");
      for (const round of [1, 2]) message(`round ${round}: brief leads`);
      message("the server lists other models");
    }).finally(() => vi.unstubAllEnvs());
    expect(text).toBe(
      [
        "head: pass 1 of 3",
        "3 rows stay here",
        "round 1: brief leads",
        "round 2: brief leads",
        "the server lists other models"
      ]
        .map((line) => `words: ${line}\n`)
        .join("")
    );
  });
});
