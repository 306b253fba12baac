import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {readRowFiles, rowsIn, scoreTableOf} from "../../../src/report/components/rows/runRows.js";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {scoreTable, summariesOf} from "../../../src/evals/decisions/index.js";
import {recorded} from "../../../src/inference/endpoints/index.js";
import {maskExcerpt} from "../../../src/data/privacy/index.js";
import {candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {exactMatch} from "../../../src/evals/scorers/index.js";
import {type DetailFile, raceScores, runVerdict, verdicts} from "../../../src/report/site/index.js";
import {archivedFiles} from "../../../src/report/site/rowArchive.js";
import {shownSlices} from "../../../src/report/site/shownGroups.js";
import type {ScorerComparisons} from "../../../src/report/site/types.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {openStore, type Publishing, type RunManifest, type Store} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const SPLIT = {strategy: "given", column: "part"} as const;
const PUBLISHING: readonly Publishing[] = ["ids", "masked", "text"];
const AGENTS = ["jane.miller@example.net", "tom.baker@example.net", "<EMAIL_ADDRESS> 1"];
const rows = Array.from({length: 60}, (_, i) => ({
  id: `r${i}`,
  text: `row ${i}`,
  label: i % 2 ? "yes" : "no",
  owner: i % 7 === 0 ? null : `ada${(i * 11) % 13}@example.org`,
  // The last is one row's alone: the verdict names it.
  agent: i === 59 ? "eve.stone@example.net" : AGENTS[i % 3]!,
  plan: ["premium", "free", "en-US", "North America"][i % 4]!,
  part: "test"
}));
const SECRET = /ada\d+@|jane\.miller|tom\.baker|eve\.stone/;

describe("groups and slices on pages", () => {
  let store: Store;
  const runs = {} as Record<Publishing, RunManifest>;
  beforeAll(async () => {
    const workspace = await temporaryWorkspace();
    const {version} = await pull(
      workspace,
      defineDataset({
        name: "q",
        id: "id",
        text: "text",
        group: "owner",
        source: {kind: "rows", rows: () => rows}
      })
    );
    store = await openStore(workspace);
    const split = await ensureSplit(store, version, SPLIT);
    const of = (name: string, every: number) => {
      const answers = rows.map(({id, label}, i) => ({id, output: i % every === 0 ? "neither" : label}));
      return candidate(name, recorded({name: `recorded ${name}`, rows: answers}), name);
    };
    for (const publish of PUBLISHING) {
      const definition = defineEval({
        dataset: "q",
        split: SPLIT,
        candidates: [of("one", 3), of("other", 5)],
        prompt: "{{text}}",
        expected: "label",
        scorers: {exact: exactMatch},
        slices: ["agent", "plan", "owner"],
        publish
      });
      const effects = {maskExcerpt};
      runs[publish] = (
        await runEval(definition, {store, version, split, evalName: publish, effects})
      ).manifest!;
      store.refresh();
    }
  });
  afterAll(() => store.close());

  const filesOf = (publish: Publishing) => archivedFiles(store, runs[publish].id);
  const tableOf = async (publish: Publishing) => {
    const files = new Map((await filesOf(publish)).map(({name, content}) => [name, content]));
    return readRowFiles(async (name) => Buffer.from(files.get(name)!));
  };
  const race = async (publish: Publishing) => {
    const {id} = runs[publish];
    const folder = join(store.workspace.dir, "races");
    await mkdir(folder, {recursive: true});
    const record = {
      kind: "race",
      schemaVersion: 1,
      id: `${publish}-race`,
      eval: publish,
      scorer: "exact",
      startedAt: "2026-11-01T00:00:00.000Z",
      settings: {candidates: ["one", "other"]},
      rounds: [{round: 1, rows: rows.length, run: id}]
    };
    const file = join(folder, `${record.id}.json`);
    await writeFile(file, JSON.stringify(record));
    return raceScores(store, record.id);
  };

  it("hold no group and no personal value of a slice unless texts are published", async () => {
    for (const publish of PUBLISHING) {
      const files = (await filesOf(publish)).map(({name, content}) => ({
        name,
        text: Buffer.from(content).toString("latin1")
      }));
      const [view] = (await verdicts(store)).runs.filter(({id}) => id === runs[publish].id);
      files.push({name: "verdicts", text: JSON.stringify(view)});
      const holding = files.filter(({text}) => SECRET.test(text)).map(({name}) => name);
      if (publish === "text") {
        for (const name of ["clusters.arrow", "page-0.arrow", "index.arrow", "verdicts"])
          expect(holding).toContain(name);
      } else expect(holding).toEqual([]);
      for (const value of ["premium", "en-US", "North America"])
        expect(view!.slices.find(({name}) => name === "plan")!.values).toContain(value);
    }
  });

  it("are named alike in every file, one name a group and one a value", async () => {
    for (const publish of ["ids", "masked"] as const) {
      const found = await tableOf(publish);
      await found.open(rowsIn(found));
      const groups = new Map<string, Set<string | undefined>>();
      const values = new Map<string, Set<string | undefined>>();
      for (const row of rowsIn(found)) {
        const {id, owner, agent} = rows[Number(found.rowId(row)!.slice(1))]!;
        // A row without an owner is a group of its own.
        const own = owner ?? id;
        groups.set(own, (groups.get(own) ?? new Set()).add(found.text("cluster", row)));
        values.set(agent, (values.get(agent) ?? new Set()).add(found.text("slice:agent", row)));
      }
      for (const names of [groups, values]) {
        const shown = [...names.values()].map((own) => [...own]);
        expect(shown.every((own) => own.length === 1)).toBe(true);
        expect(new Set(shown.flat()).size).toBe(names.size);
      }
      expect([...values.get(AGENTS[2]!)!]).toEqual([AGENTS[2]]);
      const agents = [...values.values()].map((own) => [...own][0]!).sort();
      expect(agents).toEqual([1, 2, 3, 4].map((number) => `<EMAIL_ADDRESS> ${number}`));

      const files = await filesOf(publish);
      const details = files
        .filter(({name}) => name.startsWith("texts-"))
        .flatMap(({content}) => (JSON.parse(String(content)) as DetailFile).rows);
      expect(details.length).toBeGreaterThan(40);
      for (const {id, cluster, slices} of details) {
        const row = rowsIn(found).find((one) => found.rowId(one) === id)!;
        expect(cluster).toBe(found.text("cluster", row));
        expect(slices["agent"]).toBe(found.text("slice:agent", row));
      }
      const [view] = (await verdicts(store)).runs.filter(({id}) => id === runs[publish].id);
      expect(view!.slices.find(({name}) => name === "agent")!.values).toEqual(agents);
      const cuts = files
        .filter(({name}) => name.startsWith("comparisons"))
        .flatMap(({content}) => (JSON.parse(String(content)) as ScorerComparisons).cuts);
      expect(cuts.flatMap(({slice}) => (slice?.name === "agent" ? [slice.value] : []))).toEqual(agents);
    }
  });

  it("have one name where a slice is the column of the groups", async () => {
    for (const publish of PUBLISHING) {
      const found = await tableOf(publish);
      await found.open(rowsIn(found));
      const owned = rowsIn(found).filter((row) => found.text("slice:owner", row) !== undefined);
      expect(owned).toHaveLength(rows.filter(({owner}) => owner !== null).length);
      for (const row of owned) {
        expect(found.text("slice:owner", row)).toBe(found.text("cluster", row));
        expect(found.text("slice:owner", row)).toMatch(publish === "text" ? /^ada/ : /^group \d+$/);
      }
      const [view] = (await verdicts(store)).runs.filter(({id}) => id === runs[publish].id);
      const {values} = view!.slices.find(({name}) => name === "owner")!;
      if (publish !== "text")
        expect(values).toEqual(
          values.toSorted((a, b) => Number(a.replace("group ", "")) - Number(b.replace("group ", "")))
        );
    }
  });

  it("leave every figure as it is", async () => {
    const compared = async (publish: Publishing) => {
      const file = (await filesOf(publish)).find(({name}) => name.startsWith("comparisons"))!;
      const {cuts} = JSON.parse(String(file.content)) as ScorerComparisons;
      const name = await shownSlices(store, runs.ids);
      return Object.fromEntries(
        cuts.map(({slice, rows: n, pairs, verdict}) => [
          slice && publish === "text" ? name(slice.name, slice.value) : String(slice?.value),
          {n, pairs, summaries: verdict.summaries}
        ])
      );
    };
    expect(await compared("ids")).toEqual(await compared("text"));
    const found = await tableOf("ids");
    const drawn = summariesOf(scoreTableOf(found, "exact", rowsIn(found)));
    expect(drawn).toEqual(summariesOf(await scoreTable(store, runs.ids.id, "exact")));
  });

  it("are masked in the sentence of a verdict that names the smallest slice", async () => {
    const said = JSON.stringify((await runVerdict(store, runs.masked)).verdict.risks);
    expect(said).toContain("(agent <EMAIL_ADDRESS> ");
    expect(said).not.toMatch(SECRET);
  });

  it("hold no group in the scores of a race", async () => {
    const shown = (await race("ids")).table;
    const open = (await race("text")).table;
    expect(JSON.stringify(shown)).not.toMatch(SECRET);
    expect(JSON.stringify(open)).toMatch(SECRET);
    expect(summariesOf(shown)).toEqual(summariesOf(open));
  });
});
