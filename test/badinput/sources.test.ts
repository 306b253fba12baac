// @module-tag long
import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {beforeAll, describe, expect, it} from "vitest";
import {type DatasetDefinition, pull} from "../../src/data/datasets/index.js";
import {openDatabase, readVersion, sqlName, versionRows, type Workspace} from "../../src/base/store/index.js";
import {temporaryWorkspace} from "../support/temporaryWorkspace.js";
import {expectClear, refusalOfPromise} from "./support.js";

let workspace: Workspace;
let made = 0;
beforeAll(async () => {
  workspace = await temporaryWorkspace();
});

interface Given {
  file?: string;
  text: string | Buffer;
  /** Members of the definition beside its name and source. */
  more?: Partial<DatasetDefinition>;
  skipBad?: boolean;
}

function definitionOf({file = "rows.csv", text, more}: Given): DatasetDefinition {
  const name = `d${made++}`;
  mkdirSync(join(workspace.project, name, "[d]"), {recursive: true});
  writeFileSync(join(workspace.project, name, file), text);
  return {name, source: {kind: "files", files: `${name}/${file}`}, ...more};
}

/** The rows that a pull stores, as text, in the order of their ids, without ids of ours. */
async function stored(given: Given): Promise<Record<string, unknown>[]> {
  const {version} = await pull(workspace, definitionOf(given), {skipBad: given.skipBad});
  const db = await openDatabase();
  try {
    const columns = version.columns.map(({name}) => name).filter((name) => !/^row_(id|hash)$/.test(name));
    return await db.rows(
      `select ${columns.map((name) => `${sqlName(name)}::varchar as ${sqlName(name)}`).join(", ")} from ${await versionRows(workspace, {dataset: version.dataset, id: version.id})} order by 1`
    );
  } finally {
    db.close();
  }
}

/** The refusal of a pull that must leave no version behind. */
async function refused(given: Given): Promise<string> {
  const definition = definitionOf(given);
  const message = await refusalOfPromise(pull(workspace, definition, {skipBad: given.skipBad}));
  expect(await workspace.place.has(`datasets/${definition.name}/latest.json`)).toBe(false);
  expect(await readVersion(workspace, {dataset: definition.name, id: "0"})).toBeUndefined();
  expectClear(message, definition.name);
  return message;
}

const latin = (text: string) => Buffer.from(text, "latin1");
const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const jsonl = "rows.jsonl";
const json = "rows.json";

describe("what is stored is what the file says", () => {
  const cases: [what: string, given: Given, rows: Record<string, unknown>[]][] = [
    [
      "a CSV row that begins with #",
      {text: "id,q\n#1,a\n#2,b\n"},
      [
        {id: "#1", q: "a"},
        {id: "#2", q: "b"}
      ]
    ],
    ["a CSV whose header begins with #", {text: "#id,q\n1,a\n"}, [{"#id": "1", q: "a"}]],
    ["a # within a value", {text: "id,q\n1,a # b\n"}, [{id: "1", q: "a # b"}]],
    ["quotes within quotes", {text: 'id,q\n1,"a ""b"""\n'}, [{id: "1", q: 'a "b"'}]],
    ["a line break within quotes", {text: 'id,q\n1,"a\nb"\n'}, [{id: "1", q: "a\nb"}]],
    ["a separator within quotes", {text: 'id,q\n1,"a,b"\n'}, [{id: "1", q: "a,b"}]],
    [
      "a uint64",
      {text: "id,q\n18446744073709551615,a\n1,b\n"},
      [
        {id: "1", q: "b"},
        {id: "18446744073709551615", q: "a"}
      ]
    ],
    [
      "an integer of thirty digits",
      {text: "id\n123456789012345678901234567890\n1\n"},
      [{id: "1"}, {id: "123456789012345678901234567890"}]
    ],
    ["2^53 + 1 among integers", {text: "n\n9007199254740993\n1\n"}, [{n: "1"}, {n: "9007199254740993"}]],
    ["2^53 + 1 among fractions", {text: "n\n9007199254740993\n1.5\n"}, [{n: "1.5"}, {n: "9007199254740993"}]],
    ["a number beyond all doubles", {text: "n\n1e400\n1.5\n"}, [{n: "1.5"}, {n: "1e400"}]],
    ["leading zeros", {text: "n\n007\n1\n"}, [{n: "007"}, {n: "1"}]],
    ["fractions", {text: "n\n0.5\n1.25\n"}, [{n: "0.5"}, {n: "1.25"}]],
    ["a BOM", {text: "\ufeffid,q\n1,a\n"}, [{id: "1", q: "a"}]],
    [
      "CRLF",
      {text: "id,q\r\n1,a\r\n2,b\r\n"},
      [
        {id: "1", q: "a"},
        {id: "2", q: "b"}
      ]
    ],
    ["no line break at the end", {text: "id,q\n1,a"}, [{id: "1", q: "a"}]],
    ["blank lines at the end", {text: "id,q\n1,a\n\n\n"}, [{id: "1", q: "a"}]],
    ["mixed types", {text: "v\n1\nx\ntrue\n"}, [{v: "1"}, {v: "true"}, {v: "x"}]],
    ["a day that is none", {text: "v\n2020-02-30\n2020-01-01\n"}, [{v: "2020-01-01"}, {v: "2020-02-30"}]],
    ["inf and nan as words", {text: "v\ninf\nnan\n1.5\n"}, [{v: "1.5"}, {v: "inf"}, {v: "nan"}]],
    [
      "the word NULL",
      {text: "id,v\n1,NULL\n2,x\n"},
      [
        {id: "1", v: "NULL"},
        {id: "2", v: "x"}
      ]
    ],
    ["a separator that is a semicolon", {text: "id;q\n1;a,b\n"}, [{id: "1", q: "a,b"}]],
    ["tabs", {file: "rows.tsv", text: "id\tq\n1\ta b\n"}, [{id: "1", q: "a b"}]],
    [
      "a header with the separator within quotes, with --skip-bad",
      {text: '"last, first","the ""big"" one"\n"Doe, Jane",3\nx\n', skipBad: true},
      [{"last, first": "Doe, Jane", 'the "big" one': "3"}]
    ],
    [
      "a header of two lines, with --skip-bad",
      {text: '"a\nb",,c\n1,2,3\n4\n', skipBad: true},
      [{"a\nb": "1", column1: "2", c: "3"}]
    ],
    ["the ids 1 and 1.0 of a CSV", {text: "id\n1\n1.0\n", more: {id: "id"}}, [{id: "1"}, {id: "1.0"}]],
    ["a file named a*.csv", {file: "a*.csv", text: "id\n1\n"}, [{id: "1"}]],
    ["a file named [ab].csv", {file: "[ab].csv", text: "id\n1\n"}, [{id: "1"}]],
    ["a file named q?.csv", {file: "q?.csv", text: "id\n1\n"}, [{id: "1"}]],
    ["a folder named [d]", {file: "[d]/rows.jsonl", text: '{"id": 1}\n'}, [{id: "1"}]],
    [
      "a broken file's sound rows",
      {text: "id,q\n1,a\n2\n3,c\n", skipBad: true},
      [
        {id: "1", q: "a"},
        {id: "3", q: "c"}
      ]
    ],
    [
      "a uint64 of JSON",
      {file: jsonl, text: '{"id":18446744073709551615}\n{"id":1}\n'},
      [{id: "1"}, {id: "18446744073709551615"}]
    ],
    [
      "thirty digits of JSON",
      {file: jsonl, text: '{"id":123456789012345678901234567890}\n{"id":1}\n'},
      [{id: "1"}, {id: "123456789012345678901234567890"}]
    ],
    [
      "2^53 + 1 beside a fraction",
      {file: jsonl, text: '{"n":9007199254740993}\n{"n":1.5}\n'},
      [{n: "1.5"}, {n: "9007199254740993"}]
    ],
    [
      "2^53 + 1 within an object",
      {file: jsonl, text: '{"o":{"n":9007199254740993}}\n{"o":{"n":1.5}}\n'},
      [{o: '{"n":1.5}'}, {o: '{"n":9007199254740993}'}]
    ],
    [
      "2^53 + 1 with --skip-bad",
      {file: jsonl, text: '{"n":9007199254740993}\n{"n":\n', skipBad: true},
      [{n: "9007199254740993"}]
    ],
    ["1e400 of JSON", {file: jsonl, text: '{"n":1e400}\n{"n":1.5}\n'}, [{n: "1.5"}, {n: "1e400"}]],
    [
      "what JSON may not have, left out",
      {file: jsonl, text: '{"n":1,}\n{"n":NaN}\n{"n":2}\n', skipBad: true},
      [{n: "2"}]
    ],
    ["exponents", {file: jsonl, text: '{"n":1e2}\n{"n":-2.5E-1}\n'}, [{n: "-0.25"}, {n: "100.0"}]],
    ["CRLF of JSON lines", {file: jsonl, text: '{"n":1}\r\n{"n":2}\r\n'}, [{n: "1"}, {n: "2"}]],
    ["blank lines between JSON", {file: jsonl, text: '{"n":1}\n\n{"n":2}\n'}, [{n: "1"}, {n: "2"}]],
    ["characters of two halves", {file: jsonl, text: '{"n":"\\ud83d\\ude00"}\n'}, [{n: "😀"}]],
    [
      "// and , within texts",
      {file: jsonl, text: '{"n":"http://a,]","m":"NaN,}"}\n'},
      [{n: "http://a,]", m: "NaN,}"}]
    ],
    ["a JSON list", {file: json, text: '[{"n":1},{"n":2}]'}, [{n: "1"}, {n: "2"}]],
    [
      "2^53 + 1 in a JSON list",
      {file: json, text: '[{"n":9007199254740993},{"n":1.5}]'},
      [{n: "1.5"}, {n: "9007199254740993"}]
    ],
    ["a key like the name of a renamed one", {file: jsonl, text: '{"n":1,"N_1":2}\n'}, [{n: "1", N_1: "2"}]],
    ["mixed types of JSON", {file: jsonl, text: '{"v":1}\n{"v":"x"}\n'}, [{v: "1"}, {v: "x"}]]
  ];
  it.each(cases)("%s", async (_what, given, rows) => {
    expect(await stored(given)).toEqual(rows);
  });
});

describe("a source that cannot be read as it is", () => {
  const cases: [what: string, given: Given, says: RegExp][] = [
    ["a header named twice", {text: "a,b,a\n1,2,3\n"}, /"a" twice/],
    ["a header named twice but for case", {text: "a,A\n1,2\n"}, /"A" twice/],
    ["a header named twice, with --skip-bad", {text: "a,a\n1,2\n", skipBad: true}, /twice/],
    ["an empty CSV", {text: ""}, /is empty/],
    ["a header alone", {text: "id,q\n"}, /no rows/],
    ["an open quote", {text: 'id,q\n1,"a\n2,b\n'}, /line 2: a quote is not closed/],
    [
      "text behind a quote",
      {text: 'id,q\n1,"a"x\n2,b\n'},
      /line 2: a quote is not closed, or text stands behind it/
    ],
    ["a value too many", {text: "id,q\n1,a,z\n2,b\n"}, /line 2: 3 values where the header has 2/],
    ["a value too few", {text: "id,q\n1\n2,b\n"}, /line 2: 1 values where the header has 2/],
    ["garbage at the end", {text: "id,q\n1,a\ngarbage\n"}, /line 3/],
    ["a CSV in Latin-1", {text: latin("id,q\n1,caf\u00e9\n")}, /UTF-8/],
    [
      "a CSV in UTF-16",
      {text: Buffer.from("\ufeffid,q\n1,a\n", "utf16le")},
      /rows\.csv|lines do not fit|UTF-8/
    ],
    ["bytes that are no table", {file: "rows.parquet", text: "nope"}, /rows\.parquet' too small.* again/],
    ["a trailing comma", {file: jsonl, text: '{"a":1}\n{"a":1,}\n'}, /line 2: a comma before the end/],
    ["a trailing comma of a list", {file: jsonl, text: '{"a":[1,2,]}\n'}, /line 1: a comma before the end/],
    ["NaN", {file: jsonl, text: '{"a":NaN}\n'}, /line 1: a word outside quotes/],
    ["nan", {file: jsonl, text: '{"a":nan}\n'}, /line 1: a word outside quotes/],
    ["Infinity", {file: jsonl, text: '{"a":Infinity}\n'}, /a word outside quotes/],
    ["−Infinity", {file: jsonl, text: '{"a":-Infinity}\n'}, /a word outside quotes/],
    ["undefined", {file: jsonl, text: '{"a":undefined}\n'}, /line 1/],
    ["a line comment", {file: jsonl, text: '// x\n{"a":1}\n'}, /line 1: a comment/],
    ["a block comment", {file: jsonl, text: '{"a":1/*x*/}\n'}, /a comment/],
    ["single quotes", {file: jsonl, text: "{'a':1}\n"}, /line 1/],
    ["a key without quotes", {file: jsonl, text: "{a:1}\n"}, /line 1/],
    ["a leading zero", {file: jsonl, text: '{"a":01}\n'}, /line 1/],
    ["a plus sign", {file: jsonl, text: '{"a":+1}\n'}, /line 1/],
    ["a hexadecimal number", {file: jsonl, text: '{"a":0x10}\n'}, /line 1/],
    ["a key twice", {file: jsonl, text: '{"a":1,"a":2}\n'}, /line 1: an object has a key twice/],
    [
      "keys that differ in letter case alone",
      {file: jsonl, text: '{"Text":"first"}\n{"text":"second"}\n'},
      /the keys "Text" and "text", which differ in letter case alone/
    ],
    [
      "such keys in one object of a JSON list",
      {file: json, text: '[{"a":1,"A":2,"a_1":3}]'},
      /the keys "A" and "a", which differ in letter case alone/
    ],
    [
      "a truncated line",
      {file: jsonl, text: '{"a":1}\n{"a":\n'},
      /line 2: not valid JSON: it ends too early/
    ],
    ["two objects in a line", {file: jsonl, text: '{"a":1} {"a":2}\n'}, /line 1: not valid JSON/],
    ["garbage behind an object", {file: jsonl, text: '{"a":1} xyz\n'}, /line 1/],
    ["a list in place of an object", {file: jsonl, text: "[1]\n"}, /line 1: not a JSON object/],
    ["a number in place of an object", {file: jsonl, text: "1\n"}, /line 1: not a JSON object/],
    ["an object over several lines", {file: jsonl, text: '{\n"a":1\n}\n'}, /line 1/],
    ["a BOM before JSON", {file: jsonl, text: '\ufeff{"a":1}\n'}, /byte order mark/],
    ["a NUL byte", {file: jsonl, text: '{"a":"x\0y"}\n'}, /line 1/],
    ["a raw tab in a text", {file: jsonl, text: '{"a":"x\ty"}\n'}, /line 1/],
    ["JSON in Latin-1", {file: jsonl, text: latin('{"a":"caf\u00e9"}\n')}, /line 1: text that is not UTF-8/],
    ["half a character", {file: jsonl, text: '{"a":"\\ud800"}\n'}, /line 1: half a character/],
    ["an empty JSON lines file", {file: jsonl, text: ""}, /not JSON objects, or there are none/],
    ["blank lines alone", {file: jsonl, text: "\n\n"}, /not JSON objects, or there are none/],
    [
      "20,000 levels",
      {file: jsonl, text: `{"a":${deep(20_000)}}\n`},
      /line 1: nested deeper than 100 levels/
    ],
    [
      "20,000 levels in a JSON list",
      {file: json, text: `[{"a":${deep(20_000)}}]`},
      /nested deeper than 100 levels/
    ],
    [
      "20,000 levels, with --skip-bad",
      {file: jsonl, text: `{"a":${deep(20_000)}}\n`, skipBad: true},
      /nested deeper than 100 levels/
    ],
    ["a trailing comma in a JSON list", {file: json, text: '[{"a":1},]'}, /a comma before the end/],
    ["NaN in a JSON list", {file: json, text: '[{"a":NaN}]'}, /a word outside quotes/],
    ["a truncated JSON list", {file: json, text: '[{"a":1}'}, /rows\.json/],
    ["garbage behind a JSON list", {file: json, text: '[{"a":1}] xyz'}, /rows\.json|a word outside quotes/],
    ["an empty JSON list", {file: json, text: "[]"}, /no rows/],
    ["a JSON object", {file: json, text: '{"a":1}'}, /not a list of objects/],
    ['the ids 1 and "1"', {file: jsonl, text: '{"id":1}\n{"id":"1"}\n', more: {id: "id"}}, /"1" 2 times/],
    ["the ids 1 and 1.0", {file: jsonl, text: '{"id":1}\n{"id":1.0}\n', more: {id: "id"}}, /2 times/],
    ["an id twice", {text: "id,q\n1,a\n1,b\n", more: {id: "id"}}, /"1" 2 times/],
    ["a row without an id", {text: "id,q\n1,a\n,b\n", more: {id: "id"}}, /1 rows have no id/],
    [
      "an id with NUL",
      {file: jsonl, text: '{"id":"a\\u0000b"}\n', more: {id: "id"}},
      /1 rows have an id with a NUL character/
    ],
    ["an id column that is none", {text: "a\n1\n", more: {id: "id"}}, /`id` names column "id"/],
    ["SQL that names no column", {text: "a\n1\n", more: {sql: "select nope from source"}}, /nope/],
    ["SQL that is none", {text: "a\n1\n", more: {sql: "selec"}}, /syntax|selec/],
    ["a column of ours", {text: "row_id\n1\n", more: {}}, /row_id/],
    ["a packed file that is none", {file: "rows.csv.gz", text: "id\n1\n"}, /cannot be unpacked/]
  ];
  it.each(cases)("is refused, and makes nothing: %s", async (_what, given, says) => {
    expect(await refused(given)).toMatch(says);
  });
});

describe("rows that code gives", () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  const cases: [what: string, rows: () => unknown, says: RegExp][] = [
    ["a circle", () => [circle], /row 1 of its source.*holds itself/],
    [
      "20,000 levels",
      () => [{a: 1}, {a: JSON.parse(deep(20_000)) as unknown}],
      /row 2 of its source.*deeper than 100/
    ],
    ["null", () => [null], /row 1.*not an object/],
    ["a number", () => [{a: 1}, 3], /row 2.*not an object/],
    ["a list", () => [[1]], /row 1.*not an object/],
    ["nothing", () => undefined, /gives no list or generator/],
    ["a promise", () => Promise.resolve([]), /a promise: make it an async generator/],
    ["no row", () => [], /no rows/],
    [
      "an error",
      () => {
        throw new Error("the shelf is empty");
      },
      /its rows could not be read: the shelf is empty/
    ]
  ];
  it.each(cases)("are refused: %s", async (_what, rows, says) => {
    const name = `rows${made++}`;
    const definition = {name, source: {kind: "rows", rows}} as unknown as DatasetDefinition;
    const message = await refusalOfPromise(pull(workspace, definition));
    expectClear(message, name, says);
    expect(await workspace.place.has(`datasets/${name}/latest.json`)).toBe(false);
  });

  it("keep integers of any size", async () => {
    const definition: DatasetDefinition = {
      name: "bigs",
      source: {kind: "rows", rows: () => [{n: 9007199254740993n}, {n: 18446744073709551615n}]},
      id: "n"
    };
    const {version} = await pull(workspace, definition);
    expect(version.rows).toBe(2);
  });
});
