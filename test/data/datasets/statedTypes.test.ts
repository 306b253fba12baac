// @module-tag long
import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {openStore, openWorkspace} from "../../../src/base/store/index.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

/** A number is written as it is here, anything else as a text. */
type Written = string | number | boolean | {raw: string};

const raw = (text: string) => ({raw: text});
const isText = (value: Written): value is string => typeof value === "string";
const plain = (value: Written) => (typeof value === "object" ? value.raw : String(value));

function csvOf(values: readonly Written[]): string {
  const quoted = values.map((value) => `"${plain(value).replaceAll('"', '""')}"`);
  return ["id,v", ...quoted.map((value, i) => `${i},${value}`)].join("\n") + "\n";
}

function jsonlOf(values: readonly Written[]): string {
  const json = values.map((value) => (isText(value) ? JSON.stringify(value) : plain(value)));
  return json.map((value, i) => `{"id":${i},"v":${value}}\n`).join("");
}

const forms: Record<string, (values: readonly Written[]) => string> = {"a.csv": csvOf, "a.jsonl": jsonlOf};

async function pulled(
  files: Record<string, string>,
  columns: Record<string, string>,
  options?: {skipBad?: boolean}
) {
  const workspace = await openWorkspace(await temporaryProject(), ".assay");
  for (const [name, text] of Object.entries(files)) writeFileSync(join(workspace.project, name), text);
  const source = {kind: "files" as const, files: Object.keys(files), columns};
  const {version} = await pull(workspace, defineDataset({name: "set", source}), options);
  const store = await openStore(workspace);
  try {
    return {version, rows: await store.rows<{v: unknown}>('select * from "set" order by id')};
  } finally {
    store.close();
  }
}

async function read(form: string, type: string, values: readonly Written[]): Promise<unknown[]> {
  return (await pulled({[form]: forms[form]!(values)}, {v: type})).rows.map(({v}) => v);
}

/** The numbers of the refused values, counted from 1 as rows. */
async function refused(form: string, type: string, values: readonly Written[]): Promise<string> {
  const message = await read(form, type, values).then(
    (rows) => `read: ${JSON.stringify(rows)}`,
    (error: Error) => error.message
  );
  const lines = new RegExp(
    `is stated as ${type.replace(/[()[\]]/g, "\\$&")}, .* (\\d+) of its values exactly: .*${form} lines? ([\\d, …]+)\\.`
  );
  const [, count, at] = lines.exec(message) ?? [];
  return at === undefined ? message : `${count}: ${at}`;
}

const REFUSED: [type: string, values: Written[], count: number, rows: number[]][] = [
  ["INTEGER", [0.49, 0.51, 2.5, 3.5, 99.999, 7], 5, [1, 2, 3, 4, 5]],
  ["BIGINT", [1, 1.5, "2.5e0", "15e-1", "x"], 4, [2, 3, 4, 5]],
  ["TINYINT", [127, 128, -129], 2, [2, 3]],
  ["DECIMAL(5,2)", [1.23, 1.239, 1000], 2, [2, 3]],
  ["FLOAT", [0.1, 16777216, 16777217, "1e39"], 2, [3, 4]],
  ["DOUBLE", [0.1, raw("9007199254740992"), raw("9007199254740993"), "1e400"], 2, [3, 4]],
  ["DATE", ["01/02/2026", "03/04/2026"], 2, [1, 2]],
  ["DATE", ["01/02/2026", "03/04/2026", "02/25/2026"], 3, [1, 2, 3]],
  ["DATE", ["2026-01-02", "2026-01-02T10:00:00", "2026-02-30", "2.1.2026"], 3, [2, 3, 4]],
  ["TIMESTAMP", ["2026-01-02T10:00:00.1234567Z", "01/02/2026 10:00", "2026-01-02 10:00"], 2, [1, 2]],
  ["TIMESTAMP_MS", ["2026-01-02T10:00:00.123", "2026-01-02T10:00:00.1234"], 1, [2]],
  ["TIME", ["10:00:00", "10:00:00+05"], 1, [2]],
  ["BOOLEAN", [true, "yes", 5, "x"], 2, [3, 4]],
  ["INTEGER[]", [raw("[1, 2]"), raw("[1, 0.49]")], 1, [2]]
];

const HELD: [type: string, values: Written[], rows: unknown[]][] = [
  ["INTEGER", [1, "1.0", " 5 ", "+7", "1e3"], [1, 1, 5, 7, 1000]],
  ["DECIMAL(5,2)", [1.5, "1.250", "12e1"], [1.5, 1.25, 120]],
  ["DOUBLE", [0.1, 5, "1e3"], [0.1, 5, 1000]],
  ["FLOAT", [0.5, 3], [0.5, 3]],
  ["BOOLEAN", [true, "no"], [true, false]],
  ["DATE", ["2026-01-02", "2026-1-3", "2026-01-04 00:00:00"], ["2026-01-02", "2026-01-03", "2026-01-04"]],
  [
    "TIMESTAMP",
    ["2026-01-02T10:00:00+05:00", "2026-01-02T10:00:00Z", "2026-01-02 10:00:00 UTC", "2026-01-02"],
    [
      "2026-01-02T05:00:00.000Z",
      "2026-01-02T10:00:00.000Z",
      "2026-01-02T10:00:00.000Z",
      "2026-01-02T00:00:00.000Z"
    ]
  ],
  ["TIMESTAMPTZ", ["2026-01-02T10:00:00-0130"], ["2026-01-02T11:30:00.000Z"]],
  ["INTEGER[]", [raw("[1, 2]"), raw("[]")], [[1, 2], []]]
];

describe.each(Object.keys(forms))("stated types of %s", (form) => {
  it.each(REFUSED)("%s refuses %j", async (type, values, count, rows) => {
    const first = form === "a.csv" ? 1 : 0;
    const lines = rows.map((row) => row + first).join(", ");
    expect(await refused(form, type, values)).toBe(`${count}: ${lines}`);
  });

  it.each(HELD)("%s reads %j", async (type, values, rows) => {
    expect(await read(form, type, values)).toEqual(rows);
  });
});

it("a refusal names all columns and files at once, in the lines of the file, and no text", async () => {
  const files = {
    "a.csv": 'id,n,d,note\n0,1,2026-01-02,"two\nlines"\n\n1,secret,03/04/2026,x\n2,2.5,,y\n',
    "b.csv": "d,id,n,note\n31.12.2026,3,4,z\n"
  };
  const message = await pulled(files, {n: "BIGINT", d: "DATE"}).then(String, (error: Error) => error.message);
  const folder = /exactly: (.*?)a\.csv/.exec(message)![1]!;
  expect(message.replaceAll(folder, "")).toBe(
    'dataset set: the column "n" is stated as BIGINT, which does not hold 2 of its values exactly: a.csv lines 5, 6. ' +
      'In the same way the column "d" is stated as DATE, which does not hold 2 of its values exactly: a.csv line 5; b.csv line 2. ' +
      "No version was made. Dates and times are ISO 8601, such as 2026-01-02 or 2026-01-02T10:00:00+05:00; state others as VARCHAR and read them in `sql`, such as strptime(d, '%d/%m/%Y')::date. " +
      "State numbers as a type that holds them, or as VARCHAR, and round in `sql` where that is meant."
  );
});

it("many lines are counted, and the first are named", async () => {
  const values = Array.from({length: 5000}, (_, i) => i + 0.5);
  for (const form of Object.keys(forms)) {
    const first = form === "a.csv" ? 2 : 1;
    const lines = [0, 1, 2, 3, 4].map((i) => first + i).join(", ");
    expect(await refused(form, "INTEGER", values)).toBe(`5000: ${lines}, …`);
  }
});

it("values that are not held are refused with --skip-bad too", async () => {
  for (const [form, text] of Object.entries({
    "a.csv": "id,v\n0,1\nbroken\n1,2.5\n",
    "a.jsonl": '{"id":0,"v":1}\n{"id":\n{"id":1,"v":2.5}\n'
  }))
    await expect(pulled({[form]: text}, {v: "INTEGER"}, {skipBad: true})).rejects.toThrow(
      /does not hold 1 of its values exactly: .*a\.(csv|jsonl) row 2\. No version/
    );
});

it("a type that there is not is named, with all others", async () => {
  for (const form of Object.keys(forms))
    await expect(pulled({[form]: forms[form]!([1])}, {v: "INTEGR", id: "NUMBR"})).rejects.toThrow(
      /`columns` states no type of DuckDB for "v" \(.*\), "id" \(.*\)\. No version was made/
    );
});

it("what is missing stays missing", async () => {
  const csv = 'id,n,d,l\n0,,,\n1,"","",""\n';
  const types = {n: "INTEGER", d: "DATE", l: "INTEGER[]"};
  const jsonl = '{"id":0,"n":null,"d":null,"l":null}\n{"id":1}\n';
  for (const files of [{"a.csv": csv}, {"a.jsonl": jsonl}] as Record<string, string>[])
    expect((await pulled(files, types)).rows).toMatchObject(
      [0, 1].map((id) => ({id, n: null, d: null, l: null}))
    );
});

it("structures of JSON may lack members of their type and have others", async () => {
  const jsonl = '{"id":0,"v":{"a":1,"c":3}}\n{"id":1,"v":{"b":"x"}}\n';
  const {rows} = await pulled({"a.jsonl": jsonl}, {v: "STRUCT(a INTEGER, b VARCHAR)"});
  expect(rows).toMatchObject([{v: {a: 1, b: null}}, {v: {a: null, b: "x"}}]);
  const types = {v: "STRUCT(a INTEGER, t TIMESTAMP)[]"};
  const told =
    '{"id":0,"v":[{"a":0.5}]}\n{"id":1,"v":[{"a":1,"t":"2026-01-02T10:00:00Z"}]}\n{"id":2,"v":[{"t":"2026-01-02T10:00:00+05:00"}]}\n';
  await expect(pulled({"a.jsonl": told}, types)).rejects.toThrow(
    /hold 2 of its values exactly: .* lines 1, 3\./
  );
});
