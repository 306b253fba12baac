// @module-tag long
import {existsSync, mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {beforeAll, describe, expect, it} from "vitest";
import {exportVersion, previewPurge, pull, purge, defineDataset} from "../../../src/data/datasets/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {
  openParts,
  openStore,
  openWorkspace,
  readTombstones,
  withSiteLease,
  type Workspace
} from "../../../src/base/store/index.js";
import {assay, writeLoader} from "../../support/assay.js";
import {temporaryProject, temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const lines = Array.from({length: 30}, (_, i) => ({
  id: `r${i}`,
  text: `text ${i >> 1}`,
  customer: `c${i % 5}`
}));
const tickets = (rows: object[] = lines) =>
  defineDataset({name: "tickets", id: "id", text: "text", source: {kind: "rows", rows: () => rows}});
const asked = {where: "customer = 'c2'", reason: "asked"};

/** The same store, of which a version's file cannot be written. */
function withoutDisk(workspace: Workspace): Workspace {
  const {place} = workspace;
  return Object.assign(Object.create(workspace) as Workspace, {
    place: Object.assign(Object.create(place) as typeof place, {
      putFile: (key: string, write: (path: string) => Promise<void>) =>
        key.endsWith("rows.parquet")
          ? Promise.reject(new Error("the disk is gone"))
          : place.putFile(key, write)
    })
  });
}

describe("a purge that was cut off", () => {
  let project: string;
  let workspace: Workspace;
  beforeAll(async () => {
    project = await temporaryProject();
    mkdirSync(join(project, "data-loaders"));
    workspace = await openWorkspace(project, ".assay");
    await pull(workspace, tickets());
  });

  it("says so, and is told of until the same command has ended it", async () => {
    const store = await openStore(workspace);
    const version = (await store.latestVersion("tickets"))!;
    const split = await ensureSplit(store, version, {strategy: "random", test: 0.3});
    await expect(purge(withoutDisk(workspace), "tickets", asked)).rejects.toThrow(
      /cut off: the disk is gone\nThe rows are marked but not yet erased everywhere\. Give the same command again/
    );
    const left = /a purge of tickets that began .* has not ended/;
    await expect(openParts(workspace, split)).rejects.toThrow(left);
    await expect(exportVersion(workspace, version, join(project, "out"))).rejects.toThrow(left);
    const said: string[] = [];
    const more = [...lines, {id: "new", text: "new", customer: "c1"}];
    await pull(workspace, tickets(more), {onProgress: (text) => said.push(text)});
    expect(said.join("\n")).toMatch(left);
    for (const shown of [["versions"], ["sql", "select count(*) from tickets"]])
      expect((await assay(project, ...shown)).stderr).toMatch(left);
    const doctor = await assay(project, "doctor");
    expect(doctor.stdout.replace(/\s+/g, " ")).toContain("erased rows a purge of tickets that began");
    writeFileSync(join(project, "observablehq.config.js"), "export default {};\n");
    const build = await assay(project, "build");
    expect([build.code, build.stderr]).toEqual([1, expect.stringMatching(left)]);

    expect(await purge(workspace, "tickets", asked)).toMatchObject({rows: 0, met: 6, finished: true});
    expect((await readTombstones(workspace, "tickets")).pending).toBeUndefined();
    store.refresh();
    await openParts(workspace, split);
    store.close();
  });
});

describe("a purge whose condition no row meets", () => {
  let project: string;
  beforeAll(async () => {
    project = await temporaryProject();
    writeLoader(
      project,
      "tickets",
      `{name: "tickets", id: "id", source: {kind: "rows", rows: () => ${JSON.stringify(lines)}}}`
    );
    expect((await assay(project, "pull")).code).toBe(0);
    const done = await assay(project, "purge", "tickets", "--where", "customer = 'c3'", "--reason", "r");
    expect(done.code).toBe(0);
  });

  it("ends with exit code 1 and erases nothing, be there earlier ones, and so does a dry run", async () => {
    const typo = ["purge", "tickets", "--where", "customer = 'C1'"];
    const real = await assay(project, ...typo, "--reason", "r");
    expect([real.code, real.stdout]).toEqual([1, "No row of tickets meets it.\n"]);
    const told = JSON.parse((await assay(project, ...typo, "--reason", "r", "--json")).stdout) as object;
    expect(told).toMatchObject({rows: 0, met: 0, erasedBefore: 0, keptOut: 0, finished: false});
    expect((await assay(project, ...typo, "--dry-run")).code).toBe(1);
  });

  it("ends with 0 where it names ids that were erased before", async () => {
    const again = await assay(project, "purge", "tickets", "--where", "id in ('r3', 'r8')", "--reason", "r");
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining("not erased before")]);
  });
});

it("copies of a row without an id are counted with it", async () => {
  const workspace = await temporaryWorkspace();
  const rows = [{text: "same"}, {text: "same"}, {text: "other"}];
  const {version} = await pull(
    workspace,
    defineDataset({name: "log", source: {kind: "rows", rows: () => rows}})
  );
  const store = await openStore(workspace);
  const [{row_id: id}] = (await store.rows("select min(row_id) as row_id from log where text = 'same'")) as [
    {row_id: string}
  ];
  store.close();
  const where = `row_id = '${id}'`;
  expect(await previewPurge(workspace, "log", {where})).toMatchObject({rows: [id, `${id}-2`]});
  expect(await purge(workspace, "log", {where, reason: "asked"})).toMatchObject({
    rows: 2,
    versions: [{id: version.id, rows: 2}]
  });
});

it("a purge waits for a build of the site, and leaves the packages that pages load", async () => {
  const workspace = await temporaryWorkspace();
  await pull(workspace, tickets());
  const cache = join(workspace.project, "src", ".observablehq", "cache");
  for (const folder of ["_npm", "data"]) mkdirSync(join(cache, folder), {recursive: true});
  const waited: string[] = [];
  let isBuilt = false;
  let purged: Promise<unknown> | undefined;
  await withSiteLease(workspace, {what: "A build of the site"}, async () => {
    await new Promise<void>((resolve) => {
      purged = purge(workspace, "tickets", {
        ...asked,
        onWait: (text) => {
          waited.push(text);
          resolve();
        }
      }).then(() => expect(isBuilt).toBe(true));
    });
    expect(existsSync(join(cache, "data"))).toBe(true);
    isBuilt = true;
  });
  await purged;
  expect(waited.join()).toContain("A build of the site");
  expect([existsSync(join(cache, "data")), existsSync(join(cache, "_npm"))]).toEqual([false, true]);
});
