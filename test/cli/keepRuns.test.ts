// @module-tag long
import {existsSync, mkdirSync} from "node:fs";
import {mkdir, rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {archiveRuns, deleteRuns, keepRunsVerb} from "../../src/cli/evals/runs/keepRuns.js";
import {runsVerb} from "../../src/cli/evals/runs/runs.js";
import {collectGarbage} from "../../src/data/datasets/index.js";
import {decidingRuns} from "../../src/evals/races/index.js";
import {
  history,
  runs as runsPage,
  runVerdict,
  storeFingerprint,
  verdicts
} from "../../src/report/site/index.js";
import {runKey} from "../../src/base/store/index.js";
import {printed} from "../support/printed.js";
import {folder, project, run, setUpKept} from "./support/keptProject.js";

// A module is loaded once in a process: another text takes another file.
const onlyEval = async (file: string, text: string) => {
  await rm(join(folder, "evals"), {recursive: true});
  await mkdir(join(folder, "evals"));
  await writeFile(join(folder, "evals", `${file}.eval.ts`), text);
};
const withGate = (gate: object[], more = "") =>
  `${more}\nexport default {name: "words", dataset: "words", split: {strategy: "group"}, candidates: [{name: "one", prepare() {}}], prompt: "{{text}}", expected: "answer", scorers: {exact: () => 1}, gate: ${JSON.stringify(gate)}};\n`;
const stored = (id: string) => existsSync(join(folder, ".assay", runKey(id)));

setUpKept();

describe("keeping runs", () => {
  it("deletes a run with all it holds, and asks again for what only it knew", async () => {
    const first = await run();
    const other = await run({limit: 4});
    expect(first.calls).toBeGreaterThan(0);
    expect(other.calls).toBe(0);
    // What a removal that was killed has moved aside goes too.
    const aside = join(folder, ".assay", "runs", ".words-1.999999999.00000000.tmp");
    mkdirSync(aside);
    expect(await deleteRuns(project.store, [first.id])).toEqual([first.id]);
    expect([stored(first.id), existsSync(aside)]).toEqual([false, false]);
    const left = await project.store.rows("select distinct run from completions");
    expect(left).toEqual([{run: other.id}]);
    const again = await run();
    // The other run reused the answers to its rows, and still has them.
    expect(again.calls).toBe(first.calls - other.manifest!.counts.completed);
  });

  it("answers from an archived run, which leaves pages, lists, verdicts and baselines and stays by its id", async () => {
    const old = await run({noReuse: true});
    const wrong = await run({noReuse: true});
    const before = await storeFingerprint(project.store.workspace);
    expect(await archiveRuns(project.store, [wrong.id], true)).toEqual([wrong.id]);
    expect(await storeFingerprint(project.store.workspace)).not.toBe(before);
    const {store} = project;
    expect((await verdicts(store)).runs.map(({id}) => id)).toEqual([old.id]);
    expect((await verdicts(store)).older).toEqual([]);
    expect((await runsPage(store)).runs.map(({id}) => id)).toEqual([old.id]);
    expect((await history(store)).histories[0]!.runs.map((one) => one.run)).toEqual([old.id]);
    expect(decidingRuns(await store.runs(), []).map((one) => one.run.id)).toEqual([old.id]);
    expect(await printed(() => runsVerb(undefined, undefined, {}))).not.toContain(`${wrong.id} `);
    expect(await printed(() => runsVerb(undefined, undefined, {archived: true}))).toMatch(
      new RegExp(`${wrong.id} .*complete, archived`)
    );
    expect(await printed(() => runsVerb(wrong.id, undefined, {}))).toContain("again: assay run");
    const [manifest] = (await store.runs({archived: true})).filter(({id}) => id === wrong.id);
    expect((await runVerdict(store, manifest!)).table.rowIds).not.toEqual([]);
    await collectGarbage(store, {keep: 1});
    expect(stored(wrong.id)).toBe(true);
    await deleteRuns(store, [old.id]);
    expect((await run({limit: 4})).calls).toBe(0);
    expect(await archiveRuns(store, [wrong.id], false)).toEqual([wrong.id]);
    expect((await store.runs()).map(({id}) => id)).toContain(wrong.id);
  });

  it("deletes nothing while a gate is decided by one of the runs, or compares with it", async () => {
    const baseline = await run({noReuse: true});
    const deciding = await run({noReuse: true});
    const third = await run({limit: 4});
    await archiveRuns(project.store, [third.id], true);
    await onlyEval("gated", withGate([{maxRegression: 0.1, baselineRun: "previous"}]));
    await expect(deleteRuns(project.store, [third.id, baseline.id, deciding.id])).rejects.toThrow(
      `${baseline.id}: the gate of words compares with it`
    );
    await expect(deleteRuns(project.store, [deciding.id])).rejects.toThrow(
      "the gate of words is decided by it"
    );
    expect([third.id, baseline.id, deciding.id].every(stored)).toBe(true);
    await onlyEval("cascaded", withGate([], `// thresholds of ${baseline.id}`));
    await expect(deleteRuns(project.store, [baseline.id])).rejects.toThrow("evals/cascaded.eval.ts names it");
    await onlyEval("broken", "export default {gate: [{baselineRun:");
    await expect(deleteRuns(project.store, [baseline.id])).rejects.toThrow("cannot be loaded");
    await onlyEval("open", withGate([]));
    expect(await printed(() => keepRunsVerb({delete: [third.id, baseline.id]}))).toBe(
      `deleted ${third.id}\ndeleted ${baseline.id}\n`
    );
  });

  it("deletes no run while one is planned or made, which may reuse it", async () => {
    const {id} = await run();
    const {workspace} = project.store;
    await workspace.lease(`using-${project.version.id}-00`, {what: "eval words"}, async () => {
      await expect(deleteRuns(project.store, [id])).rejects.toThrow("may reuse answers");
    });
    expect(await deleteRuns(project.store, [id])).toEqual([id]);
  });
});
