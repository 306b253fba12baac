// @module-tag long
import {beforeAll, describe, expect, it} from "vitest";
import {judgedRuns} from "../../../src/evals/races/judgedRuns.js";
import {baselineRun, decidingRuns, listRaces} from "../../../src/evals/races/index.js";
import {runRace} from "../../../src/evals/races/runRace.js";
import {candidate, type EvalDefinition, runEval} from "../../../src/evals/runner/index.js";
import {type Project, server, wordsEval, wordsProject} from "../runner/support/project.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

describe("the run or race that was last asked for", () => {
  let model: ModelServer;
  let project: Project;
  beforeAll(async () => {
    model = await startModelServer({
      models: ["good", "bad"],
      answer: ({prompt, body}) => (body.model === "good" ? prompt.split(" ").at(-1)! : "none")
    });
    project = await wordsProject(await temporaryProject(), 120);
    return async () => {
      project.store.close();
      await model.close();
    };
  });

  const definition = (changes: Partial<EvalDefinition> = {}) => {
    const endpoint = server(model.url);
    return wordsEval(endpoint, {
      split: {strategy: "group", validation: 0, test: 0.5},
      candidates: ["bad", "good"].map((name) => candidate(name, endpoint, name)),
      ...changes
    });
  };
  const inputs = (evalName: string) => ({...project, evalName, options: {preflight: false}});
  const run = async (name: string, changes: Partial<EvalDefinition> = {}) =>
    (await runEval(definition(changes), inputs(name))).manifest!;
  const deciding = async (name: string) => {
    const races = await listRaces(project.store.workspace);
    return decidingRuns(await project.store.runs(), races).find((one) => one.run.eval === name)!;
  };

  it("decides, whichever of runs and races it is", async () => {
    const whole = await run("raced");
    const first = await runRace(definition(), inputs("raced"), {errorRate: 0.05});
    expect((await deciding("raced")).race?.id).toBe(first.record.id);
    expect((await run("raced")).id).toBe(whole.id);
    expect(await deciding("raced")).toEqual({run: await run("raced")});

    // Its rounds are those of the first: nothing is sealed.
    const second = await runRace(definition(), inputs("raced"), {errorRate: 0.04});
    expect((await deciding("raced")).race?.id).toBe(second.record.id);
    for (const {record, errorRate} of [
      {record: first.record, errorRate: 0.05},
      {record: second.record, errorRate: 0.04}
    ]) {
      const {calls} = await runRace(definition(), inputs("raced"), {errorRate});
      expect([calls, (await deciding("raced")).race?.id]).toEqual([0, record.id]);
      const kept = (await deciding("raced")).race;
      await runRace(definition(), inputs("raced"), {errorRate});
      expect((await deciding("raced")).race).toEqual(kept);
    }
  });

  it("stands after the others in the order of runs, and has the one before it as its previous", async () => {
    const one = await run("order", {prompt: "one {{text}}"});
    const other = await run("order", {prompt: "two {{text}}"});
    const previous = async (of: typeof one) => (await baselineRun(project.store, of, "previous"))?.id;
    expect([await previous(one), await previous(other)]).toEqual([undefined, one.id]);
    const again = await run("order", {prompt: "one {{text}}"});
    const ids = (await project.store.runs()).filter(({eval: name}) => name === "order").map(({id}) => id);
    expect(ids).toEqual([other.id, one.id]);
    expect([await previous(again), await previous(other)]).toEqual([other.id, undefined]);
    // As the newest already, it is not written again.
    expect(await run("order", {prompt: "one {{text}}"})).toEqual(again);
  });

  it("is a partial run once it was completed", async () => {
    const stop = new AbortController();
    const effects = {onProgress: () => stop.abort()};
    const begun = await runEval(definition({prompt: "three {{text}}"}), {
      ...inputs("part"),
      effects,
      signal: stop.signal
    });
    expect(begun.manifest!.status).toBe("partial");
    const other = await run("part", {prompt: "four {{text}}"});
    expect((await deciding("part")).run.id).toBe(other.id);
    const whole = await run("part", {prompt: "three {{text}}"});
    expect([whole.id, whole.status, whole.startedAt]).toEqual([
      begun.manifest!.id,
      "complete",
      begun.manifest!.startedAt
    ]);
    expect((await deciding("part")).run.id).toBe(whole.id);
  });

  it("leaves a part that the eval does not score now out only where its run is of another definition", async () => {
    const train = await run("parts", {part: "train"});
    const test = await run("parts");
    const judged = async (changes: Partial<EvalDefinition> = {}) => {
      const named = {name: "parts", path: "evals/parts.eval.ts", sha256: "0".repeat(64)};
      const found = await judgedRuns(project.store, {...named, definition: definition(changes)});
      return {
        judged: found.judged.map(({run: {id}, other}) => [id, other]),
        left: found.left.map(({run: {id}}) => id)
      };
    };
    expect(await judged()).toEqual({
      judged: expect.arrayContaining([
        [test.id, undefined],
        [train.id, undefined]
      ]) as unknown,
      left: []
    });
    const edited = await run("parts", {prompt: "five {{text}}"});
    expect(await judged({prompt: "five {{text}}"})).toEqual({
      judged: [[edited.id, undefined]],
      left: [train.id]
    });
    expect((await judged({part: "validation"})).judged).toEqual(
      expect.arrayContaining([
        [test.id, ["the part"]],
        [train.id, ["the part"]]
      ])
    );
    // A run of some of the candidates was told so; one that the eval got since is another definition.
    const {manifest: some} = await runEval(definition({prompt: "six {{text}}"}), {
      ...inputs("parts"),
      options: {preflight: false, candidates: ["good"]}
    });
    expect((await judged({prompt: "six {{text}}"})).judged).toEqual([[some!.id, undefined]]);
    const endpoint = server(model.url);
    const candidates = ["bad", "good", "best"].map((name) => candidate(name, endpoint, name));
    expect((await judged({candidates})).judged).toContainEqual([some!.id, ["the prompt"]]);
  });
});
