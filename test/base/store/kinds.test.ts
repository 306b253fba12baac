import {readdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {text} from "../../../src/base/validation/checked.js";
import {exportTables} from "../../../src/cli/store/export.js";
import {collectGarbage, defineDataset, previewPurge, pull, purge} from "../../../src/data/datasets/index.js";
import {
  type Kind,
  KINDS,
  openStore,
  openWorkspace,
  storageFingerprint,
  putJson,
  readRecord,
  sqlString,
  type Workspace,
  writeKept
} from "../../../src/base/store/index.js";
import {folderState} from "../../support/folderState.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

interface Note {
  kind: "note";
  schemaVersion: 1;
  id: string;
  about: string;
  rows: string[];
  hidden?: string[];
}

/** A kind that nothing in the package knows: remarks of people on rows of a version. */
const noteKind: Kind<Note> = {
  name: "note",
  at: "notes/{dataset}/{id}",
  manifest: "note.json",
  form: {kind: "note", schemaVersion: 1, members: {id: text(), about: text()}, renew: "assay note"},
  views: async ({manifests}) => [
    {name: "notes", of: {rows: await manifests(noteKind), columns: {id: "VARCHAR", rows: "VARCHAR[]"}}}
  ],
  refersTo: async ({manifestKey, names}, workspace) => {
    const note = await readRecord(workspace, noteKind, manifestKey);
    return note ? [`${names.dataset}@${note.about}`] : [];
  },
  erase: async ({manifestKey}, {db, workspace, hashOf}) => {
    const note = (await readRecord(workspace, noteKind, manifestKey))!;
    const gone = new Set<string>();
    for (const row of note.rows)
      if (await db.row(`select 1 from erased where hash = ${hashOf("$row::varchar")}`, {row})) gone.add(row);
    if (gone.size === 0) return {};
    await putJson(workspace, manifestKey, {...note, rows: note.rows.filter((row) => !gone.has(row))});
    return {rows: gone.size};
  },
  heldOut: async ({manifestKey}, workspace) => {
    const hidden = (await readRecord(workspace, noteKind, manifestKey))?.hidden ?? [];
    const queries = [`select unnest([${hidden.map(sqlString).join(", ")}]) as row_id`];
    return hidden.length === 0 ? undefined : () => ({queries});
  }
};

const withNotes = async () =>
  openWorkspace(await temporaryProject(), ".assay", [...KINDS, noteKind as unknown as Kind]);

const mails = (count: number) =>
  defineDataset({
    name: "mails",
    source: {
      kind: "rows",
      rows: () => Array.from({length: count}, (_, n) => ({id: `m${n}`, body: `mail ${n}`}))
    },
    id: "id"
  });

async function note(workspace: Workspace, about: string, more: Partial<Note> = {}): Promise<void> {
  const made: Note = {kind: "note", schemaVersion: 1, id: "n1", about, rows: ["m1", "m2"], ...more};
  await putJson(workspace, "notes/mails/n1/note.json", made);
}

it("an empty store has the tables that its kinds name, and no others", async () => {
  const store = await openStore(await temporaryProject());
  try {
    const named = KINDS.flatMap(({tables = {}}) => Object.keys(tables));
    expect((await store.tables()).sort()).toEqual(named.sort());
  } finally {
    store.close();
  }
});

it("kinds of record have names and places of their own", () => {
  for (const member of ["name", "at"] as const)
    expect(new Set(KINDS.map((kind) => kind[member])).size).toBe(KINDS.length);
});

it("a kind is purged before those that it names", () => {
  const order = KINDS.map(({name}) => name);
  for (const {name, before = []} of KINDS)
    for (const later of before) expect(order.indexOf(later)).toBeGreaterThan(order.indexOf(name));
});

describe("a kind of record that is added in one file", () => {
  it("is a table of the store, and in what is exported", async () => {
    const workspace = await withNotes();
    const {version} = await pull(workspace, mails(3));
    await note(workspace, version.id);
    const store = await openStore(workspace);
    try {
      expect(await store.rows("select id, rows from notes")).toEqual([{id: "n1", rows: ["m1", "m2"]}]);
      const out = join(workspace.project, "out");
      await exportTables(store, out, "csv");
      expect(readdirSync(out)).toContain("notes.csv");
      expect(readFileSync(join(out, "notes.csv"), "utf8")).toContain("n1");
    } finally {
      store.close();
    }
  });

  it("changes the fingerprint of pages when it appears and changes", async () => {
    const workspace = await withNotes();
    const seen = [await storageFingerprint(workspace)];
    await note(workspace, "v1");
    seen.push(await storageFingerprint(workspace));
    await note(workspace, "v2");
    seen.push(await storageFingerprint(workspace));
    expect(new Set(seen).size).toBe(3);
  });

  it("keeps what it refers to from being collected", async () => {
    const workspace = await withNotes();
    const versions = [];
    for (const count of [3, 4, 5, 6]) versions.push((await pull(workspace, mails(count))).version.id);
    await note(workspace, versions[0]!);
    const store = await openStore(workspace);
    try {
      expect((await collectGarbage(store, {keep: 1})).versions.map(({id}) => id)).toEqual([
        versions[1],
        versions[2]
      ]);
      expect((await store.versions("mails")).map(({id}) => id)).toEqual([versions[0], versions[3]]);
      await workspace.place.remove("notes/mails/n1");
      expect((await collectGarbage(store, {keep: 1})).removed).toEqual([{kind: "version", id: versions[0]}]);
    } finally {
      store.close();
    }
  });

  it("loses the rows that are erased, and a purge says so, as its dry run does, which changes nothing", async () => {
    const workspace = await withNotes();
    const {version} = await pull(workspace, mails(3));
    await note(workspace, version.id);
    const before = folderState(workspace.project);
    const preview = await previewPurge(workspace, "mails", {where: "id = 'm1'"});
    expect(preview).toMatchObject({rows: ["m1"], others: [{kind: "note", id: "n1", rows: 1}]});
    expect(folderState(workspace.project)).toEqual(before);
    const result = await purge(workspace, "mails", {where: "id = 'm1'", reason: "asked for"});
    expect(result.others).toEqual([{kind: "note", id: "n1", rows: 1}]);
    const left = await readRecord(workspace, noteKind, "notes/mails/n1/note.json");
    expect(left?.rows).toEqual(["m2"]);
  });

  it("holds rows out of every view when it says so", async () => {
    const workspace = await withNotes();
    const {version} = await pull(workspace, mails(3));
    await note(workspace, version.id, {hidden: ["m0"]});
    const store = await openStore(workspace);
    try {
      for (const view of ["mails", `"mails@${version.id}"`])
        expect(await store.rows(`select row_id from ${view} order by row_id`)).toEqual([
          {row_id: "m1"},
          {row_id: "m2"}
        ]);
    } finally {
      store.close();
    }
  });
});

describe("a record of another form", () => {
  it("is refused with its file, what is wrong and the command that makes it again", async () => {
    const workspace = await withNotes();
    const key = "runs/r1/manifest.json";
    await putJson(workspace, key, {kind: "run", schemaVersion: 9});
    const open = async () => (await openStore(workspace)).close();
    await expect(open()).rejects.toThrow(/runs\/r1\/manifest\.json is a run of schema 9.*`assay run`/);
    await putJson(workspace, key, {kind: "run", schemaVersion: 1, id: "r1"});
    await expect(open()).rejects.toThrow(
      /edited or damaged: `eval` must be a text, and is missing; `dataset` must be an object.*`assay run`/
    );
    await workspace.place.put(key, "[");
    await expect(open()).rejects.toThrow(/runs\/r1\/manifest\.json is not valid JSON/);
    await workspace.place.remove("runs/r1");
    await open();
  });
});

it("every kind has a place and a name of its own", () => {
  expect(new Set(KINDS.map(({at}) => at)).size).toBe(KINDS.length);
  expect(new Set(KINDS.map(({name}) => name)).size).toBe(KINDS.length);
});

it("a temporary file that a killed writer left beside kept models goes with the next one", async () => {
  const workspace = await openWorkspace(await temporaryProject());
  const record = {
    kind: "kept",
    schemaVersion: 1,
    id: "routing-1",
    distillation: "routing",
    eval: "routing",
    dataset: "tickets",
    version: "v1",
    file: {path: "distillations/routing.distillation.ts", sha256: "0"},
    at: "2026-12-01T00:00:00.000Z",
    outcome: "none",
    sentence: "The teacher answers."
  } as const;
  await writeKept(workspace, record);
  const folder = join(workspace.dir, "kept");
  writeFileSync(join(folder, ".routing-1.json.4194305.0123abcd.tmp"), "");
  await writeKept(workspace, record);
  expect(readdirSync(folder)).toEqual(["routing-1.json"]);
});
