import {createReadStream, existsSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {spawnSync} from "node:child_process";
import {describe, expect, it} from "vitest";
import {checkName} from "../../../src/base/validation/index.js";
import {
  canonicalJson,
  hashJson,
  insideFolder,
  readJson,
  refusedByMachine,
  sweepTemporary,
  temporaryPath,
  writeAtomic,
  writeJsonAtomic
} from "../../../src/base/system/index.js";
import {
  openDatabase,
  openStore,
  openWorkspace,
  parquetFile,
  readNdjson,
  writeNdjson,
  writeParquetLines,
  writeParquetRows
} from "../../../src/base/store/index.js";
import {temporaryProject, temporaryWorkspace} from "../../support/temporaryWorkspace.js";
import {runDir} from "../../support/folders.js";

describe("writeAtomic", () => {
  it("keeps the old file and leaves nothing behind when writing fails half-way", async () => {
    const folder = await temporaryProject();
    const path = join(folder, "a.json");
    await writeJsonAtomic(path, {a: 1});
    await expect(
      writeAtomic(path, async (temporary) => {
        writeFileSync(temporary, "half");
        throw new Error("disk full");
      })
    ).rejects.toThrow("disk full");
    expect(await readJson(path)).toEqual({a: 1});
    expect(readdirSync(folder)).toEqual(["a.json"]);
  });

  it("names the file that was to be written where the system names the hidden one, or none", async () => {
    const path = join(await temporaryProject(), "a.json");
    const refused = (write: (temporary: string) => Promise<void>) =>
      writeAtomic(path, write).then(
        () => expect.unreachable("it was written"),
        (error: NodeJS.ErrnoException) => error
      );
    const hidden = await refused(async (temporary) => writeFileSync(join(temporary, "b"), ""));
    expect(hidden).toMatchObject({code: "ENOENT", path: join(path, "b")});
    expect(hidden.message).not.toMatch(/[0-9a-f]{8}\.tmp/);
    const full = Object.assign(new Error("ENOSPC: no space left on device, write"), {
      code: "ENOSPC",
      syscall: "write"
    });
    expect(await refused(() => Promise.reject(full))).toMatchObject({path});
    const duckdb = await refused(async (temporary) => {
      throw new Error(`IO Error: Could not write file "${temporary}": No space left on device`);
    });
    expect(refusedByMachine(duckdb)).toMatch(`${path}: The disk is full`);
    const other = Object.assign(new Error("EISDIR: read"), {code: "EISDIR", syscall: "read"});
    expect(await refused(() => Promise.reject(other))).not.toHaveProperty("path");
    const stopped = AbortSignal.abort().reason as Error;
    expect(await refused(() => Promise.reject(stopped))).toBe(stopped);
  });

  it("names a broken JSON file, and takes a missing one for undefined", async () => {
    const path = join(await temporaryProject(), "a.json");
    expect(await readJson(path)).toBeUndefined();
    writeFileSync(path, "{");
    await expect(readJson(path)).rejects.toThrow(`${path} is not valid JSON`);
  });
});

describe("sweepTemporary", () => {
  it("removes what dead processes left half-written and nothing else", async () => {
    const folder = await temporaryProject();
    const {pid} = spawnSync(process.execPath, ["-e", ""]);
    const mine = temporaryPath(join(folder, "rows.parquet"));
    const dead = mine.replace(`.${process.pid}.`, `.${pid}.`);
    for (const path of [mine, dead, join(folder, "kept.tmp")]) writeFileSync(path, "x");
    await sweepTemporary(folder);
    expect([mine, dead, join(folder, "kept.tmp")].map((path) => existsSync(path))).toEqual([
      true,
      false,
      true
    ]);
  });
});

describe("canonicalJson", () => {
  it("is the same text for equal values, whatever the order of their keys", () => {
    expect(canonicalJson({b: [{d: 1, c: 2}], a: undefined})).toBe('{"b":[{"c":2,"d":1}]}');
    expect(hashJson({a: 1, b: {c: 2, d: 3}})).toBe(hashJson({b: {d: 3, c: 2}, a: 1}));
    expect(hashJson([1, 2])).not.toBe(hashJson([2, 1]));
  });

  it("refuses numbers that JSON would turn into null", () => {
    for (const value of [NaN, Infinity]) expect(() => canonicalJson({value})).toThrow(/not a JSON number/);
  });
});

describe("names", () => {
  it("that would leave their folder are refused", async () => {
    const workspace = await temporaryWorkspace();
    for (const name of ["../x", "a/b", "", ".hidden", "a..b", "/etc", "a\u0000b", "x".repeat(129)]) {
      expect(() => checkName("run", name)).toThrow(/cannot be a folder's name/);
      expect(() => runDir(workspace, name)).toThrow(/cannot be a folder's name/);
    }
    expect(() => insideFolder(workspace.dir, "..", "other")).toThrow(/leaves the folder/);
    expect(runDir(workspace, "mails-2.1_b")).toBe(join(workspace.dir, "runs", "mails-2.1_b"));
  });
});

describe("openWorkspace", () => {
  it("refuses a store written with another schema and says what to do", async () => {
    const project = await temporaryProject();
    await openWorkspace(project, ".assay");
    writeFileSync(
      join(project, ".assay", "workspace.json"),
      JSON.stringify({kind: "workspace", schemaVersion: 2})
    );
    await expect(openWorkspace(project, ".assay")).rejects.toThrow(
      /store schema 2; this Assay reads 1. Use the version/
    );
    expect(readFileSync(join(project, ".assay", "workspace.json"), "utf8")).toContain("2");
  });
});

describe("a Parquet file of rows", () => {
  it("is written by way of files that are swept when the writer is killed", async () => {
    const folder = await temporaryProject();
    const db = await openDatabase();
    async function* rows() {
      yield {a: 1};
      await expect.poll(() => readdirSync(folder).length).toBeGreaterThan(0);
      for (const name of readdirSync(folder)) expect(name).toMatch(/\.\d+\.[0-9a-f]{8}\.tmp$/);
    }
    await writeParquetRows(db, join(folder, "rows.parquet"), {a: "BIGINT"}, rows());
    expect(readdirSync(folder)).toEqual(["rows.parquet"]);
    db.close();
  });
});

describe("openStore", () => {
  it("refuses a manifest of another schema or kind, names the file, and reads nothing from it", async () => {
    const workspace = await temporaryWorkspace();
    const path = join(runDir(workspace, "words-0123456789ab"), "manifest.json");
    for (const manifest of [{kind: "run", schemaVersion: 2}, {kind: "split", schemaVersion: 1}, {}]) {
      await writeJsonAtomic(path, manifest);
      await expect(openStore(workspace)).rejects.toThrow(
        new RegExp(
          `words-0123456789ab.manifest.json (is a|does not say what it is).*this Assay reads a run of schema 1. Use the Assay`
        )
      );
    }
  });

  it("has every view with its columns before anything was pulled or run", async () => {
    const store = await openStore(await temporaryWorkspace());
    for (const view of ["runs", "items", "completions", "scores", "versions", "splits", "parts", "models"])
      expect(await store.rows(`select * from ${view}`)).toEqual([]);
    expect(await store.rows("select count(cost_usd)::int as n from completions")).toEqual([{n: 0}]);
    store.close();
  });

  it("gives plain numbers, ISO times and nested values, streamed or at once", async () => {
    const store = await openStore(await temporaryWorkspace());
    const query =
      "select 9007199254740993::bigint as big, count(*) as n, timestamp '2026-01-02 03:04:05' as t, [1, 2] as l, {'a': 1} as s from range(3)";
    const expected = {big: "9007199254740993", n: 3, t: "2026-01-02T03:04:05.000Z", l: [1, 2], s: {a: 1}};
    expect(await store.rows(query)).toEqual([expected]);
    const streamed: object[] = [];
    for await (const batch of store.batches(query)) streamed.push(...batch);
    expect(streamed).toEqual([expected]);
    store.close();
  });

  it("streams a large result in order while other statements run on the same store", async () => {
    const store = await openStore(await temporaryWorkspace());
    let next = 0;
    for await (const batch of store.batches<{n: number}>("select range as n from range(10000)")) {
      expect(await store.row("select 1 as one")).toEqual({one: 1});
      for (const {n} of batch) expect(n).toBe(next++);
    }
    expect(next).toBe(10_000);
    store.close();
  });

  it("read with the memory that their lines take, long ones too", async () => {
    const folder = await temporaryProject();
    const db = await openDatabase({memoryLimit: "150MB", tmpDir: folder});
    try {
      for (const length of [1, 6 << 20]) {
        const path = join(folder, `${length}.ndjson`);
        const {longest} = await writeNdjson(path, [{text: "ü"}, {text: "x".repeat(length)}]);
        const read = readNdjson(path, {text: "VARCHAR"}, longest);
        expect(await db.rows(`select strlen(text)::double as n from ${read}`)).toEqual([{n: 2}, {n: length}]);
        const lines = createReadStream(path, {highWaterMark: 1000});
        const parquet = join(folder, `${length}.parquet`);
        await writeParquetLines(db, parquet, {text: "VARCHAR"}, lines);
        expect(await db.row(`select max(strlen(text))::double as n from ${parquetFile(parquet)}`)).toEqual({
          n: Math.max(2, length)
        });
      }
    } finally {
      db.close();
    }
  });

  it("writes Parquet with exactly the columns asked for, absent members null", async () => {
    const store = await openStore(await temporaryWorkspace());
    const file = join(store.workspace.tmpDir, "it's.parquet");
    expect(await writeParquetRows(store, file, {a: "VARCHAR", b: "DOUBLE"}, [{a: "x", c: 1}, {b: 0.1}])).toBe(
      2
    );
    expect(await store.rows(`select * from read_parquet('${file.replace("'", "''")}')`)).toEqual([
      {a: "x", b: null},
      {a: null, b: 0.1}
    ]);
    expect(readdirSync(store.workspace.tmpDir)).toEqual(["it's.parquet"]);
    store.close();
  });
});
