import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {purge} from "../../../src/data/datasets/index.js";
import {runRace} from "../../../src/evals/races/runRace.js";
import {runEval} from "../../../src/evals/runner/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {openParts} from "../../../src/base/store/index.js";
import {startModelServer, type ModelServer} from "../../support/modelServer.js";
import {type Project, server, wordsEval, wordsProject} from "../runner/support/project.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

let project: Project;
let models: ModelServer;

beforeAll(async () => {
  models = await startModelServer();
  project = await wordsProject(await temporaryProject(), 120);
});
afterAll(async () => {
  project.store.close();
  await models.close();
});

/** The race of two candidates that always score the same: it ends when no rows are left. */
const race = async () => {
  const both = wordsEval(server(models.url), {margin: 0});
  return (await runRace(both, {...project, evalName: "race", options: {preflight: false}})).record;
};

async function left(): Promise<{rowIds: string[]}> {
  const {workspace} = project.store;
  const rows = await project.store.rows<{row_id: string}>(
    `select row_id from (${await openParts(workspace, project.split)}) where part = 'test' order by row_id`
  );
  return {rowIds: rows.map(({row_id}) => row_id)};
}

describe("a race on a part of which rows are missing", () => {
  it("ends when it has seen those that another split does not hold out", async () => {
    const all = project.split.counts.test!;
    await ensureSplit(project.store, project.version, {
      name: "kept",
      strategy: "random",
      validation: 0,
      test: 0.2,
      heldOut: 0.3
    });
    const {settings, outcome, rounds} = await race();
    expect(settings.rows).toBeLessThan(all);
    expect(outcome?.kind).toBe("rows-used-up");
    expect(rounds.at(-1)!.rows).toBe(settings.rows);
  });

  it("ends when it has seen those that were not erased, and says when none is left", async () => {
    const {rowIds} = await left();
    const ids = (few: readonly string[]) => `row_id in (${few.map((id) => `'${id}'`).join(", ")})`;
    const {workspace} = project.store;
    await purge(workspace, "words", {where: ids(rowIds.slice(0, 5)), reason: "asked for"});
    const {settings, outcome} = await race();
    expect(settings.rows).toBe(rowIds.length - 5);
    expect(outcome?.kind).toBe("rows-used-up");
    await purge(workspace, "words", {where: ids(rowIds.slice(5)), reason: "asked for"});
    const none =
      /no row of the split .* is left in its test part: other splits hold them out, or they were erased/;
    await expect(race()).rejects.toThrow(none);
    const run = {...project, evalName: "run", options: {preflight: false}};
    await expect(runEval(wordsEval(server(models.url)), run)).rejects.toThrow(none);
  });
});
