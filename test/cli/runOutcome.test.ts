import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {createReporter} from "../../src/cli/progress.js";
import {isUnfinished, outcomeText} from "../../src/cli/run.js";
import {runVerdict} from "../../src/site/index.js";
import {runEval, type RunInputs} from "../../src/runner/index.js";
import {server, type Project, wordsEval, wordsProject} from "../runner/support/project.js";
import {type ModelServer, startModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {written} from "../support/printed.js";

describe("what assay run prints when it ends", () => {
  let model: ModelServer;
  let project: Project;
  let broken = true;
  let interrupt: AbortController | undefined;
  beforeAll(async () => {
    model = await startModelServer({
      models: ["test-model"],
      behave: (_request, seen) => {
        interrupt?.abort();
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
    await store.refresh();
    const {verdict} = await runVerdict(store, result.manifest!);
    return {eval: {name: "words", path: "words.eval.ts", sha256: "", definition}, split, result, verdict};
  };

  it("is what was called, reused, failed and paid, and how to ask again for what failed", async () => {
    const first = await outcomeOf({limit: 8});
    const {id, counts} = first.result.manifest!;
    expect(counts.failed).toBeGreaterThan(0);
    expect(outcomeText(first)).toContain(`${counts.planned} calls made · ${counts.failed} failed`);
    expect(outcomeText(first)).toContain(`\`assay runs ${id}\` says why.`);
    expect(outcomeText(first)).toContain("Ask again for these rows: assay run words --retry-failed");
    broken = false;
    const again = await outcomeOf({limit: 8, retryFailed: true});
    expect(outcomeText(again)).toContain(`${counts.failed} calls made`);
    expect(outcomeText(again)).not.toContain("--retry-failed");
    expect(outcomeText(await outcomeOf({limit: 8}))).toContain("nothing to do: the store holds this run");
    expect(outcomeText(await outcomeOf({limit: 9}))).toContain(`${counts.planned} completions reused`);
  });

  it("counts a limit that was asked for as done, and a run that was stopped as not", async () => {
    const limited = await outcomeOf({limit: 5});
    expect(limited.result.manifest!.status).toBe("partial");
    expect(isUnfinished(limited)).toBe(false);
    interrupt = new AbortController();
    expect(isUnfinished(await outcomeOf({concurrency: 1}, interrupt.signal))).toBe(true);
  });
});

describe("the progress of a run in a log", () => {
  it("has every message, but of those that differ in their numbers one a second", async () => {
    vi.stubEnv("CI", "true");
    const text = await written(process.stderr, async () => {
      const {message} = createReporter("words");
      for (const pass of [1, 2, 3]) message(`head: pass ${pass} of 3`);
      message("3 rows stay here");
      message("the server lists other models");
    }).finally(() => vi.unstubAllEnvs());
    expect(text).toBe(
      "words: head: pass 1 of 3\nwords: 3 rows stay here\nwords: the server lists other models\n"
    );
  });
});
