import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {openDatabase, openStore, sqlString} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

async function read(rows: object[]): Promise<Record<string, unknown>[]> {
  const workspace = await temporaryWorkspace();
  await pull(workspace, defineDataset({name: "set", source: {kind: "rows", rows: () => rows}}));
  const store = await openStore(workspace);
  try {
    return await store.rows('select * exclude (row_id, row_hash) from "set"');
  } finally {
    store.close();
  }
}

describe("rows of code", () => {
  const lost: [what: string, value: unknown][] = [
    ["NaN", NaN],
    ["Infinity", Infinity],
    ["-Infinity", -Infinity],
    ["a Set", new Set([1, 2])],
    ["a Map", new Map([["a", 1]])],
    ["bytes or numbers of a Uint8Array", new Uint8Array([1, 2])],
    ["bytes or numbers of a Float32Array", new Float32Array([0.5])],
    ["bytes or numbers of a Buffer", Buffer.from("x")],
    ["bytes or numbers of a ArrayBuffer", new ArrayBuffer(2)],
    ["a function", () => 1],
    ["a Promise", Promise.resolve(1)],
    ["an invalid Date", new Date("x")]
  ];

  it.each(lost)("are refused with %s, by itself and within others", async (what, value) => {
    await expect(read([{x: 1}, {x: value, deep: {list: [1, {y: value}]}}])).rejects.toThrow(
      `dataset set: its source gives values that are none of JSON: row 2, "x": ${what}; row 2, "deep.list.1.y": ${what}. No version was made.`
    );
  });

  it("are refused with an empty key, and with one that has a NUL", async () => {
    await expect(read([{"": 1, x: {"": 2}}])).rejects.toThrow(
      'row 1, "": an empty key; row 1, "x.": an empty key.'
    );
    await expect(read([{x: [{"a\0": 1}]}])).rejects.toThrow(
      'row 1, "x.0.a\\u0000": a key with a NUL character.'
    );
  });

  it("have up to twenty of their problems named", async () => {
    const message = await read(Array.from({length: 100}, () => ({x: NaN}))).then(
      String,
      (error: Error) => error.message
    );
    expect(message.match(/: NaN/g)).toHaveLength(20);
    expect(message).toContain('row 20, "x": NaN; and perhaps more. No version');
  });

  it("may have dates, whole numbers of any size, what becomes JSON itself, and nothing", async () => {
    const money = {amount: 5, toJSON: () => ({cents: 500}), format: () => "5"};
    expect(await read([{d: new Date(0), n: 5n, none: null, nothing: undefined, money}])).toEqual([
      {d: "1970-01-01T00:00:00.000Z", n: "5", none: null, money: {cents: 500}}
    ]);
  });
});

describe("JSON with an empty key", () => {
  const source = {
    "a.jsonl": '{"a":""}\n{"id":"1","":3}\n{"a":{"" : 1}}\n',
    "a.json": '[{"a":""},\n{"id":"1","":3},\n{"a":{"" : 1}}]'
  };

  it.each(Object.entries(source))("is refused with its lines in %s", async (name, text) => {
    const workspace = await temporaryWorkspace();
    writeFileSync(join(workspace.project, name), text);
    const definition = defineDataset({name: "set", source: {kind: "files", files: name}});
    await expect(pull(workspace, definition)).rejects.toThrow(
      new RegExp(`${name} line 2: an empty key; .*${name} line 3: an empty key\\. No version was made`)
    );
  });

  it("is left out line by line with --skip-bad", async () => {
    const workspace = await temporaryWorkspace();
    writeFileSync(join(workspace.project, "a.jsonl"), source["a.jsonl"]);
    const definition = defineDataset({name: "set", source: {kind: "files", files: "a.jsonl"}});
    const {version} = await pull(workspace, definition, {skipBad: true});
    expect(version.rows).toBe(1);
    expect(version.columns.slice(2).map(({name}) => name)).toEqual(["a"]);
  });
});

describe("names with a NUL", () => {
  const definition = (files: string) => defineDataset({name: "set", source: {kind: "files", files}});
  const lines = [
    '{"id":"0","a":"\\u0000"}',
    '{"id":"1","a\\u0000b":3}',
    '{"id":"2","a":[{"\\\\\\u0000": 1}]}',
    '{"id":"3","\\\\u0000":"\\u00001"}'
  ];

  it.each([
    ["a.jsonl", lines.join("\n")],
    ["a.json", `[${lines.join(",\n")}]`]
  ])("are refused in keys with their lines in %s", async (name, text) => {
    const workspace = await temporaryWorkspace();
    writeFileSync(join(workspace.project, name), text);
    const says = `${name} line 2: a key with a NUL character; .*${name} line 3: a key with a NUL character\\. No version was made`;
    await expect(pull(workspace, definition(name))).rejects.toThrow(new RegExp(says));
  });

  it("are left out line by line with --skip-bad, and may stand in texts", async () => {
    const workspace = await temporaryWorkspace();
    writeFileSync(join(workspace.project, "a.jsonl"), lines.join("\n"));
    const {version} = await pull(workspace, definition("a.jsonl"), {skipBad: true});
    expect(version.rows).toBe(2);
    expect(version.columns.slice(2).map(({name}) => name)).toEqual(["id", "a", "\\u0000"]);
  });

  it("are named in columns of CSV and Parquet", async () => {
    const workspace = await temporaryWorkspace();
    writeFileSync(join(workspace.project, "a.csv"), "id,a\0b\n1,2\n");
    await expect(pull(workspace, definition("a.csv"))).rejects.toThrow(
      'dataset set: column "a\\u0000b" has a NUL character in its name, or in one within it; rename it in the source. No version'
    );
    const [json, parquet] = ["b.jsonl", "b.parquet"].map((name) => join(workspace.project, name));
    writeFileSync(json!, lines[2]!);
    const db = await openDatabase({threads: 1});
    await db.run(`copy (from read_json(${sqlString(json!)})) to ${sqlString(parquet!)}`);
    db.close();
    await expect(pull(workspace, definition("b.parquet"))).rejects.toThrow('column "a" has a NUL character');
  });
});
