// @module-tag long
import {cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {createServer, type Server} from "node:http";
import type {AddressInfo} from "node:net";
import {join} from "node:path";
import {afterAll, describe, expect, it} from "vitest";
import {
  defineDataset,
  type DatasetDefinition,
  exportVersion,
  importVersion,
  pull,
  purge
} from "../../../src/data/datasets/index.js";
import {
  openDatabase,
  openStore,
  sqlString,
  type VersionManifest,
  type Workspace
} from "../../../src/base/store/index.js";
import {writeLoader} from "../../support/assay.js";
import {assayHere} from "../../support/assayHere.js";
import {temporaryProject, temporaryWorkspace} from "../../support/temporaryWorkspace.js";
import {datasetDir} from "../../support/folders.js";

const rows = Array.from({length: 50}, (_, i) => ({
  id: `r${i}`,
  text: i % 5 ? `text ${i}` : null,
  amount: i / 3,
  at: new Date(Date.UTC(2026, 0, 1 + i)).toISOString(),
  tags: [{name: `t${i % 3}`, n: i}]
}));

async function made(more: Partial<DatasetDefinition> = {}) {
  const workspace = await temporaryWorkspace();
  const definition = defineDataset({
    name: "notes",
    id: "id",
    text: "text",
    licence: "MIT",
    source: {kind: "rows", rows: () => rows},
    ...more
  });
  const {version} = await pull(workspace, definition);
  return {workspace, version};
}

async function exported(more: Partial<DatasetDefinition> = {}) {
  const {workspace, version} = await made(more);
  const folder = await exportVersion(workspace, version, join(workspace.project, "out"));
  return {workspace, version, folder};
}

describe("an export", () => {
  it("is noted before it stands, so that a purge names every copy", async () => {
    const {workspace, version} = await made();
    mkdirSync(join(workspace.dir, "exports.jsonl"));
    const out = join(workspace.project, "out");
    await expect(exportVersion(workspace, version, out)).rejects.toThrow();
    expect(readdirSync(out)).toEqual([]);
  });
});

const storeOf = (workspace: Workspace) =>
  readdirSync(datasetDir(workspace, "notes")).filter((name) => !name.startsWith("."));

async function refused(version: VersionManifest, from: string, into?: Workspace): Promise<string> {
  const workspace = into ?? (await temporaryWorkspace());
  const before = existsSync(datasetDir(workspace, "notes")) ? storeOf(workspace) : [];
  const message = await importVersion(workspace, "notes", version.id, from).then(
    () => "imported",
    (error: Error) => error.message
  );
  expect(readdirSync(datasetDir(workspace, "notes")).sort()).toEqual(before.sort());
  return message;
}

describe("a version imported by its id", () => {
  it("is the same version, from an export, a project, a store and an address", async () => {
    const {workspace, version, folder} = await exported();
    expect(readdirSync(folder).sort()).toEqual(["README.md", "export.json", "manifest.json", "rows.parquet"]);
    const served = await serve(join(workspace.project, "out"));
    for (const from of [
      folder,
      join(folder, ".."),
      workspace.project,
      workspace.dir,
      served,
      `${served}?key=secret`
    ]) {
      const other = await temporaryWorkspace();
      const result = await importVersion(other, "notes", version.id, from);
      expect(result).toEqual({version, changed: true});
      const store = await openStore(other);
      expect((await store.latestVersion("notes"))?.id).toBe(version.id);
      expect(await store.rows("select * exclude row_hash from notes order by amount")).toMatchObject(
        rows.map(({id, text}) => ({row_id: id, text}))
      );
      store.close();
      expect(await importVersion(other, "notes", version.id, from)).toEqual({version, changed: false});
    }
  });

  it("need have no id column, and equal rows", async () => {
    const {workspace, version} = await made({
      id: undefined,
      source: {kind: "rows", rows: () => [{text: "same"}, {text: "same"}, {text: "other"}]}
    });
    const other = await temporaryWorkspace();
    expect((await importVersion(other, "notes", version.id, workspace.project)).version.rows).toBe(3);
  });

  it("is refused when a value, an id, a row or the schema is not what the id stands for", async () => {
    const changes = {
      "a value": "select * replace (case when id = 'r7' then 'other' else text end as text) from t",
      "a hash with it":
        "select * replace (case when id = 'r7' then sha256('x') else row_hash end as row_hash) from t",
      "an id": "select * replace (case when id = 'r7' then 'r8' else row_id end as row_id) from t",
      "a row less": "select * from t where id <> 'r7'",
      "a row twice": "select * from t union all select * from t where id = 'r7'",
      "a column more": "select *, 1 as more from t",
      "another type": "select * replace (amount::float as amount) from t",
      "no hashes": "select * exclude (row_hash) from t"
    };
    for (const [what, query] of Object.entries(changes)) {
      const {version, folder, workspace} = await exported();
      const file = join(folder, "rows.parquet");
      const db = await openDatabase({tmpDir: workspace.tmpDir});
      await db.run(`create table t as select * from read_parquet(${sqlString(file)})`);
      await db.run(`copy (${query}) to ${sqlString(file)} (format parquet)`);
      db.close();
      expect(await refused(version, folder), what).toMatch(/was rejected: .*Nothing was imported/);
    }
  });

  it("is refused when files are cut, missing or another version's", async () => {
    const {version, folder} = await exported();
    const rowsFile = join(folder, "rows.parquet");
    const whole = readFileSync(rowsFile);
    writeFileSync(rowsFile, whole.subarray(0, whole.length >> 1));
    expect(await refused(version, folder)).toMatch(/rows\.parquet cannot be read/);
    const damaged = Buffer.from(whole);
    damaged.fill(0x5a, 60, 200);
    writeFileSync(rowsFile, damaged);
    expect(await refused(version, folder)).toMatch(/was rejected: /);
    rmSync(rowsFile);
    expect(await refused(version, folder)).toMatch(/has no notes@.*assay versions notes@/);
    const other = await exported({source: {kind: "rows", rows: () => rows.slice(1)}});
    expect(await refused(version, other.folder)).toMatch(/is of another version or form/);
    cpSync(other.folder, folder, {recursive: true});
    const manifest = readFileSync(join(other.folder, "manifest.json"), "utf8");
    writeFileSync(join(folder, "manifest.json"), manifest.replaceAll(other.version.id, version.id));
    expect(await refused(version, folder)).toMatch(/its 49 rows give the id/);
  });

  it("is refused when the address breaks off, and names no secret of it", async () => {
    const {workspace, version} = await exported();
    const broken = await serve(join(workspace.project, "out"), "rows.parquet");
    const message = await refused(version, `${broken.replace("http://", "http://user:pass@")}?key=secret`);
    expect(message).toMatch(/rows\.parquet could not be fetched whole/);
    expect(message).not.toMatch(/secret|pass/);
    expect(await refused(version, `${broken}nothing/`)).toMatch(/has no notes@/);
  });

  it("is fetched with the user and password of its address, and refused when that cannot be read", async () => {
    const {workspace, version} = await exported();
    const here = await temporaryWorkspace();
    const asked: (string | undefined)[] = [];
    const url = await serve(join(workspace.project, "out"), undefined, (authorization) =>
      asked.push(authorization)
    );
    await importVersion(here, "notes", version.id, url.replace("http://", "http://ada:hunter2@"));
    expect(new Set(asked)).toEqual(new Set([`Basic ${Buffer.from("ada:hunter2").toString("base64")}`]));
    const message = await refused(version, url.replace("http://", "http://ada:hunter#2pw@"));
    expect(message).toMatch(/^http:\/\/127.*is no http\(s\) address as it is written\./);
    expect(message).not.toMatch(/hunter|2pw/);
  });

  it("brings no row back that was erased, there or here", async () => {
    const {workspace, version, folder} = await exported();
    const here = await made();
    await purge(here.workspace, "notes", {where: "id = 'r3'", reason: "asked"});
    rmSync(datasetDir(here.workspace, "notes", version.id), {recursive: true});
    rmSync(join(datasetDir(here.workspace, "notes"), "latest.json"));
    expect(await refused(version, folder, here.workspace)).toMatch(
      /holds 1 rows that were erased from this store/
    );
    await purge(workspace, "notes", {where: "id = 'r3'", reason: "asked"});
    expect(await refused(version, workspace.project)).toMatch(/were erased where it comes from/);
    const store = await openStore(workspace);
    const purged = (await store.latestVersion("notes"))!;
    store.close();
    await expect(exportVersion(workspace, purged, join(workspace.project, "again"))).rejects.toThrow(
      /rows of it were erased/
    );
    expect(existsSync(join(workspace.project, "again"))).toBe(false);
  });

  it("brings no erased row back among those that filters dropped", async () => {
    const [there, here] = [await temporaryWorkspace(), await temporaryWorkspace()];
    const notes = (filters?: Record<string, string>) =>
      defineDataset({
        name: "notes",
        id: "id",
        source: {kind: "rows", rows: () => ["r1", "r2", "r3"].map((id) => ({id, text: `note ${id}`}))},
        filters
      });
    const {version} = await pull(there, notes({"not r3": "id <> 'r3'"}));
    const folder = await exportVersion(there, version, join(there.project, "out"));
    await pull(here, notes());
    await purge(here, "notes", {where: "id = 'r3'", reason: "asked"});
    expect(await refused(version, folder, here)).toMatch(/holds 1 rows that were erased from this store/);
  });

  it("is exported with its ledger and imported from the command line, and then needs no pull", async () => {
    const [there, here] = [await temporaryProject(), await temporaryProject()];
    const loader = `{name: "notes", id: "id", text: "text", label: "label", source: {kind: "rows", rows: () => [{id: "a", text: "mail me: someone@example.org", label: "x"}, {id: "b", text: "no", label: "y"}]}}`;
    for (const project of [there, here]) writeLoader(project, "notes", loader);
    await assayHere(there, "pull");
    expect((await assayHere(there, "pii", "notes")).code).toBe(0);
    const out = await assayHere(there, "versions", "notes", "--export", join(there, "out"), "--json");
    const {version, folder} = JSON.parse(out.stdout) as {version: string; folder: string};
    expect(readdirSync(folder).sort()).toEqual(
      ["README.md", "export.json", "ledger.json", "ledger.parquet", "manifest.json", "rows.parquet"].sort()
    );
    const again = await assayHere(there, "versions", `notes@${version}`, "--export", join(there, "out"));
    expect(again.stderr).toContain("exists already");
    const ended = await assayHere(here, "import", `notes@${version}`, "--from", join(there, "out"));
    expect(ended).toMatchObject({code: 0, stderr: ""});
    expect(ended.stdout).toContain("2 rows, hashed again and the same");
    const found = await assayHere(here, "sql", "select count(*)::int as n from ledger", "--json");
    expect(JSON.parse(found.stdout)).toEqual([{n: 1}]);
    expect((await assayHere(here, "import", "notes", "--from", ".")).stderr).toContain("NAME@VERSION");
    expect((await assayHere(here, "import", "notes@abc", "--from", ".")).stderr).toContain("all 16 digits");
  });
});

const servers: Server[] = [];
afterAll(() => servers.forEach((server) => server.close()));

/** Serves a folder; `torn` breaks off half-way. */
async function serve(
  folder: string,
  torn?: string,
  onRequest?: (authorization: string | undefined) => void
): Promise<string> {
  const server = createServer((request, response) => {
    onRequest?.(request.headers.authorization);
    const path = join(folder, new URL(request.url!, "http://x").pathname);
    if (!existsSync(path) || path.endsWith("/")) return void response.writeHead(404).end();
    const content = readFileSync(path);
    response.writeHead(200, {"content-length": content.length});
    if (torn && path.endsWith(torn))
      response.write(content.subarray(0, content.length >> 1), () => response.destroy());
    else response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
