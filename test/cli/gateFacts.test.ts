import {expect, it} from "vitest";
import {gateFacts} from "../../src/report/site/gateFacts.js";
import {purge} from "../../src/data/datasets/index.js";
import {runEval} from "../../src/evals/runner/index.js";
import {startModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {server, wordsEval, wordsProject} from "../evals/runner/support/project.js";

it("knows whose answers are the same as in an earlier run, on the rows of both", async () => {
  const project = await wordsProject(await temporaryProject(), 40);
  let said = "one";
  const model = await startModelServer({answer: ({prompt}) => `${said} ${prompt}`});
  const run = async (limit?: number, noReuse = false) => {
    const options = {preflight: false, limit, noReuse};
    const {manifest} = await runEval(wordsEval(server(model.url)), {...project, evalName: "words", options});
    return manifest!;
  };
  const sameAs = async (now: Awaited<ReturnType<typeof run>>, before: string) => {
    const facts = await gateFacts(project.store, now, [{maxRegression: 0.1, baselineRun: before}]);
    return [...facts.baseline!(before)!.sameAnswers!];
  };
  const few = await run(8);
  const all = await run();
  const names = all.candidates.map(({name}) => name);
  expect((await sameAs(all, few.id)).sort()).toEqual([...names].sort());
  // What an erased row was answered is not known; the others' answers are.
  const asked = `select row_id from completions where run = '${few.id}' order by 1`;
  const [{row_id: gone}] = (await project.store.rows<{row_id: string}>(asked)) as [{row_id: string}];
  await purge(project.store.workspace, "words", {where: `id = '${gone}'`, reason: "asked"});
  project.store.refresh();
  expect((await sameAs(all, few.id)).sort()).toEqual([...names].sort());
  said = "other";
  const anew = await run(undefined, true);
  expect(await sameAs(anew, few.id)).toEqual([]);
  // Results of other tools have keys that say nothing of what was asked.
  const imported = {...all, imported: {files: []}} as unknown as typeof all;
  expect(await sameAs(imported, few.id)).toEqual([]);
  project.store.close();
  await model.close();
});
