import {describe, expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {openDatabase, openStore} from "../../../src/base/store/index.js";
import {viewed} from "../../../src/base/store/viewed.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

/** A viewed database that counts how often it was opened and had its views made; view `v` says the latter. */
function counted(fails: () => boolean = () => false) {
  const counts = {opened: 0, made: 0};
  const db = viewed(
    () => {
      counts.opened++;
      return openDatabase();
    },
    async (opened) => {
      const made = ++counts.made;
      if (fails()) throw new Error("a file is missing");
      await opened.run(`create or replace view v as select ${made} as made`);
    }
  );
  return {db, counts};
}

describe("viewed", () => {
  it("opens at the first statement, once, and makes views again only behind a refresh", async () => {
    const {db, counts} = counted();
    db.refresh();
    await db.trim();
    expect(counts).toEqual({opened: 0, made: 0});
    const both = await Promise.all([db.row("from v"), db.rows("from v")]);
    expect(both).toEqual([{made: 1}, [{made: 1}]]);
    expect(counts).toEqual({opened: 1, made: 1});
    db.refresh();
    db.refresh();
    expect(counts.made).toBe(1);
    const seen: unknown[] = [];
    for await (const batch of db.batches("from v")) seen.push(...batch);
    for await (const [made] of db.columns("from v")) seen.push(...made!);
    expect(seen).toEqual([{made: 2}, 2]);
    expect(await db.countStatements("select 1; select 2")).toBe(2);
    expect(counts).toEqual({opened: 1, made: 2});
    db.close();
  });

  it("never shows views of an earlier look behind those of a later one", async () => {
    const {db} = counted();
    const first = db.row("from v");
    db.refresh();
    const second = db.row("from v");
    expect(await second).toEqual({made: 2});
    await first;
    expect(await db.row("from v")).toEqual({made: 2});
    db.close();
  });

  it("fails at each statement as long as views cannot be made", async () => {
    let missing = true;
    const {db, counts} = counted(() => missing);
    await expect(db.run("select 1")).rejects.toThrow("a file is missing");
    await expect(db.row("from v")).rejects.toThrow("a file is missing");
    missing = false;
    expect(await db.row("from v")).toEqual({made: 3});
    expect(counts.opened).toBe(1);
    db.close();
  });

  it("takes no statement when it is closed, and closes what was being opened", async () => {
    const {db, counts} = counted();
    const row = db.row("from v");
    db.close();
    await expect(row).rejects.toThrow("closed");
    const other = counted();
    other.db.close();
    await expect(other.db.row("from v")).rejects.toThrow("closed");
    expect([counts.opened, other.counts.opened]).toEqual([0, 0]);
  });
});

describe("a store's views", () => {
  it("are of what was there when it was opened, and with what came since behind a refresh", async () => {
    const workspace = await temporaryWorkspace();
    const [asOpened, refreshed] = [await openStore(workspace), await openStore(workspace)];
    const rows = {kind: "rows", rows: () => [{id: "a"}]} as const;
    await pull(workspace, defineDataset({name: "letters", source: rows, id: "id"}));
    refreshed.refresh();
    expect(await refreshed.rows("select id from letters")).toEqual([{id: "a"}]);
    expect(await asOpened.tables()).not.toContain("letters");
    asOpened.refresh();
    expect(await asOpened.tables()).toContain("letters");
    asOpened.close();
    refreshed.close();
  });
});
