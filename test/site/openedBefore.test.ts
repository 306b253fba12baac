import {beforeAll, describe, expect, it} from "vitest";
import {runRace} from "../../src/races/runRace.js";
import {listRaces} from "../../src/races/index.js";
import {candidate, type EvalDefinition, runEval} from "../../src/runner/index.js";
import {judgePairwise} from "../../src/scorers/index.js";
import {runVerdict} from "../../src/site/index.js";
import {ensureSplit, type SplitSpec} from "../../src/splits/index.js";
import {type RunManifest, splitParts} from "../../src/store/index.js";
import {type Project, server, wordsEval, wordsProject} from "../runner/support/project.js";
import {type ModelServer, startModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

describe("a held-out part", () => {
  let model: ModelServer;
  let project: Project;
  const spec: SplitSpec = {name: "last", strategy: "group", test: 0.3, validation: 0, heldOut: 0.4};
  beforeAll(async () => {
    model = await startModelServer({
      models: ["good", "bad", "judge"],
      answer: ({prompt, body}) =>
        body.model === "judge" ? "[[A]]" : body.model === "good" ? prompt.split(" ").at(-1)! : "none"
    });
    project = await wordsProject(await temporaryProject(), 120);
    project.split = await ensureSplit(project.store, project.version, spec);
    return async () => {
      project.store.close();
      await model.close();
    };
  });

  const definition = (prompt: string, changes: Partial<EvalDefinition> = {}) => {
    const endpoint = server(model.url);
    return wordsEval(endpoint, {
      split: spec,
      part: "held-out",
      prompt,
      candidates: ["bad", "good"].map((name) => candidate(name, endpoint, name)),
      ...changes
    });
  };
  const inputs = (evalName: string, more = {}) => ({
    ...project,
    evalName,
    options: {preflight: false, final: true, why: "test", ...more}
  });
  const run = async (prompt: string, more = {}) =>
    (await runEval(definition(prompt), inputs("last", more))).manifest!;
  const told = async (manifest: RunManifest, race?: Awaited<ReturnType<typeof listRaces>>[number]) =>
    (await runVerdict(project.store, manifest, {race})).verdict.risks
      .filter(({kind}) => kind === "held-out")
      .map(({sentence}) => sentence);

  it("that was opened for other runs before is a risk, a first opening, a forecast and the same run again are none", async () => {
    await run("one {{text}}", {dryRun: true});
    const first = await run("one {{text}}");
    expect(await told(first)).toEqual([]);
    expect((await run("one {{text}}")).id).toBe(first.id);
    expect(await told(first)).toEqual([]);
    await run("two {{text}}");
    const third = await run("three {{text}}");
    expect(await told(third)).toEqual([
      "The held-out part was opened 3 times before, for other runs. Where something was changed after their scores, it no longer tells how the winner does on unseen rows."
    ]);
    expect(await told(first)).toEqual([]);
    // Back to the first, knowing what the others came to.
    expect(await told(await run("one {{text}}"))).toEqual([expect.stringMatching(/opened 2 times before/)]);
  });

  it("counts all rounds of a race as one opening, of the race itself", async () => {
    const before = (await told(await run("four {{text}}"))).length;
    expect(before).toBe(1);
    const raced = await runRace(definition("raced {{text}}"), inputs("raced"), {errorRate: 0.05});
    const [race] = await listRaces(project.store.workspace);
    const [sentence] = await told(raced.manifest!, race);
    const [next] = await told(await run("five {{text}}"));
    const times = (text: string | undefined) => Number(/opened (\d+) times/.exec(text ?? "")?.[1]);
    expect(times(next)).toBe(times(sentence) + 1);
  });

  it("shows how often a judge changed its choice with the order, though its words stay hidden", async () => {
    const judge = judgePairwise({endpoint: server(model.url), model: "judge", rubric: "better"});
    const {manifest} = await runEval(definition("judged {{text}}", {scorers: {judge}}), inputs("judged"));
    const {verdict} = await runVerdict(project.store, manifest!);
    expect(verdict.risks.map(({sentence}) => sentence)).toContainEqual(
      expect.stringMatching(
        /^The judge judge changes its choice .* \(100\.0%\), each of which counts as a tie\.$/
      )
    );
    const [details] = await project.store.rows<{details: string}>(
      "select distinct details from scores where run = $run",
      {run: manifest!.id}
    );
    expect(details).toEqual({details: '{"agree":false}'});
  });

  it("that holds rows which earlier runs scored, or could train on, is a risk with their numbers", async () => {
    const grown = await wordsProject(await temporaryProject(), 120);
    const {store, version} = grown;
    const before: SplitSpec = {strategy: "random", test: 0.5, validation: 0};
    const of = (split: SplitSpec, part: EvalDefinition["part"]) => definition("seen {{text}}", {split, part});
    const ran = async (spec: SplitSpec, part: EvalDefinition["part"], evalName: string) => {
      const split = await ensureSplit(store, version, spec);
      const {manifest} = await runEval(of(spec, part), {...inputs(evalName), ...grown, split, evalName});
      store.refresh();
      const {verdict} = await runVerdict(store, manifest!);
      const risks = verdict.risks.filter(({kind}) => kind === "held-out").map(({sentence}) => sentence);
      return {split, risks};
    };
    const {split: first} = await ran(before, "test", "first");
    const last = await ran({...spec, name: "late"}, "held-out", "late");
    const parts = (one: {id: string}) => splitParts(store.workspace, {dataset: version.dataset, id: one.id});
    const counted = await store.row<{n: number; test: number; train: number}>(
      `select count(*)::int as n, count(*) filter (b.part = 'test')::int as test, count(*) filter (b.part = 'train')::int as train
       from ${await parts(last.split)} a join ${await parts(first)} b using (row_id) where a.part = 'held-out'`
    );
    const {n, test, train} = counted!;
    expect(test).toBeGreaterThan(1);
    expect(train).toBeGreaterThan(1);
    const told = `Of the ${n} held-out rows, ${test} were scored by earlier runs and ${train} were in the training part of earlier runs: on these the scores do not tell how the winner does on unseen rows.`;
    expect(last.risks).toEqual([told]);
    // A split that was made later trains on none of them, whatever part it gives them; another split's final run scored all.
    await ran({...before, seed: "later"}, "test", "later");
    const again = await ran({...spec, name: "other", strategy: "random"}, "held-out", "other");
    expect(again.risks).toEqual([told.replace(`${test} were scored`, `${n} were scored`)]);
    store.close();
  });
});
