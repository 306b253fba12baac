import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {gzipSync} from "node:zlib";
import {describe, expect, it} from "vitest";
import {partRows, pull} from "../../../src/data/datasets/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {openStore} from "../../../src/base/store/index.js";
import fc from "../../support/property.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

/** What a pull makes of a file: the type of `v`, and its values as scorers see them, in the order of `id`. */
async function read(file: string, text: string | Buffer, sql?: string, more: object = {}, skipBad = false) {
  const workspace = await temporaryWorkspace();
  writeFileSync(join(workspace.project, file), text);
  const {version} = await pull(
    workspace,
    {name: "d", id: "id", sql, source: {kind: "files", files: file, ...more}},
    {skipBad}
  );
  const store = await openStore(workspace);
  try {
    const split = await ensureSplit(store, version, {strategy: "random", test: 0, validation: 0});
    const values: unknown[] = [];
    for await (const row of partRows(store, workspace, version, split, "train")) values.push(row.v);
    return {type: version.columns.find(({name}) => name === "v")!.type, values};
  } finally {
    store.close();
  }
}

const csv = (texts: readonly string[]) =>
  read("rows.csv", `id,v\n${texts.map((text, i) => `${10 + i},${text}\n`).join("")}`);
const jsonl = (values: readonly unknown[]) =>
  read("rows.jsonl", values.map((v, i) => JSON.stringify({id: 10 + i, v})).join("\n"));

describe("texts of CSV", () => {
  it.each([
    ["days first or months first", ["05/06/2023", "07/08/2023"]],
    ["numbers with zeros behind", ["1.10", "1.1"]],
    ["numbers with zeros before", ["007", "12"]],
    ["exponents", ["1E5", "2"]],
    ["letters of yes and no", ["T", "F"]],
    ["words of yes and no that are not JSON's", ["True", "False"]],
    ["times of day", ["11:30", "09:05"]],
    ["moments in another form", ["2023-01-05 10:00:00", "2023-01-06 10:00:00"]],
    ["moments with an offset", ["2023-01-05T10:00:00+02:00"]],
    ["dates without zeros", ["2023-1-5", "2023-01-06"]]
  ])("stay as they are: %s", async (_what, texts) => {
    expect(await csv(texts)).toEqual({type: "VARCHAR", values: texts});
  });

  it.each([
    ["BIGINT", ["1", "-20"], [1, -20]],
    ["DOUBLE", ["1", "2.5", "1e-05"], [1, 2.5, 0.00001]],
    ["DOUBLE", ["1.0", "2.5"], [1, 2.5]],
    ["BOOLEAN", ["true", "false"], [true, false]],
    ["DATE", ["2023-01-05", "1999-12-31"], ["2023-01-05", "1999-12-31"]],
    ["TIMESTAMP WITH TIME ZONE", ["2023-01-05T10:00:00.000Z"], ["2023-01-05T10:00:00.000Z"]]
  ])("have the type %s where none of them changes: %s", async (type, texts, values) => {
    expect(await csv(texts)).toEqual({type, values});
  });

  it("come to the scorer as the file has them, or as the number that is written so", async () => {
    const text = fc.oneof(
      fc.constantFrom("1.0", "1.10", "T", "true", "12:30", "2023-01-05", "1e5", "007", "-0", "+1", " 1"),
      fc.integer().map(String),
      fc.double({noNaN: true, noDefaultInfinity: true}).map(String)
    );
    await fc.assert(
      fc.asyncProperty(fc.array(text, {minLength: 1, maxLength: 4}), async (texts) => {
        const {values} = await csv(texts);
        values.forEach((value, i) => {
          if (typeof value === "number") expect(value).toBe(Number(texts[i]));
          else expect(String(value)).toBe(texts[i]);
        });
      }),
      {numRuns: 12}
    );
  });
});

describe("an empty value of CSV", () => {
  const rows = 'id,v\n10,""\n11,\n12,VALUE\n13," "\n';

  it("is an empty text in quotes, and missing without", async () => {
    const values = ["", null, "a", " "];
    const text = rows.replace("VALUE", "a");
    for (const file of ["rows.csv", "rows.csv.gz"]) {
      const given = file.endsWith(".gz") ? gzipSync(text) : text;
      expect(await read(file, given), file).toEqual({type: "VARCHAR", values});
      expect((await read(file, given, undefined, {columns: {v: "VARCHAR"}})).values).toEqual(values);
    }
    const broken = `${text}14,a,b\n`;
    expect((await read("rows.csv", broken, undefined, {}, true)).values).toEqual(values);
  });

  it.each([
    ["BIGINT", "5", 5],
    ["DOUBLE", "5.5", 5.5],
    ["BOOLEAN", "true", true],
    ["DATE", "2026-01-02", "2026-01-02"]
  ])("is missing in either form among values of the type %s", async (type, text, value) => {
    const given = rows.replace("VALUE", text).replace('" "', '""');
    const values = [null, null, value, null];
    expect(await read("rows.csv", given)).toEqual({type, values});
    expect(await read("rows.csv", given, undefined, {columns: {v: type}})).toEqual({type, values});
    expect(await read("rows.csv", given, undefined, {columns: {id: "VARCHAR", v: type}})).toEqual({
      type,
      values
    });
  });

  it("is no problem of stated dates of another form, which are refused", async () => {
    const given = 'id,v\n10,""\n11,05/13/2023\n';
    await expect(read("rows.csv", given, undefined, {columns: {v: "DATE"}})).rejects.toThrow(
      /does not hold 1 of its values exactly: .*rows\.csv line 3\. .*strptime/
    );
  });
});

it("columns that are called as a member of all objects are read as others", async () => {
  const columns = {v: "VARCHAR"};
  for (const more of [{}, {columns}])
    for (const [file, text] of [
      ["rows.csv", "id,v,__proto__,constructor\n1,a,b,c\n"],
      ["rows.jsonl", '{"id":1,"v":"a","__proto__":"b","constructor":"c"}\n']
    ] as const) {
      const workspace = await temporaryWorkspace();
      writeFileSync(join(workspace.project, file), text);
      await pull(workspace, {name: "d", id: "id", source: {kind: "files", files: file, ...more}});
      const store = await openStore(workspace);
      try {
        const row = await store.row(`select * exclude (row_id, row_hash) from d`);
        expect(JSON.stringify(row)).toBe('{"id":1,"v":"a","__proto__":"b","constructor":"c"}');
      } finally {
        store.close();
      }
    }
});

it("members that are called __proto__ are stored as others", async () => {
  const [first, second] = [
    '{"id":1,"v":{"__proto__":1},"l":[{"a":1}]}',
    '{"id":2,"v":{"__proto__":2},"l":[{"__proto__":{"a":[1]},"a":2}]}'
  ];
  const workspace = await temporaryWorkspace();
  writeFileSync(join(workspace.project, "rows.jsonl"), `${first}\n${second}\n`);
  const rows = () => [first, second].map((line) => JSON.parse(line) as object);
  for (const source of [
    {kind: "files", files: "rows.jsonl"},
    {kind: "rows", rows}
  ] as const) {
    await pull(workspace, {name: "d", id: "id", source});
    const store = await openStore(workspace);
    try {
      const query = "select * exclude (row_id, row_hash) from d order by id";
      const read: string[] = [];
      for await (const batch of store.batches(query, {}, "values"))
        read.push(...batch.map((row) => JSON.stringify(row)));
      expect(read).toEqual([
        first,
        second.replace('"__proto__":{"a":[1]},"a":2', '"a":2,"__proto__":{"a":[1]}')
      ]);
    } finally {
      store.close();
    }
  }
});

it("rows of CSV of up to 16 MB are read, and a longer one is named with the limit", async () => {
  const [long, longer] = ["x".repeat(9_000_000), "x".repeat(17 << 20)];
  const {values} = await read("rows.csv", `id,v\n10,${long}\n11,"a\n${long}""b"\n12,5"" pipe\n`);
  expect(values).toEqual([long, `a\n${long}"b`, '5"" pipe']);
  await expect(read("rows.csv", `id,v\n10,${longer}\n`)).rejects.toThrow(
    /rows.csv line 2: longer than 16 MB/
  );
});

describe("texts of JSON", () => {
  const uuid = "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11";
  it.each([
    ["times of day", ["11:30", "09:05"]],
    ["dates without zeros", ["2023-1-5", "2023-01-06"]],
    ["days first or months first", ["05/06/2023", "07/08/2023"]],
    ["moments without milliseconds", ["2023-01-05T10:00:00Z"]],
    ["UUIDs in capitals", [uuid]]
  ])("stay as they are: %s", async (_what, texts) => {
    expect(await jsonl(texts)).toEqual({type: "VARCHAR", values: texts});
  });

  it.each([
    ["DATE", ["2023-01-05", "1999-12-31"]],
    ["TIMESTAMP", ["2023-01-05T10:00:00.000Z", "1999-12-31T23:59:59.999Z"]]
  ])("have the type %s where rows show them as they are: %s", async (type, texts) => {
    expect(await jsonl(texts)).toEqual({type, values: texts});
  });

  it("stay as they are within other values", async () => {
    const value = {DATE: "2023-01-05", time: "12:30", 'a "TIME, x"': uuid, list: ["2023-01-05T10:00:00Z"]};
    expect((await jsonl([value])).values).toEqual([value]);
  });

  it("stay as they are beside numbers and booleans, which become texts", async () => {
    const read = await jsonl(["billing", 404, true, null, "null", 1.5, "2026-01-02"]);
    const values = ["billing", "404", "true", null, "null", "1.5", "2026-01-02"];
    expect(read).toEqual({type: "VARCHAR", values});
  });

  it("are said to stand beside values of other types", async () => {
    const workspace = await temporaryWorkspace();
    const said: string[] = [];
    const rows = [
      {id: 1, one: "billing", two: true, three: ["x"], four: 1, five: {a: 1}},
      {id: 2, one: 404, two: 3, three: "x", four: 2.5, five: null}
    ];
    const source = {kind: "rows" as const, rows: () => rows};
    await pull(workspace, {name: "d", id: "id", source}, {onProgress: (message) => said.push(message)});
    expect(said).toEqual([
      'column "one" holds numbers and texts: all are stored as texts',
      'column "two" holds booleans and numbers: all are stored as texts',
      'column "three" holds lists and texts: it is stored as JSON'
    ]);
  });

  it("leave a column without values what it was", async () => {
    expect(await jsonl([null, null])).toEqual({type: "JSON", values: [null, null]});
  });

  it("and all values beside lists and objects come to the scorer as they are", async () => {
    for (const values of [
      ["billing", 404, {a: [1, "b"]}, ["c"], false, null],
      [{code: "billing"}, {code: 404}],
      [[1, "a"], ["b"]]
    ])
      expect((await jsonl(values)).values).toEqual(values);
    const lines = [12345678901234567890n, "[12345678901234567890]", "[1e400]", '{"__proto__":1}'];
    const {values} = await read("rows.jsonl", lines.map((v, i) => `{"id":${10 + i},"v":${v}}`).join("\n"));
    const own = JSON.parse('{"__proto__":1}') as unknown;
    expect(values).toEqual(["12345678901234567890", ["12345678901234567890"], "[1e400]", own]);
  });

  it("stay as they are in a list that is the whole file", async () => {
    expect(await read("rows.json", '[{"id": 1, "v": "11:30"}]')).toEqual({
      type: "VARCHAR",
      values: ["11:30"]
    });
  });
});

it("dates and times of day that a query makes reach the scorer as text", async () => {
  const made = (sql: string) => read("rows.csv", "id\n1\n", `select id, ${sql} as v from source`);
  expect((await made("time '11:30:00'")).values).toEqual(["11:30:00"]);
  expect((await made("[date '2023-01-05']")).values).toEqual([["2023-01-05"]]);
});
