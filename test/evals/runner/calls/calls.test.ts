import {afterAll, beforeAll, describe, expect, it, onTestFinished} from "vitest";
import type {CallOutcome, CreateExecutor} from "../../../../src/evals/runner/calls/executor.js";
import {createPool} from "../../../../src/evals/runner/calls/pool.js";
import {runEval} from "../../../../src/evals/runner/index.js";
import {type ModelServer, startModelServer} from "../../../support/modelServer.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";
import {type Project, server, wordsEval, wordsProject} from "../support/project.js";

/** Delivers every outcome twice, the last of a batch first, and now and then one of long ago. */
const stuttering: CreateExecutor = (setup) => {
  const pool = createPool(setup);
  return {
    execute(requests, options) {
      const outcomes = pool.execute(requests, options);
      const before: CallOutcome[] = [];
      const again = (batch: readonly CallOutcome[]) => {
        const told = [...batch, ...before.slice(-3), ...batch].reverse();
        before.push(...batch);
        return told;
      };
      return {
        [Symbol.asyncIterator]() {
          return this;
        },
        async next() {
          const next = await outcomes.next();
          return next.done ? next : {done: false, value: again(next.value)};
        },
        return: () => outcomes.return!()
      };
    }
  };
};

describe("the calls of a run", () => {
  let model: ModelServer;
  let project: Project;
  beforeAll(async () => {
    model = await startModelServer({latencyMs: 2});
    project = await wordsProject(await temporaryProject(), 60);
  });
  afterAll(async () => {
    project.store.close();
    await model.close();
  });

  it("have one effect each when an executor tells of them twice and in another order", async () => {
    const definition = wordsEval(server(model.url));
    const once = await runEval(definition, {...project, evalName: "once", options: {preflight: false}});
    const twice = await runEval(definition, {
      ...project,
      evalName: "twice",
      options: {preflight: false, noReuse: true},
      createExecutor: stuttering
    });
    expect(twice.calls).toBe(twice.manifest!.counts.planned);
    expect(twice.manifest!.counts).toEqual(once.manifest!.counts);
    const rows = (run: string) =>
      project.store.rows(
        `select c.row_id, c.candidate, c.key, c.output, s.value from completions c
         join scores s using (run, row_id, candidate, variant, repeat) where c.run = $run order by all`,
        {run}
      );
    const sealed = await rows(twice.manifest!.id);
    expect(sealed.length).toBe(twice.manifest!.counts.planned);
    expect(sealed).toEqual(await rows(once.manifest!.id));
  });

  it("are in the journal before the next are made, so that a scorer that takes long loses none", async () => {
    const taken: number[] = [];
    const definition = wordsEval(server(model.url), {
      scorers: {
        slow: Object.assign(
          () => {
            const until = performance.now() + 20;
            while (performance.now() < until);
            taken.push(performance.now());
            return 1;
          },
          {version: "slow"}
        )
      }
    });
    const {manifest} = await runEval(definition, {
      ...project,
      evalName: "slow",
      options: {preflight: false, noReuse: true, concurrency: 8}
    });
    expect(manifest!.counts).toMatchObject({unscored: 0, failed: 0});
    const spread = await project.store.row<{outcomes: number}>(
      "select count(distinct finished_at)::double as outcomes from completions where run = $run",
      {run: manifest!.id}
    );
    // Written between slices of scoring, not in one go behind all of it.
    expect(spread!.outcomes).toBeGreaterThan(manifest!.counts.planned / 16);
    expect(taken.length).toBe(manifest!.counts.planned);
  });

  it("go on after a 403 of an endpoint that has answered, in an earlier start too, and stop at one of another", async () => {
    let served = 0;
    let refusing = (nth: number) => nth % 7 === 6;
    const guarded = await startModelServer({
      models: ["test-model", "test-model-2"],
      behave: () =>
        refusing(served++) ? {status: 403, body: {error: {message: "request blocked"}}} : undefined
    });
    onTestFinished(() => guarded.close());
    const definition = wordsEval(server(guarded.url, "guarded"));
    const start = (evalName: string, retryFailed = false) =>
      runEval(definition, {
        ...project,
        evalName,
        options: {preflight: false, noReuse: true, concurrency: 1, retryFailed}
      });
    const {manifest} = await start("guarded");
    expect(manifest).toMatchObject({status: "complete"});
    const {failed, planned} = manifest!.counts;
    expect(failed).toBeGreaterThan(3);
    refusing = () => true;
    const again = await start("guarded", true);
    expect(again.calls).toBe(failed);
    expect(again.manifest!.stopped).toBeUndefined();
    const other = await start("refused");
    expect(other.manifest).toMatchObject({
      status: "partial",
      stopped: expect.stringMatching(/^guarded refused the key: .*403/) as string
    });
    expect(other.calls).toBeLessThan(planned / 2);
  });
});
