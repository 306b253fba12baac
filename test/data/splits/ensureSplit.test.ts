import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {ensureSplit, type SplitSpec} from "../../../src/data/splits/index.js";
import {openStore, type Workspace} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

interface Mail {
  id: string;
  text: string;
  label: string;
  thread: string;
  at: string;
}

const mail = (i: number, threads: number): Mail => ({
  id: `m${i}`,
  text: `text ${i % 50}`,
  label: `q${i % 3}`,
  thread: `t${i % threads}`,
  at: new Date(Date.UTC(2002, 0, 1) + i * 3_600_000).toISOString()
});
const mailsOf = (n: number, threads = 40) => Array.from({length: n}, (_, i) => mail(i, threads));

async function split(workspace: Workspace, rows: Mail[], spec: SplitSpec) {
  const definition = defineDataset({
    name: "mails",
    source: {kind: "rows", rows: () => rows},
    id: "id",
    text: "text",
    label: "label",
    group: "thread",
    time: "at"
  });
  const {version} = await pull(workspace, definition);
  const store = await openStore(workspace);
  try {
    const manifest = await ensureSplit(store, version, spec);
    const parts = await store.rows<{row_id: string; part: string; group_key: string}>(
      `select row_id, part, group_key from parts where split = '${manifest.id}' order by row_id`
    );
    return {manifest, parts, byRow: new Map(parts.map((row) => [row.row_id, row.part]))};
  } finally {
    store.close();
  }
}

describe("ensureSplit", () => {
  it("leaves the measures of a split to who needs them, and its parts as they were", async () => {
    const workspace = await temporaryWorkspace();
    const {version} = await pull(
      workspace,
      defineDataset({name: "mails", source: {kind: "rows", rows: () => mailsOf(60)}, id: "id", text: "text"})
    );
    const store = await openStore(workspace);
    try {
      const told: string[] = [];
      const ensure = (measure: boolean) =>
        ensureSplit(store, version, {strategy: "random"}, {measure, onMessage: (text) => told.push(text)});
      const bare = await ensure(false);
      expect(bare.measures).toEqual({});
      expect(told).toEqual([]);
      const measured = await ensure(true);
      expect(measured.measures).toHaveProperty("exactLeakage");
      expect(measured).toMatchObject({id: bare.id, counts: bare.counts, madeAt: bare.madeAt});
      expect(told).toEqual([
        expect.stringMatching(/near-duplicates among 60 rows/),
        expect.stringMatching(/comparing the texts of 60 rows/)
      ]);
      expect((await ensure(false)).measures).toEqual(measured.measures);
    } finally {
      store.close();
    }
  });

  it("a row of a random split stays in its part when rows are added", async () => {
    const workspace = await temporaryWorkspace();
    const before = await split(workspace, mailsOf(300), {strategy: "random"});
    const after = await split(workspace, mailsOf(900), {strategy: "random"});
    for (const [row, part] of before.byRow) expect(after.byRow.get(row)).toBe(part);
    expect(after.manifest.counts.test! / 900).toBeCloseTo(0.15, 1);
  });

  it("groups never straddle parts, whatever the grouping strategy and the data", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({min: 20, max: 120}),
        fc.integer({min: 3, max: 30}),
        fc.constantFrom("group", "stratified-group"),
        fc.string(),
        async (n, threads, strategy, seed) => {
          const workspace = await temporaryWorkspace();
          const {parts} = await split(workspace, mailsOf(n, threads), {strategy: strategy as "group", seed});
          const partsOfGroup = new Map<string, Set<string>>();
          for (const row of parts)
            partsOfGroup.set(row.group_key, (partsOfGroup.get(row.group_key) ?? new Set()).add(row.part));
          for (const found of partsOfGroup.values()) expect(found.size).toBe(1);
          expect(parts).toHaveLength(n);
        }
      ),
      {numRuns: 6}
    );
  });

  it("says that a random split leaks groups and texts where a group split leaks no group", async () => {
    const workspace = await temporaryWorkspace();
    const random = await split(workspace, mailsOf(600), {strategy: "random"});
    const grouped = await split(workspace, mailsOf(600), {strategy: "group"});
    expect(random.manifest.measures).toMatchObject({groupLeakage: {share: 1}});
    expect(grouped.manifest.measures).toMatchObject({groupLeakage: {rows: 0, share: 0}});
    expect(random.manifest.measures.exactLeakage).toMatchObject({rows: random.manifest.counts.test});
  });

  it("stratified parts hold every class in its share to within one row", async () => {
    const {manifest} = await split(await temporaryWorkspace(), mailsOf(600), {
      strategy: "stratified",
      test: 0.2
    });
    expect(manifest.labels?.test).toEqual({q0: 40, q1: 40, q2: 40});
    expect(manifest.measures.labelPsi).toBeLessThan(0.001);
  });

  it("the test part of a temporal split is newer than everything it was trained on", async () => {
    const {parts} = await split(await temporaryWorkspace(), mailsOf(100), {
      strategy: "temporal",
      test: 0.2,
      validation: 0.1
    });
    const number = (part: string) =>
      parts.filter((row) => row.part === part).map((row) => Number(row.row_id.slice(1)));
    expect(Math.min(...number("test"))).toBe(80);
    expect(Math.max(...number("train"))).toBe(69);
    expect(number("validation").sort((a, b) => a - b)[0]).toBe(70);
  });

  it("a temporal split cuts between moments: rows of one day are in one part", async () => {
    const rows = mailsOf(100).map((row, i) => ({
      ...row,
      at: i < 50 ? "2024-01-01" : `2024-01-0${2 + (i % 2)}`
    }));
    const {parts} = await split(await temporaryWorkspace(), rows, {strategy: "temporal"});
    const day = new Map(rows.map(({id, at}) => [id, at]));
    expect([...new Set(parts.map(({row_id, part}) => `${day.get(row_id)} ${part}`))].sort()).toEqual([
      "2024-01-01 train",
      "2024-01-02 validation",
      "2024-01-03 test"
    ]);
  });

  it("is of times that were read: a column of numbers or words is refused when rows are pulled, with what to do", async () => {
    const rows = mailsOf(100);
    const seconds = rows.map((row, i) => ({...row, at: 1_700_000_000 + i * 86_400}) as unknown as Mail);
    await expect(split(await temporaryWorkspace(), seconds, {strategy: "temporal"})).rejects.toThrow(
      /dataset mails: 100 rows hold no date or time in column "at", such as "1700000000"\. .*to_timestamp\("at"\).*No version was made/
    );
    const words = rows.map((row, i) => (i === 3 ? {...row, at: "soon"} : row));
    await expect(split(await temporaryWorkspace(), words, {strategy: "random"})).rejects.toThrow(
      /1 rows hold no date or time in column "at", such as "soon"/
    );
  });

  it("refuses a temporal split of a version whose times are words, as earlier releases pulled them", async () => {
    const workspace = await temporaryWorkspace();
    const {version} = await pull(
      workspace,
      defineDataset({name: "mails", source: {kind: "rows", rows: () => mailsOf(20)}, id: "id"})
    );
    const store = await openStore(workspace);
    await expect(ensureSplit(store, {...version, time: "id"}, {strategy: "temporal"})).rejects.toThrow(
      /split temporal of mails@\w+: 20 rows hold no date or time in column "id"/
    );
    store.close();
  });

  it("takes moments without seconds for what they are", async () => {
    const forms = [
      "2026-01-0DT00:00Z",
      "2026-01-0D 00:00+00:00",
      "2026-01-0DT00:00",
      "2026-01-0DT00:00:00.000Z"
    ];
    const rows = mailsOf(30).map((row, i) => ({
      ...row,
      at: forms[i % forms.length]!.replace("D", String(1 + Math.floor(i / 10)))
    }));
    const {parts} = await split(await temporaryWorkspace(), rows, {
      strategy: "temporal",
      cutoffs: {validation: "2026-01-02", test: "2026-01-03"}
    });
    const partOf = new Map(parts.map(({row_id, part}) => [row_id, part]));
    const found = rows.map(({id, at}) => `${at.slice(0, 10)} ${partOf.get(id)}`);
    expect([...new Set(found)].sort()).toEqual([
      "2026-01-01 train",
      "2026-01-02 validation",
      "2026-01-03 test"
    ]);
  });

  it("the same spec gives the same split, another seed another one", async () => {
    const workspace = await temporaryWorkspace();
    const first = await split(workspace, mailsOf(200), {strategy: "random", seed: "a"});
    const again = await split(workspace, mailsOf(200), {strategy: "random", seed: "a", name: "by chance"});
    const other = await split(workspace, mailsOf(200), {strategy: "random", seed: "b"});
    expect(again.manifest).toEqual({...first.manifest, name: "by chance"});
    expect(other.parts).not.toEqual(first.parts);
  });

  it("refuses shares that leave nothing to train on", async () => {
    await expect(
      split(await temporaryWorkspace(), mailsOf(10), {strategy: "random", test: 0.6, validation: 0.4})
    ).rejects.toThrow(/leave something to train on/);
  });
});
