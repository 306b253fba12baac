// @module-tag long
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {defineDataset, exportVersion, importVersion, pull, purge} from "../../../src/data/datasets/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {openDatabase, openStore, type Workspace} from "../../../src/base/store/index.js";
import {datasetDir} from "../../support/folders.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const numbers = (more: object = {}) =>
  defineDataset({
    name: "numbers",
    id: "id",
    text: "text",
    source: {kind: "files", files: "numbers.parquet"},
    ...more
  });

/** Forty rows whose ids have a type, and whose texts have a mark. */
async function write(workspace: Workspace, type: string, {mark = "", from = "range(1, 41)"} = {}) {
  const db = await openDatabase({tmpDir: workspace.tmpDir});
  const file = join(workspace.project, "numbers.parquet");
  await db.run(
    `copy (select range::${type} as id, 'text ' || range || '${mark}' as text from ${from}) to '${file}' (format parquet)`
  );
  db.close();
}

async function open(workspace: Workspace): Promise<string[]> {
  const store = await openStore(workspace);
  const rows = await store.rows<{row_id: string}>("select row_id from numbers order by text");
  store.close();
  return rows.map(({row_id: id}) => id);
}

async function heldOut(workspace: Workspace, more: object = {}): Promise<number> {
  const {version} = await pull(workspace, numbers(more));
  const store = await openStore(workspace);
  await ensureSplit(store, version, {strategy: "random", test: 0.3, validation: 0, heldOut: 0.4});
  store.close();
  return 40 - (await open(workspace)).length;
}

/** As a version of before has them. */
async function writeAsBefore(workspace: Workspace, version: string): Promise<void> {
  const db = await openDatabase({tmpDir: workspace.tmpDir});
  const file = join(datasetDir(workspace, "numbers", version), "rows.parquet");
  await db.run(
    `create temp table changed as select * replace (id::double::varchar as row_id) from read_parquet('${file}')`
  );
  await db.run(`copy changed to '${file}' (format parquet)`);
  db.close();
}

describe("ids that are numbers", () => {
  it("are the same texts when whole numbers are read as DOUBLE, so that what is held out or erased stays so", async () => {
    const workspace = await temporaryWorkspace();
    await write(workspace, "BIGINT");
    const n = await heldOut(workspace);
    expect(n).toBeGreaterThan(5);
    const seen = await open(workspace);
    await purge(workspace, "numbers", {where: `id = ${seen[0]!}`, reason: "asked"});
    for (const [type, mark] of [
      ["DOUBLE", "!"],
      ["FLOAT", "?"],
      ["VARCHAR", "!!"],
      ["DOUBLE", "."]
    ] as const) {
      await write(workspace, type, {mark});
      await pull(workspace, numbers());
      expect((await open(workspace)).sort()).toEqual(seen.slice(1).sort());
    }
  });

  it("keep fractions, and the texts that the versions of a dataset have", async () => {
    const workspace = await temporaryWorkspace();
    await write(workspace, "DOUBLE", {from: "(select range / 2 as range from range(1, 41))"});
    const {version} = await pull(workspace, numbers());
    expect((await open(workspace)).slice(0, 3).sort()).toEqual(["0.5", "1", "1.5"]);
    await writeAsBefore(workspace, version.id);
    await write(workspace, "DOUBLE", {from: "(select range / 2 as range from range(1, 42))"});
    expect((await pull(workspace, numbers())).version.changes).toEqual({added: 1, removed: 0, changed: 0});
    expect((await open(workspace)).slice(0, 3).sort()).toEqual(["0.5", "1.0", "1.5"]);
    await write(workspace, "BIGINT", {mark: "!", from: "range(1, 21)"});
    expect((await pull(workspace, numbers())).version.changes).toEqual({added: 0, removed: 21, changed: 20});
    expect((await open(workspace)).slice(0, 2).sort()).toEqual(["1.0", "10.0"]);
    await write(workspace, "DOUBLE", {mark: "?", from: "range(20, 22)"});
    expect((await pull(workspace, numbers({append: true}))).version).toMatchObject({
      rows: 21,
      changes: {added: 1, removed: 0}
    });
  });

  it("name their column, and stay what they are in a copy, in either form", async () => {
    for (const before of [false, true]) {
      const [workspace, other] = [await temporaryWorkspace(), await temporaryWorkspace()];
      await write(workspace, "DOUBLE");
      const {version} = await pull(workspace, numbers());
      if (before) await writeAsBefore(workspace, version.id);
      const store = await openStore(workspace);
      await ensureSplit(store, version, {strategy: "random", test: 0.3, validation: 0, heldOut: 0.4});
      store.close();
      const seen = await open(workspace);
      const out = join(workspace.project, "out");
      const folder = await exportVersion(workspace, version, out, {withHeldOut: true, why: "copy"});
      await importVersion(other, "numbers", version.id, folder);
      expect(await open(other)).toEqual(seen);
      await write(workspace, "DOUBLE", {mark: "!"});
      await pull(workspace, numbers());
      expect(await open(workspace)).toEqual(seen);
    }
  });

  it("that are written otherwise, or are all new, are refused where rows are held out", async () => {
    const workspace = await temporaryWorkspace();
    await write(workspace, "BIGINT");
    const n = await heldOut(workspace);
    const refused = /under new ids, and would be open\. No version was made/;
    const from = "(select '0' || range as range, range as n from range(1, 41))";
    await write(workspace, "VARCHAR", {mark: "!", from});
    await expect(pull(workspace, numbers())).rejects.toThrow(refused);
    await write(workspace, "BIGINT");
    const moved = numbers({sql: "select id + 1000 as id, text, 1 as more from source"});
    await expect(pull(workspace, moved)).rejects.toThrow(refused);
    await pull(workspace, numbers({sql: "select * from source where id > 20"}));
    expect((await open(workspace)).length).toBeLessThan(20);
    await pull(workspace, numbers({sql: "select id + 1000 as id, 'other ' || text as text from source"}));
    expect(n).toBeGreaterThan(5);
  });
});
