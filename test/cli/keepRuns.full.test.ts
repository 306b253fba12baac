import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {archiveRuns, deleteRuns} from "../../src/cli/evals/runs/keepRuns.js";
import {listRaces} from "../../src/evals/races/index.js";
import {runRace} from "../../src/evals/races/runRace.js";
import {races} from "../../src/report/site/index.js";
import {recordExport} from "../../src/base/store/index.js";
import {server, wordsEval} from "../evals/runner/support/project.js";
import {answering, folder, model, project, run, setUpKept} from "./support/keptProject.js";

setUpKept();

describe("keeping runs", () => {
  it("deletes no run that a race or a training export rests on, and archives a race's runs together", async () => {
    const {store} = project;
    const inputs = {...project, evalName: "words", options: {preflight: false}};
    const raced = await runRace(wordsEval(server(model.url)), inputs, {errorRate: 0.05});
    const [race] = await listRaces(store.workspace);
    const round = raced.record.rounds[0]!.run!;
    await expect(deleteRuns(store, [round])).rejects.toThrow(`race ${race!.id}`);
    const changed = await archiveRuns(store, [round], true);
    expect(changed.sort()).toEqual([...new Set(raced.record.rounds.map((one) => one.run!))].sort());
    expect((await races(store)).races).toEqual([]);
    const single = await run({noReuse: true, limit: 5});
    const copy = join(folder, "pairs.jsonl");
    await writeFile(copy, "");
    await recordExport(store.workspace, copy, {dataset: "words", run: single.id});
    await expect(deleteRuns(store, [single.id])).rejects.toThrow(
      new RegExp(`${single.id}: export pairs\\.jsonl\\n`)
    );
    // The same place holds another run's answers now.
    await recordExport(store.workspace, copy, {dataset: "words", run: round});
    expect(await deleteRuns(store, [single.id])).toEqual([single.id]);
  });

  it("keeps what a run reused from a deleted one when the run is gone on with", async () => {
    const source = await run({limit: 4});
    answering.refused = (prompt) => prompt.length % 2 === 0;
    const later = await run();
    answering.refused = undefined;
    const {counts} = later.manifest!;
    expect([counts.reused, counts.failed > 0]).toEqual([source.calls, true]);
    await deleteRuns(project.store, [source.id]);
    const again = await run({retryFailed: true});
    expect([again.id, again.calls]).toEqual([later.id, counts.failed]);
    expect(again.manifest!.counts).toMatchObject({reused: source.calls, failed: 0});
  });
});
