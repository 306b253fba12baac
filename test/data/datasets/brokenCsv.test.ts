// @module-tag long
import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {gzipSync} from "node:zlib";
import {describe, expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {csvRecords} from "../../../src/data/datasets/sources/csvRecords.js";
import {openStore, sqlString} from "../../../src/base/store/index.js";
import {datasetDir} from "../../support/folders.js";
import fc from "../../support/property.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const fromFile = (files: string | string[], more: object = {}) =>
  defineDataset({name: "set", source: {kind: "files", files, ...more}});

/** A pull of this text: its rows in the order of their ids, the lines left out, and those listed beside the version. */
async function pulled(text: string | Buffer, {skipBad = false, name = "rows.csv", ...more}: Given = {}) {
  const workspace = await temporaryWorkspace();
  writeFileSync(join(workspace.project, name), text);
  const {version, skipped = []} = await pull(workspace, fromFile(name, more), {skipBad});
  const store = await openStore(workspace);
  const columns = version.columns.map((column) => `"${column.name}"`).join(", ");
  const rows = await store.rows<Record<string, unknown>>(`select ${columns} from "set" order by id`);
  const list = join(datasetDir(workspace, "set", version.id), "rejects.parquet");
  const listed = skipped.length
    ? await store.rows<{line: number}>(
        `select line::int as line from read_parquet(${sqlString(list)}) order by 1`
      )
    : [];
  store.close();
  return {version, rows, skipped, listed: listed.map(({line}) => line)};
}
interface Given {
  skipBad?: boolean;
  name?: string;
  columns?: Record<string, string>;
}

const refusal = (text: string | Buffer, given: Given = {}) =>
  pulled(text, given).then(
    () => "pulled",
    (error: Error) => error.message
  );

const row = (n: number) => (n % 17 === 0 ? `${n},"text, ${n}",bug` : `${n},text ${n},bug`);
const many = Array.from({length: 300}, (_, i) => row(i + 1));

describe("a quote that is never closed", () => {
  const text = ["id,text,queue", row(1), '2,"The price of Quill,billing', ...many.slice(2)].join("\n") + "\n";

  it("takes no other row with it when bad lines are left out, to the next quote or to the end", async () => {
    for (const [of, bytes, name] of [
      [300, text, "rows.csv"],
      [300, gzipSync(text), "rows.csv.gz"],
      [5, text.split("\n").slice(0, 6).join("\n"), "rows.csv"]
    ] as const) {
      const {rows, skipped, listed} = await pulled(bytes, {skipBad: true, name});
      expect(rows.map(({id}) => id)).toEqual([1, ...Array.from({length: of - 2}, (_, i) => i + 3)]);
      expect([skipped.map(({line, until}) => [line, until]), listed]).toEqual([[[3, undefined]], [3]]);
    }
  });

  it("is named by its line when they are not", async () => {
    const refused = await refusal(text);
    expect(refused).toContain("rows.csv line 3: a quote is not closed");
    expect(refused.match(/ lines? \d/g)).toHaveLength(1);
  });

  it("does not hide others, nor lines that are broken otherwise", async () => {
    const lines = ["id,text,queue", ...many];
    lines[2] = '2,"The price,bug';
    lines[9] = '9,"and another,bug';
    lines[12] = "12,too few";
    const {rows, skipped} = await pulled(lines.join("\r\n"), {skipBad: true});
    expect(skipped.map(({line}) => line)).toEqual([3, 10, 13]);
    expect(rows).toHaveLength(297);
  });

  it("makes a .zst file be refused, where the lines it takes cannot be told", async () => {
    const workspace = await temporaryWorkspace();
    const store = await openStore(workspace);
    const [plain, packed] = ["plain.txt", "rows.csv.zst"].map((name) => join(workspace.project, name));
    writeFileSync(plain!, text);
    await store.run(
      `copy (select column0 from read_csv(${sqlString(plain!)}, columns = {column0: 'VARCHAR'}, auto_detect = false, header = false, delim = '\u0001', quote = '', escape = '')) to ${sqlString(packed!)} (format csv, header false, compression zstd, delimiter '\u0001', quote '', escape '')`
    );
    store.close();
    await expect(pull(workspace, fromFile("rows.csv.zst"), {skipBad: true})).rejects.toThrow(
      /rows\.csv\.zst line 3: a quote is not closed.*unpack the file/
    );
  });
});

describe("a broken record of several lines", () => {
  const text = 'id,text\n1,a\n2,"two\nlines, and\nmore",x,y\n3,"b"c\nd"\n4,e\n';

  it("is named and counted with all its lines, and no part of it becomes a row", async () => {
    const {version, rows, skipped, listed} = await pulled(text, {skipBad: true});
    expect(skipped.map(({line, until}) => [line, until])).toEqual([
      [3, 5],
      [6, undefined],
      [7, undefined]
    ]);
    expect([listed, version.source.skippedLines]).toEqual([[3, 4, 5, 6, 7], 5]);
    expect(rows.map(({id}) => id)).toEqual([1, 4]);
    expect(await refusal(text)).toContain("rows.csv lines 3 to 5: 4 values where the header has 2");
  });

  it("that is not UTF-8 too", async () => {
    const bytes = Buffer.from('id,text\n1,a,b\n2,"two\nl\xefnes"\n3,c\n', "latin1");
    const {rows, skipped} = await pulled(bytes, {skipBad: true});
    expect(skipped.map(({line, until, reason}) => [line, until, reason])).toEqual([
      [2, undefined, "3 values where the header has 2"],
      [3, 4, "not UTF-8"]
    ]);
    expect(rows).toHaveLength(1);
  });
});

describe("a CSV whose lines end in different ways", () => {
  const plain = 'id,text\n1,"a\r\nb"\n2,"c\nd"\n3,e\n';
  const mixed = 'id,text\r\n1,"a\r\nb"\r\n2,"c\nd"\n3,e\n';

  it("is read as it would be with one end, and keeps the ends within quotes", async () => {
    const {version, rows} = await pulled(plain);
    expect(rows.map(({text}) => text)).toEqual(["a\r\nb", "c\nd", "e"]);
    for (const given of [
      {},
      {skipBad: true},
      {columns: {id: "BIGINT", text: "VARCHAR"}},
      {name: "r.csv.gz"}
    ]) {
      const bytes = "name" in given ? gzipSync(mixed) : mixed;
      expect((await pulled(bytes, given)).version.id).toBe(version.id);
    }
    expect((await pulled(mixed.replace("\n3", "\r3"))).version.id).toBe(version.id);
  });

  it("far beyond a sample is read, and its broken lines are named", async () => {
    const lines = Array.from({length: 50_000}, (_, i) => `${i},text\r\n`).join("");
    expect((await pulled(`id,text\r\n${lines}x,y\n`)).version.rows).toBe(50_001);
    expect(await refusal(`id,text\r\n${lines}x,y,z\n`)).toContain("rows.csv line 50002: 3 values");
    const {skipped, version} = await pulled(`id,text\r\n${lines}x,y,z\n`, {skipBad: true});
    expect([skipped.map(({line}) => line), version.rows]).toEqual([[50_002], 50_000]);
  });
});

describe("a CSV that is not UTF-8", () => {
  it("is refused with its name and the first such line", async () => {
    expect(await refusal(Buffer.from("id,text\n1,a\n2,caf\xe9\n", "latin1"))).toMatch(
      /rows\.csv line 3: not UTF-8/
    );
  });
  it("in its header too", async () => {
    expect(await refusal(Buffer.from("id,caf\xe9\n1,a\n", "latin1"))).toMatch(/rows\.csv line 1: not UTF-8/);
  });
});

describe("broken lines", () => {
  it("are shown up to 20 and all counted", async () => {
    const csv = await refusal(`a,b\n1,2\n${"3\n".repeat(50)}`);
    const json = await refusal(`{"a": 1}\n${"no\n".repeat(50)}`, {name: "rows.jsonl"});
    for (const refused of [csv, json]) {
      const shown = refused.match(/ line \d+:/g)!.length;
      expect(shown).toBeLessThanOrEqual(20);
      expect(refused).toContain(`; and ${50 - shown} more lines. No version was made`);
    }
  });
});

describe("records of CSV", () => {
  it("are the same however the bytes come in chunks", async () => {
    const piece = fc.constantFrom('"', ",", "\n", "\r\n", "\r", "a", " ", "é", '""', '"a"', "1,2\n");
    const records = async (chunks: Buffer[]) => {
      async function* source() {
        yield* chunks;
      }
      const found = [];
      for await (const {content, ...one} of csvRecords(source(), ",", 2))
        found.push({...one, content: content.toString("latin1")});
      return found;
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, {maxLength: 60}),
        fc.integer({min: 1, max: 9}),
        async (parts, size) => {
          const bytes = Buffer.from(parts.join(""));
          const chunks = Array.from({length: Math.ceil(bytes.length / size)}, (_, i) =>
            bytes.subarray(i * size, (i + 1) * size)
          );
          const whole = await records([bytes]);
          expect(await records(chunks)).toEqual(whole);
          expect(whole.map(({content, end}) => content + end).join("")).toBe(bytes.toString("latin1"));
        }
      )
    );
  });
});
