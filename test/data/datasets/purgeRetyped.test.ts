// @module-tag long
import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {
  type DatasetDefinition,
  defineDataset,
  exportVersion,
  importVersion,
  pull,
  purge
} from "../../../src/data/datasets/index.js";
import {rowForm} from "../../../src/data/datasets/rowForm.js";
import {
  openDatabase,
  parquetFile,
  readTombstones,
  type Workspace,
  writeTombstones
} from "../../../src/base/store/index.js";
import {datasetDir} from "../../support/folders.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

/** Pulls a file of the project, and gives its rows and what was told. */
async function pulled(
  workspace: Workspace,
  content: string,
  more: Partial<DatasetDefinition> = {},
  file = "notes.csv"
) {
  writeFileSync(join(workspace.project, file), content);
  const told: string[] = [];
  const {version} = await pull(
    workspace,
    defineDataset({name: "notes", source: {kind: "files", files: file}, ...more}),
    {onProgress: (message) => told.push(message)}
  );
  const db = await openDatabase({tmpDir: workspace.tmpDir});
  try {
    const rows = await db.rows<Record<string, unknown>>(
      `select * exclude (row_id, row_hash) from ${parquetFile(join(datasetDir(workspace, "notes", version.id), "rows.parquet"))} order by all`
    );
    return {version, rows, told: told.filter((message) => message.includes("erased"))};
  } finally {
    db.close();
  }
}

const ONE = ["1 of its rows were erased from the store, and are left out"];
const csv = "text,amount\ncall Ada,1\ncall Bob,2\ncall Cid,3\n";
const ada = {where: "text = 'call Ada'", reason: "asked"};

describe("an erased row without an id stays out", () => {
  it("when other rows give its columns another type", async () => {
    const workspace = await temporaryWorkspace();
    await pulled(workspace, csv);
    await purge(workspace, "notes", ada);
    expect((await pulled(workspace, csv)).rows).toHaveLength(2);
    for (const more of ["new row,1.5\n", "new row,none\n"]) {
      const {rows, told} = await pulled(workspace, `${csv}${more}`);
      expect(rows.map(({text}) => text)).toEqual(["call Bob", "call Cid", "new row"]);
      expect(told).toEqual(ONE);
    }
  });

  it("when another row brings a key to its structure", async () => {
    const workspace = await temporaryWorkspace();
    const first = '{"m":{"a":1}}\n{"m":{"a":3}}\n';
    const jsonl = {source: {kind: "files" as const, files: "notes.jsonl"}};
    await pulled(workspace, first, jsonl, "notes.jsonl");
    await purge(workspace, "notes", {where: "m.a = 1", reason: "asked"});
    const {rows, told} = await pulled(workspace, `${first}{"m":{"a":2,"b":1}}\n`, jsonl, "notes.jsonl");
    expect([rows.length, told]).toEqual([2, ONE]);
  });

  it("when a column comes or goes", async () => {
    const workspace = await temporaryWorkspace();
    await pulled(workspace, "text,amount,note\ncall Ada,1,\ncall Bob,2,x\n");
    await purge(workspace, "notes", ada);
    const wider = "text,amount,note,user\ncall Ada,1,,u1\ncall Bob,2,x,u2\n";
    expect(await pulled(workspace, wider)).toMatchObject({rows: [{text: "call Bob"}], told: ONE});
    expect((await pulled(workspace, csv)).rows).toHaveLength(2);
  });

  it("when JSON is read as text, and text as JSON", async () => {
    for (const [before, after] of [
      ["JSON", "VARCHAR"],
      ["VARCHAR", "JSON"],
      ["STRUCT(b BIGINT, a VARCHAR)", "VARCHAR"]
    ] as const) {
      const workspace = await temporaryWorkspace();
      const of = (type: string, key: string) =>
        defineDataset({
          name: "notes",
          source: {kind: "rows", rows: () => [{n: '{"b": 2, "a": "x"}'}, {n: '{"b": 3, "a": "x"}'}]},
          sql: `select n::json::${type} as n, '${key}' as unused from source`
        });
      await pull(workspace, of(before, "one"));
      await purge(workspace, "notes", {where: "n::varchar like '%2%'", reason: "asked"});
      const {version} = await pull(workspace, of(after, "one"));
      expect([before, after, version.rows]).toEqual([before, after, 1]);
    }
  });
});

it("an erased row with an id stays out under another, by its text or by what else it held", async () => {
  const keyed = (amounts: string[]) =>
    `id,key,text,amount\n${amounts.map((amount, i) => `a${i},k${i},call ${i},${amount}`).join("\n")}\n`;
  const workspace = await temporaryWorkspace();
  await pulled(workspace, keyed(["1", "2"]), {id: "id"});
  await purge(workspace, "notes", {where: "id = 'a0'", reason: "asked"});
  expect((await pulled(workspace, keyed(["1", "2", "2.5"]), {id: "key"})).rows).toHaveLength(2);

  const texts = await temporaryWorkspace();
  const named = {id: "id", text: "text"};
  await pulled(texts, "id,text,amount\na,call Ada,1\nb,yes,1\nc,yes,1\n", named);
  await purge(texts, "notes", {where: "id in ('a', 'b')", reason: "asked"});
  // Others say "yes" too: it is not by this that the row is known.
  const {rows, told} = await pulled(texts, "id,text,amount\nz,call Ada,7.5\nc,yes,1\nd,yes,1\n", named);
  expect(rows.map(({id}) => id)).toEqual(["c", "d"]);
  expect(told).toEqual(ONE);
});

it("an import is refused that has an erased row under other types", async () => {
  const [here, there] = [await temporaryWorkspace(), await temporaryWorkspace()];
  await pulled(here, csv);
  await purge(here, "notes", ada);
  const {version} = await pulled(there, `${csv}new row,1.5\n`);
  const folder = join(there.project, "export");
  await exportVersion(there, version, folder);
  await expect(importVersion(here, "notes", version.id, folder)).rejects.toThrow(
    "holds 1 rows that were erased"
  );
});

it("tombstones of before, which know a row by its typed content alone, still do", async () => {
  const workspace = await temporaryWorkspace();
  await pulled(workspace, csv);
  await purge(workspace, "notes", ada);
  const {rows, ...rest} = await readTombstones(workspace, "notes");
  const former = rows.map((one) => ({...one, forms: undefined, texts: undefined}));
  await writeTombstones(workspace, "notes", {...rest, columns: undefined, rows: former});
  expect((await pulled(workspace, csv)).rows).toHaveLength(2);
  await purge(workspace, "notes", {where: "text = 'call Bob'", reason: "asked"});
  expect((await pulled(workspace, `${csv}new row,1.5\n`)).rows.map(({text}) => text)).toEqual([
    "call Ada",
    "call Cid",
    "new row"
  ]);
});

it("what a row holds has one form under every type, and other rows have others", () => {
  const form = (row: Record<string, unknown>) => rowForm("salt", ["a", "b"], row);
  for (const [one, other] of [
    [1, "1.0"],
    [true, "True"],
    ["2026-01-02", "2026-01-02 00:00:00"],
    ["2026-01-02T10:00:00+02", "2026-01-02 08:00:00+00"],
    [{x: 1, y: null}, '{"x": 1}'],
    [[{x: 1, y: null}], '[{"x":"1"}]'],
    [null, ""]
  ])
    expect([one, form({a: one, b: "x"})]).toEqual([one, form({b: "x", a: other})]);
  for (const other of ["2", "one", {x: 1}, [1], null]) expect(form({a: 1})).not.toBe(form({a: other}));
  expect(form({a: 1, b: 2})).not.toBe(form({a: 2, b: 1}));
  expect(form({a: null, b: {c: null}, d: 1})).toBeUndefined();
  expect(form({a: 1})).not.toBe(rowForm("other", ["a", "b"], {a: 1}));
});
