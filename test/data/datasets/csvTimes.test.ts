// @module-tag long
import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {gzipSync} from "node:zlib";
import {expect, it} from "vitest";
import {pull} from "../../../src/data/datasets/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

/** The version of files with these contents, in the order of their names, and the types of its columns but `id`. */
async function read(contents: Record<string, string | Buffer>, stated?: Record<string, string>) {
  const workspace = await temporaryWorkspace();
  for (const [name, content] of Object.entries(contents))
    writeFileSync(join(workspace.project, name), content);
  const source = {kind: "files" as const, files: Object.keys(contents).sort(), columns: stated};
  const {version} = await pull(workspace, {name: "d", id: "id", source});
  const columns = version.columns.filter(({name}) => !/^(id|row_.*)$/.test(name));
  return {id: version.id, types: Object.fromEntries(columns.map(({name, type}) => [name, type]))};
}

const DAY = "2026-01-02";
const MOMENT = "2026-01-02T03:04:05.000Z";
const ZONED = "TIMESTAMP WITH TIME ZONE";

/** CSV of rows, whose values are named. */
const csv = (rows: readonly Record<string, string>[], separator = ",") =>
  [Object.keys(rows[0]!), ...rows.map((row) => Object.values(row))]
    .map((values) => `${values.join(separator)}\n`)
    .join("");

/** Rows of which the one numbered from `from` have the values. */
const late = (from: number, values: Record<string, string>, before: Record<string, string>) =>
  Array.from({length: 5000}, (_, i) => ({id: String(i), ...(i < from ? before : values)}));

it.each([
  "05/06/2023",
  "25.06.2023",
  "06-25-23",
  "2023/06/05",
  "2023-6-5",
  "05/06/2023 10:00:00 AM",
  "11:30"
])(
  "dates and moments of CSV have their type in any order of columns beside %s, which stays text",
  async (e) => {
    const types = {f: "DATE", z: ZONED};
    const alone = {id: "1", f: DAY, z: MOMENT};
    expect((await read({"a.csv": csv([alone])})).types).toEqual(types);
    for (const row of [
      {id: "1", e, f: DAY, z: MOMENT},
      {id: "1", f: DAY, e, z: MOMENT},
      {id: "1", z: MOMENT, f: DAY, e}
    ])
      expect((await read({"a.csv": csv([row])})).types).toEqual({...types, e: "VARCHAR"});
  }
);

it("the order of rows changes no version where dates and moments come late, or others do", async () => {
  const empty = {e: "", f: "", z: ""};
  const full = {e: "05/06/2023", f: DAY, z: MOMENT};
  for (const [rows, types] of [
    [late(4000, full, empty), {e: "VARCHAR", f: "DATE", z: ZONED}],
    [late(4000, full, {...full, e: "x"}), {e: "VARCHAR", f: "DATE", z: ZONED}],
    [late(4000, full, {...full, f: MOMENT, z: "infinity"}), {e: "VARCHAR", f: "VARCHAR", z: ZONED}],
    [late(4000, {...full, f: "7", z: "11:30"}, full), {e: "VARCHAR", f: "VARCHAR", z: "VARCHAR"}]
  ] as const) {
    const before = await read({"a.csv": csv(rows)});
    expect(before.types).toEqual(types);
    expect(await read({"a.csv": csv(rows.toReversed())})).toEqual(before);
  }
});

it("infinity among numbers of CSV is one in any order of rows", async () => {
  const texts = ["5", "inf", "-inf", "nan", "1.5"];
  const csvOf = (values: readonly string[]) => csv(values.map((f) => ({id: `${texts.indexOf(f)}`, f})));
  const before = await read({"a.csv": csvOf(texts)});
  expect(before.types).toEqual({f: "DOUBLE"});
  for (const first of ["inf", "-inf", "nan"]) {
    const order = [first, ...texts.filter((one) => one !== first)];
    expect(await read({"a.csv": csvOf(order)})).toEqual(before);
  }
  expect((await read({"a.csv": csvOf(["inf", "-inf"])})).types).toEqual({f: "VARCHAR"});
});

it("dates are found in every file, packed or with tabs, and where types of other columns are stated", async () => {
  const types = {e: "VARCHAR", f: "DATE"};
  const rows = [{id: "1", e: "05/06/2023", f: DAY}];
  const later = [{id: "2", f: DAY, e: "25/06/2023"}];
  const empty = [{id: "3", e: "", f: ""}];
  expect((await read({"a.tsv": csv(rows, "\t")})).types).toEqual(types);
  expect((await read({"a.csv.gz": gzipSync(csv(rows))})).types).toEqual(types);
  const several = {"a.csv": csv(rows), "b.csv": csv(later, ";"), "c.csv": csv(empty)};
  expect((await read(several)).types).toEqual(types);
  expect((await read(several, {e: "VARCHAR"})).types).toEqual(types);
  expect((await read({"a.csv": csv(rows), "b.csv": csv([{id: "2", f: "x"}])})).types).toEqual({
    e: "VARCHAR",
    f: "VARCHAR"
  });
});

it("columns of CSV without values are text beside others, and keep their empty texts", async () => {
  const rows = [
    {id: "1", e: '""', f: ""},
    {id: "2", e: "", f: ""}
  ];
  expect((await read({"a.csv": csv(rows)})).types).toEqual({e: "VARCHAR", f: "VARCHAR"});
});

it.each([
  ["infinity", "DATE"],
  ["0044-03-15 (BC)", "DATE"],
  ["12026-01-02", "DATE"],
  ["0044-01-02T03:04:05.000Z", ZONED],
  ["2026-01-02T03:04:05Z", "VARCHAR"],
  ["2026-01-02T03:04:05.000+02:00", "VARCHAR"],
  ["2026-01-02T03:04:05.000", "VARCHAR"],
  ["2026-01-02+02:00", "VARCHAR"],
  ["2026-01-02Z", "VARCHAR"],
  ["2026-02-30", "VARCHAR"],
  ["03:04:05", "VARCHAR"]
])("%s of CSV is %s, whatever stands beside it", async (f, type) => {
  expect((await read({"a.csv": csv([{id: "1", f}])})).types.f).toBe(type);
  expect((await read({"a.csv": csv([{id: "1", e: "05/06/2023", f}])})).types.f).toBe(type);
});

it("2,000 columns get their types in seconds, not minutes", {timeout: 45_000}, async () => {
  const values = (i: number) => [String(i), `${i}.5`, `word ${i}`, DAY][i % 4]!;
  const row = Object.fromEntries(Array.from({length: 2000}, (_, i) => [`c${i}`, values(i)]));
  const {types} = await read({"wide.csv": csv([{id: "1", ...row}])});
  expect(Object.values(types).slice(0, 4)).toEqual(["BIGINT", "DOUBLE", "VARCHAR", "DATE"]);
});
