import {appendFileSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {openAppendLog} from "../../../../src/evals/runner/journal/appendLog.js";
import {logAsParquet} from "../../../../src/evals/runner/tables/logs.js";
import {openDatabase} from "../../../../src/base/store/index.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";

const linesOf = (path: string) =>
  readFileSync(path, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as {seq: number; n: number});

describe("openAppendLog", () => {
  it("has a line in the file when append resolves, in the order of the calls", async () => {
    const path = join(await temporaryProject(), "log.ndjson");
    const log = await openAppendLog(path);
    const appended = [0, 1, 2].map((n) => log.append({n}));
    log.push({n: 3});
    await Promise.all(appended);
    expect(linesOf(path).map(({n}) => n)).toEqual([0, 1, 2, 3]);
    log.push({n: 4});
    log.flush();
    expect(linesOf(path).map(({n}) => n)).toEqual([0, 1, 2, 3, 4]);
    await log.close();
    await log.close();
  });

  it("cuts off a torn last line, however long, and numbers on above all earlier lines", async () => {
    const path = join(await temporaryProject(), "log.ndjson");
    const first = await openAppendLog(path);
    for (let n = 0; n < 5; n++) await first.append({n});
    await first.close();
    appendFileSync(path, `{"seq":9,"output":"${"x".repeat(200_000)}`);
    const second = await openAppendLog(path);
    await second.append({n: 5});
    await second.close();
    const lines = linesOf(path);
    expect(lines.map(({n}) => n)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(lines.every(({seq}, index) => index === 0 || seq > lines[index - 1]!.seq)).toBe(true);
  });

  it("keeps a last line that lacks only its line break, and cuts it when one character more is missing", async () => {
    const path = join(await temporaryProject(), "log.ndjson");
    for (const [missing, kept] of [
      [1, [0, 1, 2]],
      [2, [0, 2]]
    ] as const) {
      const first = await openAppendLog(path);
      await first.append({n: 0});
      await first.append({n: 1});
      await first.close();
      writeFileSync(path, readFileSync(path).subarray(0, -missing));
      const second = await openAppendLog(path);
      await second.append({n: 2});
      await second.close();
      expect(linesOf(path).map(({n}) => n)).toEqual(kept);
      rmSync(path);
    }
  });

  it("has every record whole: without members, of many bytes a character, and longer than what is held back", async () => {
    const path = join(await temporaryProject(), "log.ndjson");
    const log = await openAppendLog(path);
    const texts = [
      "",
      "x",
      "é".repeat(90_000),
      "😀".repeat(45_000),
      "漢".repeat(87_000),
      "x".repeat(600_000),
      "y"
    ];
    log.push({});
    for (const text of texts) log.push({text});
    await log.append({});
    await log.close();
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual(
      [{}, ...texts.map((text) => ({text})), {}].map((record, seq) => ({seq, ...record}))
    );
  });

  it("keeps a line with half a surrogate pair, as DuckDB reads it", async () => {
    const path = join(await temporaryProject(), "log.ndjson");
    const log = await openAppendLog(path);
    for (const output of ["whole 😀", "half \ud83d.", "\udc00", "\\ud83d in words"])
      await log.append({output});
    await log.close();
    const db = await openDatabase();
    try {
      const relation = await logAsParquet(db, path, {output: "VARCHAR"}, `${path}.parquet`);
      expect(await db.rows(`select output from ${relation}`)).toEqual(
        ["whole 😀", "half \ufffd.", "\ufffd", "\\ud83d in words"].map((output) => ({output}))
      );
    } finally {
      db.close();
    }
  });

  it("empties a file that holds nothing but a torn line", async () => {
    const path = join(await temporaryProject(), "log.ndjson");
    writeFileSync(path, '{"seq":0,"n":');
    const log = await openAppendLog(path);
    await log.close();
    expect(readFileSync(path, "utf8")).toBe("");
  });

  it.skipIf(process.platform !== "linux")(
    "refuses every line after the file could not be written",
    async () => {
      const log = await openAppendLog("/dev/full");
      await expect(log.append({n: 0})).rejects.toThrow(/ENOSPC/);
      expect(() => log.push({n: 1})).toThrow(/ENOSPC/);
      await expect(log.close()).rejects.toThrow(/ENOSPC/);
    }
  );
});
