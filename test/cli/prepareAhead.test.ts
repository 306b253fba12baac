import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, beforeEach, describe, expect, it} from "vitest";
import {runEvals, type RunEvalsOptions} from "../../src/cli/runEvals.js";
import {type Candidate, candidate} from "../../src/runner/index.js";
import {type ModelServer, startModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {type Project, server, words, wordsEval, wordsProject} from "../runner/support/project.js";

describe("candidates of later evals", () => {
  let model: ModelServer;
  let project: Project;
  /** What happened, in its order. */
  let seen: string[];
  beforeAll(async () => {
    model = await startModelServer({
      models: ["a"],
      answer: ({prompt}) => prompt.split(" ").at(-1)!
    });
  });
  afterAll(() => model.close());
  beforeEach(async () => {
    seen = [];
    project = await wordsProject(await temporaryProject(), 40);
    await mkdir(join(project.store.workspace.project, "evals"));
    return () => project.store.close();
  });

  const named = async (name: string, candidates: Candidate[]) => {
    const path = `evals/${name}.eval.ts`;
    await writeFile(join(project.store.workspace.project, path), "export default {};");
    const split = {strategy: "group" as const, validation: 0, test: 0.5};
    const definition = wordsEval(server(model.url), {candidates, split});
    return {name, path, sha256: "0".repeat(64), definition};
  };
  const made = (name: string, more: Partial<Candidate> = {}): Candidate => {
    const plain = candidate(name, server(model.url), "a");
    return {
      ...plain,
      apart: more.apart ?? true,
      prepare: async (context) => {
        seen.push(`${name} begins`);
        const ready = await (more.prepare ?? plain.prepare)(context);
        seen.push(`${name} is made`);
        return ready;
      }
    };
  };
  const run = async (evals: Awaited<ReturnType<typeof named>>[], more: Partial<RunEvalsOptions> = {}) => {
    const {signal} = new AbortController();
    const outcomes = await runEvals(project.store, evals, {
      options: {preflight: false},
      datasets: [words(40)],
      signal,
      abortSignal: signal,
      quiet: true,
      onOutcome: ({eval: {name}}) => seen.push(`${name} has run`),
      ...more
    });
    return outcomes.map(({eval: {name}}) => name);
  };

  it("are made while an earlier eval is prepared, and the eval waits for them", async () => {
    let begun!: () => void;
    const later = new Promise<void>((resolve) => (begun = resolve));
    // Ready only when the later one is under way: were it not begun beforehand, this would wait for ever.
    const first = made("first", {
      apart: false,
      prepare: async () => {
        await later;
        return {endpoint: server(model.url), model: "a"};
      }
    });
    let times = 0;
    const second = made("second", {
      prepare: async () => {
        begun();
        if (times++ === 0) await new Promise((resolve) => setTimeout(resolve, 300));
        return {endpoint: server(model.url), model: "a"};
      }
    });
    expect(await run([await named("one", [first]), await named("two", [second])])).toEqual(["one", "two"]);
    expect(seen.indexOf("second begins")).toBeLessThan(seen.indexOf("first is made"));
    // Once beforehand, once when it is run, one after the other.
    expect(seen.filter((what) => what.startsWith("second"))).toEqual([
      "second begins",
      "second is made",
      "second begins",
      "second is made"
    ]);
    expect(seen.at(-1)).toBe("two has run");
  });

  it("are not made beforehand when they compute in this process, are not asked for, or nobody is called", async () => {
    const here = made("here", {apart: false});
    const evals = [await named("one", [here]), await named("two", [here, made("other")])];
    await run(evals, {options: {preflight: false, candidates: ["here"]}});
    expect(seen.slice(0, seen.indexOf("one has run"))).toEqual(["here begins", "here is made"]);
    expect(seen).not.toContain("other begins");
    seen.length = 0;
    await run(evals, {options: {preflight: false, dryRun: true}});
    expect(seen.filter((what) => what === "other begins")).toHaveLength(1);
  });

  it("that cannot be made are reported by their own eval, once", async () => {
    const broken = made("second", {prepare: () => Promise.reject(new Error("no memory"))});
    const failures: string[] = [];
    const evals = [await named("one", [made("first")]), await named("two", [broken])];
    const onFailure = async (error: unknown) => void failures.push((error as Error).message);
    expect(await run(evals, {onFailure})).toEqual(["one"]);
    expect(failures).toEqual(["candidate second could not be prepared: no memory"]);
  });
});
