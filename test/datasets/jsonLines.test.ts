import fc from "../support/property.js";
import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {gzipSync} from "node:zlib";
import {describe, expect, it} from "vitest";
import {describeColumns} from "../../src/datasets/rowQuery.js";
import {jsonLines} from "../../src/datasets/sources/jsonLines.js";
import {openDatabase, sqlString} from "../../src/store/index.js";
import {temporaryWorkspace} from "../support/temporaryWorkspace.js";

const TIMES = [
  ["2026-01-02 03:04:05", "2025-12-31 23:59:59"],
  ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.5Z"],
  ["2026-01-02T03:04:05+02:00", "2026-01-02T03:04:05-11:30"],
  ["2026-01-02", "1999-12-31"],
  ["31-01-2026", "01-02-2026"],
  ["01-31-2026", "02-01-2026"],
  ["26-01-02", "25-12-31"],
  ["01-31-2026 03:04:05 PM", "02-01-2026 01:00:00 AM"],
  ["2026-01-02T03:04:05Z", "soon"]
];

async function bothReadings(texts: readonly string[], packed = false) {
  const {tmpDir} = await temporaryWorkspace();
  const files = texts.map((text, i) => {
    const file = join(tmpDir, `${i}.jsonl${packed ? ".gz" : ""}`);
    writeFileSync(file, packed ? gzipSync(text) : text);
    return file;
  });
  const db = await openDatabase({tmpDir});
  const named = await jsonLines(db, files, 1 << 24);
  const plain = `read_json([${files.map(sqlString).join(", ")}], format = 'newline_delimited', records = true, sample_size = -1, union_by_name = true)`;
  const read = async (relation: string) => ({
    columns: await describeColumns(db, `select * from ${relation}`),
    rows: (await db.rows<{j: string}>(`select to_json(t)::varchar as j from ${relation} t`)).map(({j}) => j)
  });
  const found = {named, ours: await read(named), theirs: await read(plain)};
  db.close();
  return found;
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

  it("reads as DuckDB reads it when left to find the types itself, whatever the values", async () => {
    const row = fc.record({a: value, 'odd ke\'y "x"': value, c: value, at: fc.nat(1)}, {requiredKeys: ["a"]});
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, {minLength: 1, maxLength: 30}),
        fc.constantFrom(...TIMES),
        fc.boolean(),
        async (rows, times, packed) => {
          const lines = rows.map((one) =>
            JSON.stringify({...one, at: one.at === undefined ? undefined : times[one.at]})
          );
          const half = lines.length >> 1;
          const texts = [lines.slice(0, half), lines.slice(half)].filter(({length}) => length > 0);
          const {ours, theirs} = await bothReadings(
            texts.map((part) => part.join("\n") + "\n"),
            packed
          );
          expect(ours).toEqual(theirs);
        }
      ),
      {numRuns: 60}
    );
  });

  it("names the types of plain values and of ISO times, and leaves dates of other forms to DuckDB", async () => {
    for (const [i, times] of TIMES.entries()) {
      const text = times.map((at, n) => JSON.stringify({n, at})).join("\n");
      const {named, ours, theirs} = await bothReadings([text]);
      expect(ours).toEqual(theirs);
      expect(named.includes("columns =")).toBe(
        [0, 1, 2, 3, 8].includes(i) || !/DATE|TIME/.test(ours.columns[1]!.type)
      );
    }
  });
});
