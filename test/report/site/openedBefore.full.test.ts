import {describe, expect, it} from "vitest";
import {runRace} from "../../../src/evals/races/runRace.js";
import {listRaces} from "../../../src/evals/races/index.js";
import {type EvalDefinition, runEval} from "../../../src/evals/runner/index.js";
import {runVerdict} from "../../../src/report/site/index.js";
import {ensureSplit, type SplitSpec} from "../../../src/data/splits/index.js";
import {splitParts} from "../../../src/base/store/index.js";
import {wordsProject} from "../../evals/runner/support/project.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {definition, inputs, project, run, setUpOpened, spec, told} from "./support/openedProject.js";

setUpOpened();

describe("a held-out part", () => {
  it("counts all rounds of a race as one opening, of the race itself", async () => {
    await run("three {{text}}");
    const before = (await told(await run("four {{text}}"))).length;
    expect(before).toBe(1);
    const raced = await runRace(definition("raced {{text}}"), inputs("raced"), {errorRate: 0.05});
    const [race] = await listRaces(project.store.workspace);
    const [sentence] = await told(raced.manifest!, race);
    const [next] = await told(await run("five {{text}}"));
    const times = (text: string | undefined) => Number(/opened (\d+) times/.exec(text ?? "")?.[1]);
    expect(times(next)).toBe(times(sentence) + 1);
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
