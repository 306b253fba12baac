// @module-tag long
import {existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {afterEach, describe, expect, it} from "vitest";
import {defineDataset, pull, sourceChange} from "../../../src/data/datasets/index.js";
import {type Latest, openDatabase, type Workspace} from "../../../src/base/store/index.js";
import {datasetDir} from "../../support/folders.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const now = () => new Date("2026-11-27T10:00:00Z");
const closing: {close(): void}[] = [];
afterEach(() => closing.splice(0).forEach((one) => one.close()));

const mails = (more: object = {}) =>
  defineDataset({
    name: "mails",
    source: {kind: "files", files: "data/*.csv"},
    sql: "select * from source",
    id: "id",
    ...more
  });

async function project() {
  const workspace = await temporaryWorkspace();
  const db = await openDatabase();
  closing.push(db);
  const file = (name: string) => join(workspace.project, "data", name);
  const write = (name: string, text: string) => {
    mkdirSync(dirname(file(name)), {recursive: true});
    writeFileSync(file(name), text);
  };
  write("a.csv", "id,text\n1,one\n2,two\n");
  write("b.csv", "id,text\n3,three\n");
  const change = (definition = mails()) => sourceChange(db, workspace, definition);
  return {workspace, file, write, change, pull: (definition = mails()) => pull(workspace, definition, {now})};
}

/** As a checkout leaves it: the same bytes at another time. */
function touch(path: string): void {
  utimesSync(path, new Date(), new Date(Date.now() + 60_000));
}

const latestFile = (workspace: Workspace) => join(datasetDir(workspace, "mails"), "latest.json");
const latestOf = (workspace: Workspace) => JSON.parse(readFileSync(latestFile(workspace), "utf8")) as Latest;

describe("what a version was made of", () => {
  it("is the same before an edit, and after a copy of the files at another time", async () => {
    const {change, pull, file} = await project();
    expect(await change()).toBeUndefined();
    await pull();
    expect(await change()).toBeUndefined();
    touch(file("a.csv"));
    expect(await change()).toBeUndefined();
  });

  it("has changed with a file's size, or with its bytes at the same size, until the next pull", async () => {
    const {change, pull, write} = await project();
    const {version} = await pull();
    write("a.csv", "id,text\n1,one\n2,two and more\n");
    expect(await change()).toBe(
      `mails: data/a.csv has changed since it was pulled on 2026-11-27; version ${version.id.slice(0, 8)} is used. \`assay pull mails\` makes a new one.`
    );
    await pull();
    expect(await change()).toBeUndefined();
    write("a.csv", "id,text\n1,eno\n2,two and more\n");
    expect(await change()).toMatch(/data\/a\.csv has changed/);
    await pull();
    expect(await change()).toBeUndefined();
  });

  it("is known anew after a pull that found the same rows in other bytes", async () => {
    const {change, pull, write} = await project();
    await pull();
    write("a.csv", "id,text\n2,two\n1,one\n");
    expect(await change()).toMatch(/data\/a\.csv has changed/);
    expect((await pull()).changed).toBe(false);
    expect(await change()).toBeUndefined();
  });

  it("has changed when a file comes or goes that its pattern matches", async () => {
    const {change, pull, write, file} = await project();
    await pull();
    write("c.csv", "id,text\n4,four\n");
    rmSync(file("b.csv"));
    expect(await change()).toMatch(
      /^mails: data\/c\.csv is new, data\/b\.csv has gone or cannot be read since it was pulled/
    );
  });

  it("names three files and counts the others", async () => {
    const {change, pull, write} = await project();
    for (const name of ["c", "d", "e"]) write(`${name}.csv`, `id,text\n${name},one\n`);
    await pull();
    for (const name of ["a", "b", "c", "d", "e"]) write(`${name}.csv`, `id,text\n${name},one and more\n`);
    expect(await change()).toMatch(/data\/a\.csv, data\/b\.csv, data\/c\.csv and 2 more have changed since/);
  });

  it("reads no file whose size and time are as they were", async () => {
    const {change, pull, file, write} = await project();
    await pull();
    const {atime, mtime} = statSync(file("a.csv"));
    utimesSync(file("a.csv"), atime, mtime);
    await pull();
    write("a.csv", "id,text\n1,eno\n2,two\n");
    utimesSync(file("a.csv"), atime, mtime);
    expect(await change()).toBeUndefined();
  });
});

describe("a definition", () => {
  it.each([
    ["sql", {sql: "select id, upper(text) as text from source"}],
    ["filters", {filters: {long: "length(text) > 3"}}],
    [
      "a function in a filter",
      {text: "text", filters: {own: own((text) => (text === "two" ? "no" : undefined))}}
    ],
    ["text", {text: "text"}],
    ["label", {label: "text"}],
    ["source", {source: {kind: "files", files: "data/*.csv", delimiter: ","}}]
  ])("that says other things (%s) is told, until it is pulled", async (_what, more) => {
    const {change, pull} = await project();
    await pull();
    const other = mails(more);
    const {version} = await pull();
    expect(await change(other)).toBe(
      `mails: its definition has changed since it was pulled on 2026-11-27; version ${version.id.slice(0, 8)} is used. \`assay pull mails\` applies it.`
    );
    await pull(other);
    expect(await change(other)).toBeUndefined();
  });

  it("is the same under another description, headers, query of an address or way to a file", async () => {
    const {change, pull, workspace} = await project();
    await pull(mails({source: {kind: "files", files: ["data/a.csv"]}}));
    const files = [join(workspace.project, "data", "a.csv")];
    expect(
      await change(
        mails({description: "Mails.", licence: "CC0", source: {kind: "files", files, headers: {a: "b"}}})
      )
    ).toBeUndefined();
  });

  it("whose filter is another function is told of, though both have the same settings", async () => {
    const {change, pull} = await project();
    const of = (reason: (text: string) => string | undefined) =>
      mails({text: "text", filters: {own: own(reason)}});
    await pull(of((text) => (text === "two" ? "no" : undefined)));
    expect(await change(of((text) => (text === "two" ? "no" : undefined)))).toBeUndefined();
    expect(await change(of((text) => (text === "one" ? "no" : undefined)))).toMatch(
      /its definition has changed/
    );
  });
});

function own(reason: (text: string) => string | undefined) {
  return {kind: "text" as const, settings: {own: true}, reason};
}

describe("rows of a function", () => {
  const rows = (fingerprint?: () => string) =>
    mails({source: {kind: "rows", rows: () => [{id: "1", text: "one"}], fingerprint}});

  it("have changed with their fingerprint, until it is pulled", async () => {
    const {change, pull} = await project();
    let said = "1";
    const source = rows(() => said);
    await pull(source);
    expect(await change(source)).toBeUndefined();
    said = "2";
    expect(await change(source)).toMatch(/^mails: the fingerprint of its source has changed since/);
    await pull(source);
    expect(await change(source)).toBeUndefined();
  });

  it("count as the same while the fingerprint cannot be told", async () => {
    const {change, pull} = await project();
    let broken = false;
    const source = rows(() => {
      if (broken) throw new Error("no network");
      return "1";
    });
    await pull(source);
    broken = true;
    expect(await change(source)).toBeUndefined();
  });

  it("have their record made whole by a pull that does not ask for them", async () => {
    const {change, pull, workspace} = await project();
    let said = "1";
    const source = rows(() => said);
    await pull(source);
    writeFileSync(latestFile(workspace), JSON.stringify({...latestOf(workspace), origin: undefined}));
    await pull(source);
    said = "2";
    expect(await change(source)).toMatch(/the fingerprint of its source/);
  });
});

describe("nothing is said", () => {
  it("where the record is of before it was kept, or is no record", async () => {
    const {change, pull, workspace, write} = await project();
    await pull();
    const {origin, ...old} = latestOf(workspace);
    expect(origin!.files!.map(({path}) => path)).toEqual(["data/a.csv", "data/b.csv"]);
    write("a.csv", "id,text\n9,nine\n");
    for (const record of [
      old,
      {...old, origin: 3},
      {...old, origin: {definition: origin!.definition, files: 3}}
    ]) {
      writeFileSync(latestFile(workspace), JSON.stringify(record));
      expect(await change()).toBeUndefined();
    }
  });

  it("of files outside the project, and no path of the record is opened", async () => {
    const {change, pull, workspace} = await project();
    const outside = await temporaryWorkspace();
    const file = join(outside.project, "rows.csv");
    writeFileSync(file, "id,text\n8,eight\n");
    const source = mails({source: {kind: "files", files: [file, "data/a.csv"]}});
    await pull(source);
    expect(latestOf(workspace).origin!.files!.map(({path}) => path)).toEqual(["data/a.csv"]);
    writeFileSync(file, "id,text\n8,eight and more\n");
    expect(await change(source)).toBeUndefined();
    const latest = latestOf(workspace);
    const elsewhere = {path: file, size: statSync(file).size, mtimeMs: statSync(file).mtimeMs};
    latest.origin!.files!.push(elsewhere);
    writeFileSync(latestFile(workspace), JSON.stringify(latest));
    expect(existsSync(file)).toBe(true);
    expect(await change(source)).toContain(`${file} has gone or cannot be read`);
  });
});

it("an SQLite file is looked at as other files are", async () => {
  const {default: sqlite3} = await import("node-sqlite3-wasm");
  const {change, pull, workspace} = await project();
  const insert = (sql: string) => {
    const database = new sqlite3.Database(join(workspace.project, "rows.db"));
    database.exec(sql);
    database.close();
  };
  insert("create table t (id text, text text); insert into t values ('1', 'one')");
  const source = mails({source: {kind: "sqlite", file: "rows.db", query: "select * from t"}});
  await pull(source);
  expect(await change(source)).toBeUndefined();
  insert("insert into t values ('2', 'two')");
  expect(await change(source)).toMatch(/^mails: rows\.db has changed since/);
});
