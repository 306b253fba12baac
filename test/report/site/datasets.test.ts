import {readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {diffVersions, labelConflicts, nearDuplicates, purge} from "../../../src/data/datasets/index.js";
import {
  datasets,
  type DatasetView,
  runs,
  splits,
  type VersionDetails
} from "../../../src/report/site/index.js";
import {recommendSplit} from "../../../src/data/splits/index.js";
import {
  openStore,
  type Store,
  type VersionManifest,
  versionRows,
  writeHeldOut
} from "../../../src/base/store/index.js";
import {sampleStore} from "../../support/sampleStore.js";
import {sampleTickets} from "../../support/sampleTickets.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {splitDir} from "../../support/folders.js";

let store: Store;
let heldOut: Set<string>;
let older: VersionManifest;
let newer: VersionManifest;
let view: DatasetView;
let details: VersionDetails;

const tickets = async () => (await datasets(store)).datasets.find(({name}) => name === "tickets")!;

beforeAll(async () => {
  const workspace = await sampleStore(await temporaryProject());
  await sampleTickets(workspace);
  store = await openStore(workspace);
  [older, newer] = (await store.versions("tickets")) as [VersionManifest, VersionManifest];
  const final = (await store.splits("tickets")).find(({name}) => name === "final")!;
  const parts = await store.rows<{row_id: string}>(
    `select row_id from read_parquet('${splitDir(workspace, "tickets", final.id)}/parts.parquet') where part = 'held-out'`
  );
  heldOut = new Set(parts.map(({row_id}) => row_id));
  view = await tickets();
  details = view.details[0]!;
});

afterAll(() => store.close());

function measured<T>(found: ({measured: true} & T) | {measured: false; reason: string}): {measured: true} & T;
function measured<T>(found: ({measured: true} & T) | {measured: false; reason: string}) {
  if (!found.measured) throw new Error(found.reason);
  return found;
}

describe("a dataset's page data", () => {
  it("counts the rows that each filter dropped, with reasons and masked examples", () => {
    const counts = Object.entries(newer.filters!).map(([name, {rejected}]) => [name, rejected]);
    expect(details.rejected.map(({filter, rows}) => [filter, rows])).toEqual(counts);
    const [language, length] = details.rejected;
    expect(language!.reasons).toEqual([{reason: "not: language = 'en'", rows: language!.rows}]);
    expect(length!.examples[0]).toMatchObject({reason: "3 words, fewer than 5", excerpt: "thanks a lot"});
    expect(language!.examples).toHaveLength(3);
  });

  it("tells of duplicates what the engine found, without held-out rows", async () => {
    const found = measured(details.duplicates);
    const {file} = await nearDuplicates(store, newer);
    const open = await store.row<{clusters: number; rows: number}>(
      `select count(*)::int as clusters, sum(n)::int as rows from (
         select count(*) as n from read_parquet('${file}') semi join "tickets@${newer.id}" using (row_id)
         group by cluster having count(*) > 1)`
    );
    expect(found).toMatchObject(open!);
    expect(found.sameText.clusters).toBeGreaterThan(0);
    expect(found.sameText.clusters).toBeLessThan(found.clusters);
    for (const {least, examples} of found.largest) {
      expect(least).toBeGreaterThanOrEqual(found.threshold);
      expect(examples.every(({excerpt}) => excerpt!.length > 10)).toBe(true);
    }
  });

  it("names the rows whose labels contradict each other", async () => {
    const found = measured(details.conflicts);
    const engine = (await labelConflicts(store, newer))!;
    expect(found.clusters).toBe(engine.clusters);
    expect(found.shown.map(({labels}) => labels)).toEqual(
      engine.conflicts.slice(0, 20).map(({labels}) => labels)
    );
    for (const {examples, labels} of found.shown)
      expect(new Set(examples.map(({label}) => label))).toEqual(new Set(labels.map(({label}) => label)));
  });

  it("compares each version with the one before it as the engine does", async () => {
    expect(details.diff).toEqual(await diffVersions(store, older, newer));
    expect(details.diff!.columns.added).toEqual([{name: "channel", type: "VARCHAR"}]);
    expect(details.drift!.columns.map(({column}) => column)).toContain("queue");
    expect(view.details[1]!.diff).toBeUndefined();
  });

  it("says why an older version without splits was not looked through for duplicates", () => {
    expect(view.details[1]!.duplicates).toMatchObject({measured: false});
  });

  it("lists personal data by kind, rule and action, adding up to the ledger's counts", () => {
    const {summary, rules} = view.ledgers.find(({version}) => version === newer.id)!;
    expect(rules.reduce((sum, {findings}) => sum + findings, 0)).toBe(summary.findings);
    expect(rules.map(({type, action}) => [type, action])).toContainEqual(["EMAIL_ADDRESS", "keep"]);
    for (const {columns} of rules) expect(columns).toEqual(["body"]);
  });

  it(
    "holds no personal data, and nothing of a row that a split holds out, not even its id",
    {tags: ["long"]},
    async () => {
      expect(heldOut.size).toBeGreaterThan(30);
      const text = JSON.stringify(await tickets()) + JSON.stringify(await splits(store));
      expect(text).not.toMatch(/customer\d+@|212-555/);
      expect(text.match(/t-\d{4}/g)!.length).toBeGreaterThan(50);
      expect(text.match(/t-\d{4}/g)!.filter((id) => heldOut.has(id))).toEqual([]);
      for (const split of (await splits(store)).versions.flatMap((one) => one.splits))
        expect(split.labels?.["held-out"]).toBeUndefined();
    }
  );

  it("is computed once for one state of the store", async () => {
    const file = join(store.workspace.dir, "cache", `version-tickets-${newer.id}.json`);
    const kept = JSON.parse(await readFile(file, "utf8")) as {key: string; details: VersionDetails};
    await writeFile(file, JSON.stringify({...kept, details: {...kept.details, labels: []}}));
    expect((await tickets()).details[0]!.labels).toEqual([]);
    await writeFile(file, JSON.stringify({...kept, key: "of another state"}));
    expect((await tickets()).details[0]!.labels).toEqual(details.labels);
  });
});

describe("the splits' page data", () => {
  it("puts the split first that the engine recommends, with the engine's reasons", async () => {
    const [found] = (await splits(store)).versions.filter(({dataset}) => dataset === "tickets");
    const made = (await store.splits("tickets")).filter(({version}) => version === newer.id);
    expect(found!.choice).toEqual(recommendSplit(made));
    expect(found!.splits[0]!.id).toBe(found!.choice!.split);
    expect(found!.splits).toHaveLength(6);
    expect(found!.untried).toEqual(["stratified-group"]);
    expect(found!.newest).toBe(true);
  });
});

describe("an erasure", () => {
  it(
    "is told with its reason, the versions and the runs it touched, and leaves nothing of the rows",
    {tags: ["long"]},
    async () => {
      const shown = measured(details.conflicts).shown[0]!.examples[0]!.id;
      const now = () => new Date("2026-11-22T10:00:00.000Z");
      await purge(store.workspace, "tickets", {where: `ticket = '${shown}'`, reason: "request 15", now});
      await purge(store.workspace, "mails", {where: "thread = 'thread-7'", reason: "request 14", now});
      store.refresh();
      const all = await datasets(store);
      const [purged] = all.datasets.find(({name}) => name === "tickets")!.purges;
      expect(purged).toMatchObject({at: now().toISOString(), reason: "request 15", rows: 1, runs: []});
      expect(purged!.versions.map(({rows}) => rows)).toEqual(purged!.versions.map(() => 1));
      expect(JSON.stringify(all.datasets.find(({name}) => name === "tickets"))).not.toContain(shown);
      const [mails] = all.datasets.find(({name}) => name === "mails")!.purges;
      const touched = (await runs(store)).runs.filter((run) => run.purged);
      expect(touched.length).toBeGreaterThan(1);
      expect(new Map(mails!.runs.map(({id, rows}) => [id, rows]))).toEqual(
        new Map(touched.map((run) => [run.id, run.purged![0]!.rows]))
      );
    }
  );
});

describe("sealing more rows", () => {
  it("takes them off the page", async () => {
    const before = JSON.stringify(await tickets());
    const rows = await store.rows<{row_id: string}>(
      `select row_id from "tickets@${newer.id}" order by 1 limit 150`
    );
    const parts = `(select row_id, 'held-out' as part from "tickets@${newer.id}" order by 1 limit 150)`;
    const split = {dataset: "tickets", id: "more", name: "more", version: newer.id};
    const all = await versionRows(store.workspace, newer);
    await writeHeldOut(store, store.workspace, split, {rows: all, parts, text: newer.text});
    store.refresh();
    const after = JSON.stringify(await tickets());
    expect(rows.filter(({row_id}) => before.includes(row_id)).length).toBeGreaterThan(0);
    expect(rows.filter(({row_id}) => after.includes(row_id))).toEqual([]);
  });
});
