import {mkdir, mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {readRowFiles, rowsIn, scoreTableOf} from "../../../src/report/components/rows/runRows.js";
import {decide, scoreTable, splitText, writerOf} from "../../../src/evals/decisions/index.js";
import {maskingVersion} from "../../../src/data/privacy/index.js";
import {
  currentRuns,
  datasets,
  models,
  runRows,
  runs,
  splits,
  verdicts
} from "../../../src/report/site/index.js";
import type {RowDetail} from "../../../src/report/site/detailTypes.js";
import {rowDetails} from "../../../src/report/site/rowDetails.js";
import {placesFile, type RowPlace, ROWS_PER_PAGE} from "../../../src/report/site/rowFiles.js";
import {
  openStore,
  openWorkspace,
  readCached,
  type RunManifest,
  type Store,
  writeCached
} from "../../../src/base/store/index.js";
import {runDir} from "../../support/folders.js";
import {sampleStore} from "../../support/sampleStore.js";

let project: string;
let store: Store;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "assay-page-data-"));
  store = await openStore(await sampleStore(project));
});

afterAll(async () => {
  store.close();
  await rm(project, {recursive: true, force: true});
});

/** What the page loader of a run's rows prints, by name. */
async function files(run: string): Promise<(name: string) => Promise<Uint8Array>> {
  const printed = new Map((await runRows(store, run)).map(({name, content}) => [name, content]));
  return (name) => {
    const content = printed.get(name);
    return content instanceof Uint8Array ? Promise.resolve(content) : Promise.reject(new Error(`no ${name}`));
  };
}

/** Groups by the order in which they come: pages have names of their own for them. */
function numbered(groups: readonly (string | null)[]): (number | null)[] {
  const different = [...new Set(groups)];
  return groups.map((group) => (group === null ? null : different.indexOf(group)));
}

describe("page data", () => {
  it("is about the newest run of every eval and split, the newest eval and the trusted split first", async () => {
    const current = await currentRuns(store.workspace);
    expect(current.map((run) => [run.eval, run.split.name])).toEqual([
      ["mail-outage", "by thread"],
      ["mail-urgency", "by thread"],
      ["mail-triage", "by thread"],
      ["mail-triage", "random"]
    ]);
    expect((await runs(store)).runs).toHaveLength(5);
  });

  it("begins within an eval with the part that was sealed or asked for last", async () => {
    const other = await mkdtemp(join(tmpdir(), "assay-parts-"));
    try {
      const workspace = await sampleStore(other);
      const runs = (await currentRuns(workspace)).filter(({eval: name}) => name === "mail-triage");
      const [first] = runs as [RunManifest];
      const write = async (id: string, part: string, startedAt: string) => {
        const folder = runDir(workspace, id);
        await mkdir(folder, {recursive: true});
        const run = {...first, id, startedAt, sealedAt: startedAt, split: {...first.split, part}};
        await writeFile(join(folder, "manifest.json"), JSON.stringify(run));
      };
      await write("mail-triage-aaaaaaaaaaaa", "validation", "2099-01-01T00:00:00.000Z");
      await write("mail-triage-bbbbbbbbbbbb", "held-out", "2099-01-02T00:00:00.000Z");
      const parts = (await currentRuns(workspace)).slice(0, 3).map(({split}) => splitText(split));
      expect(parts).toEqual([
        "split by thread, held-out part",
        "split by thread, validation part",
        "split by thread"
      ]);
    } finally {
      await rm(other, {recursive: true, force: true});
    }
  });

  it("begins with the eval that gates, however old its run is", async () => {
    const other = await mkdtemp(join(tmpdir(), "assay-gated-"));
    try {
      const workspace = await sampleStore(other);
      const [gated] = (await currentRuns(workspace)).filter(({eval: name}) => name === "mail-triage");
      const file = join(runDir(workspace, gated!.id), "manifest.json");
      await writeFile(file, JSON.stringify({...gated, gate: {rules: [{minScore: 0.5}]}}));
      expect((await currentRuns(workspace)).map((run) => [run.eval, run.split.name])).toEqual([
        ["mail-triage", "by thread"],
        ["mail-triage", "random"],
        ["mail-outage", "by thread"],
        ["mail-urgency", "by thread"]
      ]);
    } finally {
      await rm(other, {recursive: true, force: true});
    }
  });

  it("holds the engine's verdict, and counts of completions that add up to the run's own", async () => {
    for (const run of (await verdicts(store)).runs) {
      const table = await scoreTable(store, run.id, run.primaryScorer);
      const {costs, tieBreakers, risks, action, choice, sameWeights, unaskedRows} = run.verdict;
      const decided = decide(table, {
        margin: run.margin,
        seed: run.seed,
        costs,
        tieBreakers,
        facts: {unaskedRows}
      });
      expect(run.verdict).toEqual({
        ...decided,
        warnings: expect.arrayContaining(decided.warnings) as string[],
        risks,
        action,
        choice,
        sameWeights
      });
      const sum = (key: "completed" | "failed" | "reused") =>
        run.candidates.reduce((total, candidate) => total + candidate[key], 0);
      expect([sum("completed"), sum("failed"), sum("reused")]).toEqual([
        run.counts.completed,
        run.counts.failed,
        run.counts.reused
      ]);
    }
  });

  it("warns of another split with the difference that lies between both verdicts", async () => {
    const {runs: views} = await verdicts(store);
    const random = views.find(({split}) => split.name === "random")!;
    const {otherName, gaps} = random.splitComparison!;
    const {difference, low, high} = gaps.find(({candidate}) => candidate === random.verdict.best)!;
    const write = writerOf(random.verdict.scale);
    expect(random.verdict.risks.find(({kind}) => kind === "split")!.sentence).toContain(
      `On split ${otherName}, which keeps related rows together, the best scores ` +
        `${write.difference(difference!)} (${write.number(low!)} to ${write.number(high!)}) lower`
    );
  });

  it("leaves cost and latency undefined when nothing is known of them", async () => {
    const {runs: views} = await verdicts(store);
    const outage = views.find((run) => run.eval === "mail-outage")!;
    expect(outage.verdict.kind).toBe("no-scores");
    expect(outage.candidates[0]!.costPerThousand).toBeUndefined();
    expect(outage.candidates[0]!.p95LatencyMs).toBeUndefined();
    const served = views
      .flatMap((run) => run.candidates)
      .find(({name, completed}) => name === "joint-served" && completed > 0)!;
    expect(served.costPerThousand).toBeCloseTo(0.12, 10);
    expect(served.unpriced).toBe(0);
  });

  it("names every ancestor of a merge once, nearest first", {tags: ["long"]}, async () => {
    const {runs: views} = await verdicts(store);
    const merged = views.flatMap((run) => run.candidates).find(({name}) => name === "merge-average")!;
    expect(merged.lineage).toEqual([["team-a", "team-b"], ["base"]]);
  });

  it("names the models that answer together before their ancestors", {tags: ["long"]}, async () => {
    const other = await mkdtemp(join(tmpdir(), "assay-together-"));
    const workspace = await sampleStore(other);
    const run = (await currentRuns(workspace)).find(({candidates}) =>
      candidates.some(({name}) => name === "merge-average")
    )!;
    const merged = run.candidates.find(({name}) => name === "merge-average")!;
    const candidates = run.candidates.map(({modelId, ...one}) =>
      one.name === "merge-average" ? {...one, modelIds: [modelId, "gone"]} : {...one, modelId}
    );
    await writeFile(join(runDir(workspace, run.id), "manifest.json"), JSON.stringify({...run, candidates}));
    const changed = await openStore(workspace);
    try {
      const views = (await verdicts(changed)).runs.flatMap((one) => one.candidates);
      const [first, ...ancestors] = views.find(
        ({name, modelId}) => name === merged.name && !modelId
      )!.lineage;
      expect(first).toHaveLength(1);
      expect(ancestors).toEqual([["team-a", "team-b"], ["base"]]);
    } finally {
      changed.close();
      await rm(other, {recursive: true, force: true});
    }
  });

  it("carries rows to the page without changing a score", async () => {
    for (const run of await currentRuns(store.workspace)) {
      const rows = await readRowFiles(await files(run.id));
      for (const {name} of run.scorers) {
        const {clusters, ...shown} = scoreTableOf(rows, name, rowsIn(rows));
        const {clusters: own, ...scores} = await scoreTable(store, run.id, name);
        expect(shown).toEqual(scores);
        expect(clusters && numbered(clusters)).toEqual(own && numbered(own));
      }
    }
  });

  it("hands out of a run's rows only what is asked for", async () => {
    const run = (await currentRuns(store.workspace)).find(({eval: name}) => name === "mail-triage")!;
    const printed = await files(run.id);
    const read: string[] = [];
    const rows = await readRowFiles(
      (name) => {
        read.push(name);
        return printed(name);
      },
      {scorers: [run.primaryScorer]}
    );
    expect(read).toEqual(["index.arrow", "scores-0.arrow"]);
    expect([rows.rowId(0), rows.text("excerpt", 0)]).toEqual([undefined, undefined]);
    const last = rows.length - 1;
    await rows.open([last]);
    const items = await store.rows<{row_id: string; excerpt: string}>(
      "select row_id, excerpt from items where run = $run order by position",
      {run: run.id}
    );
    expect(read).toEqual(["index.arrow", "scores-0.arrow", `page-${Math.floor(last / ROWS_PER_PAGE)}.arrow`]);
    expect([rows.rowId(last), rows.text("excerpt", last)]).toEqual([
      items[last]!.row_id,
      items[last]!.excerpt
    ]);
  });

  it("knows where every row of a run stands, and its texts", async () => {
    const run = (await currentRuns(store.workspace)).find(({eval: name}) => name === "mail-triage")!;
    const printed = new Map((await runRows(store, run.id)).map(({name, content}) => [name, content]));
    const items = await store.rows<{row_id: string}>(
      "select row_id from items where run = $run order by position",
      {run: run.id}
    );
    const details: RowDetail[] = [];
    for await (const file of rowDetails(store, run.id)) details.push(...file.rows);
    expect(details.length).toBe(items.length);
    items.forEach(({row_id: id}, row) => {
      const places = JSON.parse(printed.get(placesFile(id, items.length)) as string) as Record<
        string,
        RowPlace
      >;
      const [number, place] = places[id]!;
      expect([number, details[place!]!.id]).toEqual([row, id]);
    });
  });

  it("keeps masked texts for these recognisers alone", async () => {
    const run = (await currentRuns(store.workspace)).find(({eval: name}) => name === "mail-triage")!;
    const texts = async () => {
      const all: RowDetail[] = [];
      for await (const file of rowDetails(store, run.id)) all.push(...file.rows);
      return JSON.stringify(all);
    };
    const right = await texts();
    type Kept = {version: string; texts: Record<string, {text: string}>};
    const kept = (await readCached<Kept>(store.workspace, "masked-texts"))!;
    expect(kept.version).toBe(maskingVersion());
    for (const shown of Object.values(kept.texts)) shown.text = "of other recognisers";
    await writeCached(store.workspace, "masked-texts", {...kept, version: "another"});
    expect(await texts()).toBe(right);
  });

  it("takes the rows of a slice and no others", async () => {
    const run = (await currentRuns(store.workspace)).find(({eval: name}) => name === "mail-triage")!;
    const rows = await readRowFiles(await files(run.id));
    const long = rowsIn(rows, {name: "length", value: "long"});
    const short = rowsIn(rows, {name: "length", value: "short"});
    expect(long.length).toBeGreaterThan(0);
    expect([...long, ...short].sort((a, b) => a - b)).toEqual(rowsIn(rows));
  });

  it("describes datasets with all versions, and the splits of every version that has some", async () => {
    const {datasets: found} = await datasets(store);
    expect(found.map(({name, versions}) => [name, versions.map(({rows}) => rows)])).toEqual([
      ["mails", [500, 620]]
    ]);
    expect(found[0]!.details[0]!.labels.reduce((sum, {rows}) => sum + rows, 0)).toBe(620);
    const {versions} = await splits(store);
    expect(versions.map((view) => [view.newest, view.splits.map(({name}) => name).sort()])).toEqual([
      [true, ["by thread", "random"]],
      [false, ["by thread"]]
    ]);
  });

  it("is empty, not an error, for a store without anything", async () => {
    const bare = await mkdtemp(join(tmpdir(), "assay-bare-"));
    const none = await openStore(await openWorkspace(bare, join(bare, ".assay")));
    try {
      expect(await verdicts(none)).toEqual({runs: [], older: []});
      expect(await datasets(none)).toEqual({datasets: []});
      expect(await splits(none)).toEqual({versions: []});
      expect(await models(none)).toEqual({models: []});
      expect(await runs(none)).toEqual({runs: []});
    } finally {
      none.close();
      await rm(bare, {recursive: true, force: true});
    }
  });
});
