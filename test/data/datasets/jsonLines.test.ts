import fc from "../../support/property.js";
import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {gzipSync} from "node:zlib";
import {describe, expect, it} from "vitest";
import {describeColumns} from "../../../src/data/datasets/describeColumns.js";
import {jsonLines} from "../../../src/data/datasets/sources/jsonLines.js";
import {openDatabase, sqlString} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const TIMES = [
  ["2026-01-02 03:04:05", "2025-12-31 23:59:59"],
  ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.5Z"],
  ["2026-01-02T03:04:05+02:00", "2026-01-02T03:04:05-11:30"],
  ["2026-01-02", "1999-12-31"],
  ["31-01-2026", "01-02-2026"],
  ["01-31-2026", "02-01-2026"],
  ["26-01-02", "25-12-31"],
  ["01-31-2026 03:04:05 PM", "02-01-2026 01:00:00 AM"],
  ["2026-01-02T03:04:05Z", "soon"],
  ["2026-01-02T03:04:05.000Z", "1999-12-31T23:59:59.999Z"]
];

/** Of the times above, those that rows show as they are written. */
const EXACT: Record<number, string> = {3: "DATE", 9: "TIMESTAMP"};

/** Whether a column has values, and none of them is a list or an object. */
function isScalar(texts: readonly string[], name: string): boolean {
  const lines = texts.flatMap((text) => text.split("\n").filter((line) => line !== ""));
  const values = lines.map((line) => (JSON.parse(line) as Record<string, unknown>)[name] ?? null);
  return values.some((one) => one !== null) && values.every((one) => one === null || typeof one !== "object");
}

/**
 * As we read it, and as DuckDB does when told that dates and times are texts, but for `at` where it is exact, and that what
 * it would read as JSON is text where it is a number, a boolean or a text.
 */
async function bothReadings(texts: readonly string[], exact: boolean, packed = false) {
  const {tmpDir} = await temporaryWorkspace();
  const files = texts.map((text, i) => {
    const file = join(tmpDir, `${i}.jsonl${packed ? ".gz" : ""}`);
    writeFileSync(file, packed ? gzipSync(text) : text);
    return file;
  });
  const db = await openDatabase({tmpDir});
  const named = await jsonLines({db, dataset: "d"}, {files, longest: 1 << 24});
  const found = `read_json([${files.map(sqlString).join(", ")}], format = 'newline_delimited', records = true, sample_size = -1, union_by_name = true)`;
  const typeOf = ({name, type}: {name: string; type: string}) => {
    if (exact && name === "at") return type;
    if (type === "JSON" && isScalar(texts, name)) return "VARCHAR";
    return type.replace(/\b(DATE|TIME|TIMESTAMP)\b/g, "VARCHAR");
  };
  const columns = (await describeColumns(db, `select * from ${found}`)).map(
    (column) => `${sqlString(column.name)}: ${sqlString(typeOf(column))}`
  );
  const plain = found.replace("sample_size = -1, union_by_name = true", `columns = {${columns.join(", ")}}`);
  const read = async (relation: string) => ({
    columns: await describeColumns(db, `select * from ${relation}`),
    rows: (await db.rows<{j: string}>(`select to_json(t)::varchar as j from ${relation} t`)).map(({j}) => j)
  });
  const both = {named, ours: await read(named), theirs: await read(plain)};
  db.close();
  return both;
}

describe("JSONL whose types are found once", () => {
  const value = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({noNaN: true, noDefaultInfinity: true}),
    fc.constantFrom(9007199254740993n.toString(), "18446744073709551615", "text", "", "ü\u2028"),
    fc.array(fc.integer({max: 5}), {maxLength: 3}),
    fc.record({deep: fc.oneof(fc.string(), fc.integer()), at: fc.constantFrom("2026-01-02", "x")})
  );

  it(
    "reads as DuckDB reads it when left to find the types of all but texts itself, whatever the values",
    {tags: ["long"]},
    async () => {
      const row = fc.record(
        {a: value, 'odd ke\'y "x"': value, c: value, at: fc.nat(1)},
        {requiredKeys: ["a"]}
      );
      await fc.assert(
        fc.asyncProperty(
          fc.array(row, {minLength: 1, maxLength: 30}),
          fc.nat(TIMES.length - 1),
          fc.boolean(),
          async (rows, form, packed) => {
            const lines = rows.map((one) =>
              JSON.stringify({...one, at: one.at === undefined ? undefined : TIMES[form]![one.at]})
            );
            const half = lines.length >> 1;
            const texts = [lines.slice(0, half), lines.slice(half)].filter(({length}) => length > 0);
            const {ours, theirs} = await bothReadings(
              texts.map((part) => part.join("\n") + "\n"),
              form in EXACT,
              packed
            );
            expect(ours).toEqual(theirs);
          }
        ),
        {numRuns: 30}
      );
    }
  );

  it("names all types, and takes for dates and moments what rows show as it is written", async () => {
    for (const [i, times] of TIMES.entries()) {
      const text = times.map((at, n) => JSON.stringify({n, at})).join("\n");
      const {named, ours, theirs} = await bothReadings([text], i in EXACT);
      expect(ours).toEqual(theirs);
      expect(named).toContain("columns =");
      expect(ours.columns[1]!.type).toBe(EXACT[i] ?? "VARCHAR");
    }
  });
});
