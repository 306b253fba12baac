import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {openStore} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

/** The columns and rows of a version of these files. */
async function readOf(files: Record<string, string>, more: object = {}) {
  const workspace = await temporaryWorkspace();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(workspace.project, name), text);
  const source = {kind: "files" as const, files: Object.keys(files), ...more};
  const {version} = await pull(workspace, defineDataset({name: "set", source}));
  const store = await openStore(workspace);
  try {
    const columns = version.columns.slice(2).map(({name, type}) => `${name} ${type}`);
    const rows = await store.rows(`select * exclude (row_id, row_hash) from "set" order by all`);
    return {columns, rows};
  } finally {
    store.close();
  }
}

describe("`columns`", () => {
  it("go by the names of a CSV's header, whatever their order there", async () => {
    const columns = {label: "VARCHAR", text: "VARCHAR", id: "BIGINT"};
    expect(await readOf({"a.csv": "text,label,id\nHello,spam,1\n"}, {columns})).toEqual({
      columns: ["text VARCHAR", "label VARCHAR", "id BIGINT"],
      rows: [{text: "Hello", label: "spam", id: 1}]
    });
  });

  it("go by each file's own header", async () => {
    const files = {"a.csv": "a,b\n1,x\n", "b.csv": "b;a\ny;2\n", "c.csv": "a\n3\n"};
    const rows = [
      {a: "1", b: "x"},
      {a: "2", b: "y"},
      {a: "3", b: null}
    ];
    expect((await readOf(files, {columns: {a: "VARCHAR", b: "VARCHAR"}})).rows).toEqual(rows);
    const withFile = await readOf(files, {columns: {a: "VARCHAR", b: "VARCHAR"}, filename: "file"});
    expect(withFile.rows).toEqual(rows.map((row, i) => ({...row, file: `${"abc"[i]}.csv`})));
  });

  it("leave the other columns as they are found", async () => {
    const rows = [{n: "1", m: 5, t: "x"}];
    const columns = {n: "VARCHAR"};
    const found = {columns: ["n VARCHAR", "m BIGINT", "t VARCHAR"], rows};
    expect(await readOf({"a.csv": "n,m,t\n1,5,x\n"}, {columns})).toEqual(found);
    expect(await readOf({"a.jsonl": '{"n":1,"m":5,"t":"x"}\n'}, {columns})).toEqual(found);
    expect(await readOf({"a.json": '[{"n":1,"m":5,"t":"x"}]'}, {columns})).toEqual(found);
  });

  it("that no file has are refused with those that there are", async () => {
    const columns = {idd: "BIGINT", text: "VARCHAR"};
    const refusal =
      'dataset set: `columns` names a column that no file has: "idd". There are "id", "text". No version was made.';
    for (const files of [{"a.csv": "id,text\n1,x\n"}, {"a.jsonl": '{"id":1,"text":"x"}\n'}] as Record<
      string,
      string
    >[])
      for (const more of [{columns}, {columns, filename: "file"}])
        await expect(readOf(files, more)).rejects.toThrow(refusal);
  });

  it("do not hide which lines are broken", async () => {
    const columns = {a: "BIGINT"};
    await expect(readOf({"a.csv": "a,b\n1,x\n2\n"}, {columns})).rejects.toThrow(
      /a\.csv line 3: 1 values where/
    );
    await expect(readOf({"a.jsonl": '{"a":1}\n{"a":\n'}, {columns})).rejects.toThrow(
      /a\.jsonl line 2: not valid/
    );
  });
});

describe("the separator of CSV", () => {
  it("is told for each file, and not by what is quoted", async () => {
    const files = {"a.csv": "a,b\n1,x\n", "b.csv": "a;b\n2;y\n", "c.csv": '"b";"a"\n"z,z";3\n'};
    expect(await readOf(files)).toEqual({
      columns: ["a BIGINT", "b VARCHAR"],
      rows: [
        {a: 1, b: "x"},
        {a: 2, b: "y"},
        {a: 3, b: "z,z"}
      ]
    });
    expect((await readOf({"a.csv": '"x, y, or z";n\n1;2\n'})).columns).toEqual([
      "x, y, or z BIGINT",
      "n BIGINT"
    ]);
  });
});
