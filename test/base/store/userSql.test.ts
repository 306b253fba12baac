import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {defineDataset, pull, purge, tombstones} from "../../../src/data/datasets/index.js";
import {type Database, openDatabase, userCondition, userQuery} from "../../../src/base/store/index.js";
import {rowsVerb} from "../../../src/cli/data/rows.js";
import {sqlVerb} from "../../../src/cli/store/sql.js";
import {printed} from "../../support/printed.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const folder = mkdtempSync(join(tmpdir(), "assay-sql-"));
const file = join(folder, "taken.csv");

/** Texts that are more than a condition, or read more than the row. */
const ATTACKS = [
  `true); copy (select 'x') to '${file}'; select (true`,
  `true; copy (select 'x') to '${file}'`,
  `true) or (true`,
  "true) --",
  "true -- ) \n) union all select (1",
  "true /*",
  "true) limit 1 offset (0",
  "true order by 1",
  "true limit 1",
  "distinct true",
  "true as x",
  "true x",
  "true, false",
  "*",
  "",
  "  ",
  "true group by 1",
  "true from mails",
  "true union select true",
  "exists (select * from read_text('/etc/hostname'))",
  "exists (from read_csv('/etc/hostname'))",
  "exists (from glob('/*'))",
  "exists (from query('select 1'))",
  "exists (from query_table('mails'))",
  "exists (from '/etc/hostname.csv')",
  `exists (with "/x.parquet" as (select 1) from "/x.parquet")`,
  "exists (from erased)",
  "exists (from elsewhere.main.t)",
  "exists (from enable_logging())",
  "exists (from duckdb_secrets())",
  "exists (from json_execute_serialized_sql('{}'))",
  "id in (insert into t values (1) returning id)",
  "drop table t",
  "$1; select 1",
  `"unclosed`,
  "'unclosed",
  "\u0000",
  "not ".repeat(20_000) + "true",
  "x".repeat(200_000)
];

describe("a person's condition", () => {
  let db: Database;
  beforeAll(async () => {
    db = await openDatabase();
    await db.run("create table t as select * from (values ('a', 1), ('b', 2), ('c; --', 3)) v(id, n)");
  });
  afterAll(() => db.close());

  it.each(ATTACKS.map((text) => [text.slice(0, 60), text]))("is not %j", async (_, text) => {
    const refused = await userCondition(db, text, {what: "--where"}).catch((error: Error) => error.message);
    expect(refused.slice(0, 100)).toMatch(/^--where /);
    expect(refused.length).toBeLessThan(1000);
    expect(existsSync(file)).toBe(false);
  });

  it.each([
    ["id = 'a'", 1],
    ["id = 'c; --'", 1],
    ["n > 1 or n is null -- the later ones", 2],
    ["n in (select max(n) from t)", 1],
    ["n between 1 and 2 and id ilike '%A%'", 1],
    ["len(list_filter([n], lambda x: x > 1)) = 1", 2],
    ["exists (select 1 from unnest([1, 2]) u(k) where k = n)", 2],
    ["(n = 1) or (n = 2)", 2]
  ])("may be %j, and what stands beside it holds", async (text, n) => {
    const condition = await userCondition(db, text, {what: "--where", tables: ["t"]});
    const found = await db.row<{n: number}>(`select count(*)::int as n from t where ${condition} and true`);
    expect(found).toEqual({n});
    expect(await db.rows(`select 1 from t where ${condition} and false`)).toEqual([]);
  });

  it("names what a query may do, and where it may read", async () => {
    const ask = (text: string) => userQuery(db, text, {what: "assay sql", tables: ["t"]});
    for (const text of ["from t;", "with x as (from t) select * from x ; ;", "describe t", "show tables"])
      expect(await db.rows(await ask(text))).not.toHaveLength(0);
    await expect(ask("copy t to 'x.csv'")).rejects.toThrow(/reads, and changes nothing/);
    await expect(ask("create table u as from t")).rejects.toThrow(/reads, and changes nothing/);
    await expect(ask("from t; from t")).rejects.toThrow(/one query at a time, not 2/);
    await expect(ask("from u")).rejects.toThrow(/"u", which is no table here. There are t/);
    await expect(ask("summarize '/etc/hosts.csv'")).rejects.toThrow(/no table here/);
    await expect(ask("selec 1")).rejects.toThrow(/syntax error/);
  });
});

const project = async () => {
  const workspace = await temporaryWorkspace();
  const rows = Array.from({length: 20}, (_, i) => ({id: `r${i}`, text: `text ${i}`, n: `${i}`}));
  rows[7]!.n = "secret words";
  const definition = defineDataset({name: "mails", id: "id", source: {kind: "rows", rows: () => rows}});
  const {version} = await pull(workspace, definition);
  mkdirSync(join(workspace.project, "data-loaders"));
  return {workspace, version, definition};
};

describe("SQL that is not only a filter", () => {
  it("erases nothing, writes nothing and leaves no tombstone in a purge", async () => {
    const {workspace} = await project();
    for (const where of ATTACKS.slice(0, 8))
      await expect(purge(workspace, "mails", {where, reason: "test"})).rejects.toThrow(/^--where /);
    for (const where of ["n::int > 3", "case when n = 'secret words' then error(text || n) end"]) {
      const refused = await purge(workspace, "mails", {where, reason: "test"}).catch((error: Error) => error);
      expect((refused as Error).message).toMatch(/cannot be worked out for every row .*Nothing was erased/);
      expect((refused as Error).message).not.toMatch(/secret words|text 7/);
    }
    await expect(purge(workspace, "mails", {where: "no_such = 1", reason: "test"})).rejects.toThrow(
      /not a condition over its columns/
    );
    expect(await tombstones(workspace, "mails")).toEqual([]);
    expect(existsSync(file)).toBe(false);
    expect(await purge(workspace, "mails", {where: "id = 'r3'", reason: "test"})).toMatchObject({rows: 1});
  });

  it("is refused in a definition before its source is read", async () => {
    const {workspace, definition} = await project();
    const more = `true); copy (select 1) to '${file}'; select (true`;
    let read = 0;
    const source = {kind: "rows" as const, rows: () => (read++, [{id: "a"}])};
    for (const [part, said] of [
      [{filters: {long: more}}, /mails: filter "long" must be one condition/],
      [{checks: {sound: more}}, /mails: check "sound" must be one condition/],
      [{earlier: [more]}, /mails: `earlier` 1 must be one condition/],
      [{sql: `select * from source; copy (select 1) to '${file}'`}, /mails: `sql` must be one query/],
      [{sql: `select 1) ; copy (select 1) to '${file}'; select (1`}, /mails: `sql` cannot be parsed/]
    ] as const)
      await expect(
        pull(workspace, {...definition, source, ...part} as unknown as typeof definition)
      ).rejects.toThrow(said);
    expect(read).toBe(0);
    expect(existsSync(file)).toBe(false);
    const sound = {sql: "select * from source -- all", checks: {some: "len(id) > 0 -- never empty"}};
    expect((await pull(workspace, {...definition, ...sound})).version.rows).toBe(20);
  });

  it("reads nothing but the store's tables in `assay sql` and `assay rows`", async () => {
    const {workspace, version} = await project();
    const stored = join(workspace.dir, "datasets", "mails", version.id, "rows.parquet");
    const before = readFileSync(stored);
    vi.stubEnv("ASSAY_PROJECT", workspace.project);
    const where = `true) limit 5; copy (select 1) to '${file}'; select (true`;
    for (const work of [
      ...[
        `copy (select 1) to '${stored}' (use_tmp_file false)`,
        `select * from read_parquet('${stored}')`,
        `from '${stored}'`,
        "set enable_external_access = true"
      ].map((query) => () => sqlVerb(query, {})),
      () => rowsVerb("mails", {where, limit: 20})
    ])
      await expect(work()).rejects.toThrow(/assay sql|--where/);
    expect(readFileSync(stored).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
    const csv = await printed(() => sqlVerb("select count(*) as n from mails -- all", {csv: true}));
    expect(csv).toBe("n\n20\n");
    const rows = await printed(() => rowsVerb("mails", {where: "id = 'r3' -- one", limit: 20, json: true}));
    expect(JSON.parse(rows)).toMatchObject([{id: "r3"}]);
    vi.unstubAllEnvs();
  });
});
