import {afterAll, beforeAll, expect, it, vi} from "vitest";
import {checkHistory} from "../../src/cli/evals/check/checkHistory.js";
import {pull} from "../../src/data/datasets/index.js";
import type {HistoryEntry} from "../../src/evals/decisions/index.js";
import {recorded} from "../../src/inference/endpoints/index.js";
import {candidate, defineEval, runEval} from "../../src/evals/runner/index.js";
import {exactMatch} from "../../src/evals/scorers/index.js";
import {ensureSplit} from "../../src/data/splits/index.js";
import {openStore, openWorkspace, type Store} from "../../src/base/store/index.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const SPLITS = ["same", "few", "other", "late"];
const answers = Array.from({length: 80}, (_, i) => ({id: `r${i}`, output: "a"}));
const definition = defineEval({
  dataset: "rows",
  split: SPLITS.map((name) => ({name, strategy: "given", column: name})),
  candidates: [candidate("one", recorded({name: "answers", rows: answers}), "m")],
  prompt: "{{text}}",
  expected: "answer",
  scorers: {exact: exactMatch}
});

let store: Store;
beforeAll(async () => {
  store = await openStore(await openWorkspace(await temporaryProject(), ".assay"));
});
afterAll(() => store.close());

/** Pulls rows of which those that a split's test part has are told by number, and runs the eval on some of the splits. */
async function week(tested: Record<string, (row: number) => boolean>, splits: readonly string[]) {
  const rows = answers.map(({id}, i) => ({
    id,
    text: `what is ${i}`,
    answer: "a",
    thread: `t${i >> 1}`,
    ...Object.fromEntries(SPLITS.map((name) => [name, tested[name]?.(i) ? "test" : "train"]))
  }));
  const source = {kind: "rows" as const, rows: () => rows};
  const {version} = await pull(store.workspace, {
    name: "rows",
    id: "id",
    text: "text",
    group: "thread",
    sensitivity: "public",
    source
  });
  store.refresh();
  for (const spec of [definition.split].flat().filter(({name}) => splits.includes(name!))) {
    const split = await ensureSplit(store, version, spec);
    await runEval(definition, {store, evalName: "weekly", version, split, options: {preflight: false}});
    store.refresh();
  }
}

async function checked(json?: boolean): Promise<{code: number; out: string; err: string}> {
  const [out, err] = (["stdout", "stderr"] as const).map((stream) =>
    vi.spyOn(process[stream], "write").mockReturnValue(true)
  );
  const said = (of: typeof out) => of!.mock.calls.map(([text]) => text).join("");
  try {
    const named = {name: "weekly", path: "evals/weekly.eval.ts", sha256: "0", definition};
    const code = await checkHistory(store, [named], {json});
    return {code, out: said(out), err: said(err)};
  } finally {
    for (const spy of [out, err]) spy!.mockRestore();
  }
}

it(
  "names every split whose newest run has none, or too few rows of one, to be compared with",
  {tags: ["long"]},
  async () => {
    const same = (row: number) => row < 40;
    await week({same, few: same, other: same}, ["same", "few", "other"]);
    await week({same, few: (row) => row >= 38, other: (row) => row >= 40, late: same}, [
      "same",
      "few",
      "other",
      "late"
    ]);
    const {code, out} = await checked();
    expect(code).toBe(101);
    expect(out).toContain(
      "weekly (other): the newest of its 2 complete runs shares no scored row with those before it."
    );
    expect(out).toContain("weekly (late): it has one complete run; the next change");
    expect(out).toContain(
      "weekly (few): one has 2 rows in common with the run before, too few to tell whether it got worse."
    );
    expect(out).not.toContain("weekly (same):");
    expect(out).toContain("2 comparisons: 0 regressed, 0 drifted, 0 flaky, 1 undecided, 1 steady.");

    const {out: json, err} = await checked(true);
    expect(err).toContain("weekly (other): the newest");
    const [few, equal] = (JSON.parse(json) as HistoryEntry[]).toSorted((a, b) => a.rows - b.rows);
    expect(few).toMatchObject({split: "few", rows: 2, moved: 0, status: "undecided"});
    expect(few!.difference).toBeUndefined();
    expect(equal).toMatchObject({split: "same", rows: 40, moved: 0, status: "steady"});
    // The interval is that of the gates: no change on 40 rows does not prove that there is none.
    const {estimate, low, high} = equal!.difference!;
    expect([estimate, low < -0.1, high > 0.1]).toEqual([0, true, true]);
  }
);
