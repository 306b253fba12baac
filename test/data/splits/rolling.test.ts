// @module-tag long
import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {recorded} from "../../../src/inference/endpoints/index.js";
import {candidate, defineEval} from "../../../src/evals/runner/index.js";
import {exactMatch} from "../../../src/evals/scorers/index.js";
import {ensureSplit, rollingWindows, type SplitSpec} from "../../../src/data/splits/index.js";
import {openStore, type Workspace} from "../../../src/base/store/index.js";
import {writeLoader} from "../../support/assay.js";
import {assayHere} from "../../support/assayHere.js";
import {temporaryProject, temporaryWorkspace} from "../../support/temporaryWorkspace.js";

interface Timed {
  id: string;
  at: string | null;
}

const DAY = 86_400_000;
const begin = Date.UTC(2026, 0, 1);
const rowAt = (i: number, day: number): Timed => ({
  id: `r${i}`,
  at: new Date(begin + day * DAY).toISOString()
});
const daily = (n: number) => Array.from({length: n}, (_, i) => rowAt(i, i));
const dayOf = (at: string) => Math.round((Date.parse(at) - begin) / DAY);

async function windows(workspace: Workspace, rows: Timed[], spec: SplitSpec) {
  const definition = defineDataset({
    name: "log",
    source: {kind: "rows", rows: () => rows},
    id: "id",
    time: "at"
  });
  const {version} = await pull(workspace, definition);
  const store = await openStore(workspace);
  const times = new Map(rows.map(({id, at}) => [id, at]));
  try {
    const made = [];
    for (const one of rollingWindows(spec)) {
      const manifest = await ensureSplit(store, version, one);
      const parts = await store.rows<{row_id: string; part: string}>(
        `select row_id, part from parts where split = '${manifest.id}'`
      );
      const of = (part: string) =>
        parts
          .filter((row) => row.part === part && times.get(row.row_id))
          .map(({row_id}) => dayOf(times.get(row_id)!))
          .sort((a, b) => a - b);
      made.push({manifest, parts, of});
    }
    return made;
  } finally {
    store.close();
  }
}

const range = (from: number, to: number) => Array.from({length: to - from}, (_, i) => from + i);

describe("a rolling temporal split", () => {
  it("tests N windows of the newest rows one after another, each trained on all that came before", async () => {
    const made = await windows(await temporaryWorkspace(), daily(100), {
      strategy: "temporal",
      rolling: 3,
      test: 0.1
    });
    expect(made.map(({manifest}) => manifest.name)).toEqual([
      "temporal 1 of 3",
      "temporal 2 of 3",
      "temporal 3 of 3"
    ]);
    for (const [i, from] of [70, 80, 90].entries()) {
      expect(made[i]!.of("train")).toEqual(range(0, from));
      expect(made[i]!.of("test")).toEqual(range(from, from + 10));
      expect(made[i]!.of("unused")).toEqual(range(from + 10, 100));
    }
    expect(new Set(made.map(({manifest}) => manifest.id)).size).toBe(3);
  });

  it("tests the newest half when no share is told, and leaves the gap and validation before each window", async () => {
    const made = await windows(await temporaryWorkspace(), daily(100), {
      strategy: "temporal",
      rolling: 5,
      validation: 0.05,
      gap: "7 days"
    });
    for (const [i, {of}] of made.entries()) {
      const from = 50 + 10 * i;
      expect(of("test")).toEqual(range(from, from + 10));
      expect(of("unused")).toEqual([...range(from - 7, from), ...range(from + 10, 100)]);
      expect(of("validation")).toEqual(range(from - 12, from - 7));
      expect(of("train")).toEqual(range(0, from - 12));
    }
  });

  it("takes no row for training or validation that is later than a test row or in the gap, whatever the times", async () => {
    const days = fc.array(fc.oneof(fc.integer({min: 0, max: 40}), fc.constant(undefined)), {
      minLength: 12,
      maxLength: 80
    });
    const spec = fc.record({
      rolling: fc.oneof(
        fc.integer({min: 1, max: 4}),
        fc.constantFrom<string[]>(["2026-01-11", "2026-01-21T12:00:00Z"])
      ),
      validation: fc.constantFrom(0, 0.1),
      gap: fc.constantFrom(undefined, "3 days")
    });
    await fc.assert(
      fc.asyncProperty(days, spec, async (found, {rolling, validation, gap}) => {
        const rows = found.map((day, i) => (day === undefined ? {id: `r${i}`, at: null} : rowAt(i, day)));
        // One row with a time at least, so that the column is one.
        rows.push(rowAt(rows.length, 20));
        const made = await windows(await temporaryWorkspace(), rows, {
          strategy: "temporal",
          rolling,
          validation,
          gap
        });
        let tested = -1;
        for (const {parts, of} of made) {
          expect(parts).toHaveLength(rows.length);
          const test = of("test");
          if (test.length === 0) continue;
          const latest = Math.max(-1, ...of("train"), ...of("validation"));
          expect(latest).toBeLessThan(test[0]! - (gap ? 3 - 1e-9 : 0));
          expect(Math.max(-1, ...of("train"))).toBeLessThan(Math.min(Infinity, ...of("validation")));
          // Windows follow one another and share no moment.
          expect(test[0]!).toBeGreaterThan(tested);
          tested = test.at(-1)!;
        }
      }),
      {numRuns: 8}
    );
  });

  it("by given cut-offs moves no old row when newer rows are added", async () => {
    const workspace = await temporaryWorkspace();
    const spec: SplitSpec = {strategy: "temporal", rolling: ["2026-02-01", "2026-03-01"], gap: "2 days"};
    const before = await windows(workspace, daily(80), spec);
    const after = await windows(workspace, daily(120), spec);
    expect(before.map(({of}) => of("test").length)).toEqual([28, 21]);
    for (const [i, {parts}] of before.entries()) {
      const now = new Map(after[i]!.parts.map((row) => [row.row_id, row.part]));
      for (const {row_id, part} of parts) expect(now.get(row_id)).toBe(part);
    }
  });

  it("leaves a gap before a single test part too", async () => {
    const [byShare] = await windows(await temporaryWorkspace(), daily(100), {
      strategy: "temporal",
      test: 0.2,
      validation: 0.1,
      gap: "5 days"
    });
    expect(byShare!.of("test")).toEqual(range(80, 100));
    expect(byShare!.of("unused")).toEqual(range(75, 80));
    expect(byShare!.of("validation")).toEqual(range(65, 75));
    const [byDate] = await windows(await temporaryWorkspace(), daily(100), {
      strategy: "temporal",
      cutoffs: {validation: "2026-02-20", test: "2026-03-02"},
      gap: "5 days"
    });
    expect(byDate!.of("validation")).toEqual(range(50, 55));
    expect(byDate!.of("unused")).toEqual(range(55, 60));
    expect(byDate!.of("test")).toEqual(range(60, 100));
  });

  it("is one run for each window of an eval", () => {
    const {split} = defineEval({
      dataset: "log",
      split: [{strategy: "random"}, {strategy: "temporal", rolling: 2, name: "monthly"}],
      candidates: [candidate("a", recorded({name: "a", rows: []}), "model")],
      prompt: "{{id}}",
      expected: "id",
      scorers: {exact: exactMatch}
    });
    expect(split).toEqual([
      {strategy: "random"},
      {strategy: "temporal", rolling: 2, window: 1, name: "monthly 1 of 2"},
      {strategy: "temporal", rolling: 2, window: 2, name: "monthly 2 of 2"}
    ]);
  });

  it("refuses windows that cannot be, naming everything wrong at once", () => {
    const refused = (spec: SplitSpec) => () => rollingWindows(spec);
    expect(refused({strategy: "temporal", rolling: 4, test: 0.3})).toThrow(/leave something to train on/);
    expect(refused({strategy: "random", rolling: 2, heldOut: 0.1})).toThrow(
      /`rolling` goes with the strategy temporal, not random; `rolling` leaves no held-out part/
    );
    expect(refused({strategy: "temporal", rolling: ["2026-03-01", "soon", "2026-02-01"]})).toThrow(
      /`rolling\[1\]` must be a date or time in ISO 8601, .*, not "soon"/
    );
    expect(refused({strategy: "temporal", rolling: ["2026-03-01", "2026-02-01"]})).toThrow(
      /cut-off 2026-02-01 is not after 2026-03-01/
    );
  });

  it("refuses a held-out part where there would be none, and moments that are none or in no order", () => {
    const refused = (spec: object) => () => rollingWindows({strategy: "temporal", ...spec});
    const cutoffs = {test: "2026-03-01"};
    expect(refused({heldOut: 0.1, gap: "7 days"})).toThrow(
      "split temporal: `heldOut` does not go with `gap`: hold rows out by another split of the dataset: all splits leave them out"
    );
    expect(refused({heldOut: 0.1, cutoffs})).toThrow(/`heldOut` does not go with `cutoffs`/);
    expect(refused({strategy: "given", column: "part", heldOut: 0.1})).toThrow(
      /`heldOut` is no share of a split whose parts a column names/
    );
    for (const spec of [{heldOut: 0.1}, {heldOut: 0, gap: "7 days"}, {heldOut: 0, cutoffs}])
      expect(refused(spec)).not.toThrow();
    expect(refused({cutoffs: {...cutoffs, validation: "2026-04-01"}})).toThrow(
      /`cutoffs` leave no validation part: 2026-04-01 is not before 2026-03-01/
    );
    for (const test of ["March 1, 2026", "2026-03", "2026-02-30", "2026-03-01T25:00:00Z"])
      expect(refused({cutoffs: {test}})).toThrow(
        /`cutoffs\.test` must be a date or time in ISO 8601, such as/
      );
  });

  it("takes moments in all ways of writing them in ISO 8601", async () => {
    const workspace = await temporaryWorkspace();
    for (const test of [
      "2026-02-01",
      "2026-02-01T00:00Z",
      "2026-02-01T00:00",
      "2026-01-31T23:30:00.0-00:30",
      "2026-02-01 01:00+02"
    ]) {
      const [made] = await windows(workspace, daily(40), {strategy: "temporal", cutoffs: {test}});
      expect([test, made!.of("test")[0]]).toEqual([test, 31]);
    }
  });

  it("is measured, compared and shown by `assay split --rolling --gap`", async () => {
    const project = await temporaryProject();
    const rows = daily(60).map((row, i) => ({...row, text: `words ${i} of it`, label: `l${i % 2}`}));
    writeLoader(
      project,
      "log",
      `{name: "log", id: "id", text: "text", label: "label", time: "at", source: {kind: "rows", rows: () => ${JSON.stringify(rows)}}}`
    );
    await assayHere(project, "pull");
    const shown = await assayHere(project, "split", "log", "--rolling", "2", "--gap", "3 days", "--compare");
    expect(shown.stderr).toBe("");
    expect(shown.stdout).toMatch(/temporal 1 of 2 .* 27 +– +15 +18 /);
    expect(shown.stdout).toMatch(/temporal 2 of 2 .* 42 +– +15 +3 /);
    expect(shown.stdout).toMatch(/\bunused\b/);
    expect(shown.stdout).toMatch(/Use the temporal 2 of 2 split: .* The other window shows how scores move/);
    const refused = await assayHere(project, "split", "log", "--gap", "a week");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("`gap` must be a length of time");
  });
});
