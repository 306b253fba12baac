import {existsSync, mkdirSync, readdirSync, readFileSync, statSync} from "node:fs";
import {join} from "node:path";
import {expect, it} from "vitest";
import {defineDataset, previewPurge, pull, purge} from "../../../src/data/datasets/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {openStore, openWorkspace} from "../../../src/base/store/index.js";
import {assayHere} from "../../support/assayHere.js";
import {temporaryProject, temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const people = (count: number) =>
  defineDataset({
    name: "people",
    source: {
      kind: "rows",
      rows: () => Array.from({length: count}, (_, i) => ({id: `p${i}`, text: `person ${i % 10}`, city: i}))
    },
    id: "id",
    text: "text"
  });

async function projectFolder(): Promise<string> {
  const project = await temporaryProject();
  mkdirSync(join(project, "evals"));
  return project;
}

/** What a folder holds, without the locks that every command takes. */
const contents = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder, {recursive: true, encoding: "utf8"})
      .filter((name) => !/(^|\/)(locks|tmp)(\/|$)/.test(name) && statSync(join(folder, name)).isFile())
      .map((name) => [name, readFileSync(join(folder, name)).toString("base64")])
  );

it("names the rows of all versions that a purge would erase, and changes nothing", async () => {
  const project = await projectFolder();
  const workspace = await openWorkspace(project);
  await pull(workspace, people(100));
  await pull(workspace, people(40));
  const before = contents(workspace.dir);
  const expected = ["p3", "p13", "p23", "p33", "p43", "p53", "p63", "p73", "p83", "p93"].sort();
  const where = "text = 'person 3'";
  const nothing = {
    versions: [],
    splits: [],
    runs: [],
    journals: [],
    models: [],
    others: [],
    notErased: [],
    repeating: [],
    keptOut: [],
    equalRows: [],
    mayReturn: false,
    finished: false,
    met: 0,
    unread: []
  };
  const told = await previewPurge(workspace, "people", {where});
  const versions = [expect.objectContaining({rows: 4}), expect.objectContaining({rows: 10})];
  expect(told).toEqual({
    ...nothing,
    dataset: "people",
    rows: expected,
    met: 10,
    heldOut: 0,
    versions: expect.arrayContaining(versions)
  });

  const shown = await assayHere(project, "purge", "people", "--where", where, "--dry-run");
  expect(shown.code).toBe(0);
  expect(shown.stdout).toBe(
    [
      "10 rows of people would be erased. Nothing was.",
      ...expected.map((id) => `  ${id}`),
      ...told.versions.map(({id, rows}) => `  version ${id} would lose ${rows} rows`),
      "The source itself, and copies that others took of exports or of the site, are yours to clear.\n"
    ].join("\n")
  );
  const many = await assayHere(project, "purge", "people", "--where", "true", "--dry-run");
  expect(many.stdout).toMatch(
    /^100 rows of people would be erased[^]*\n {2}and 50 more: --json lists all\n {2}version /
  );
  const none = await assayHere(project, "purge", "people", "--where", "city = -1", "--dry-run", "--json");
  expect(JSON.parse(none.stdout)).toEqual({...nothing, dataset: "people", rows: [], heldOut: 0});
  expect(contents(workspace.dir)).toEqual(before);

  const {rows} = await purge(workspace, "people", {where, reason: "a request"});
  expect(rows).toBe(expected.length);
  expect((await previewPurge(workspace, "people", {where})).rows).toEqual([]);
});

it("names the versions that a condition cannot be asked of, with exit code 1, and erases from the others", async () => {
  const project = await projectFolder();
  const workspace = await openWorkspace(project);
  const named = (column: string, ids: readonly string[]) =>
    defineDataset({
      name: "people",
      id: "id",
      source: {kind: "rows", rows: () => ids.map((id) => ({id, [column]: "c17"}))},
      sensitivity: "public"
    });
  const {version: old} = await pull(workspace, named("customer", ["a", "b"]));
  await pull(workspace, named("customer_id", ["b"]));
  const where = "customer_id = 'c17'";
  const unread = [
    {what: `people@${old.id}`, reason: 'there is no column "customer_id"', columns: ["id", "customer"]}
  ];
  const says = `people@${old.id} was not looked through: there is no column "customer_id". Its columns are id, customer.`;
  expect(await previewPurge(workspace, "people", {where})).toMatchObject({rows: ["b"], unread});
  const dry = await assayHere(project, "purge", "people", "--where", where, "--dry-run");
  expect([dry.code, dry.stderr.replaceAll(/\s+/g, " ")]).toEqual([1, expect.stringContaining(says)]);
  const done = await assayHere(project, "purge", "people", "--where", where, "--reason", "asked", "--json");
  expect([done.code, JSON.parse(done.stdout)]).toEqual([1, expect.objectContaining({rows: 1, unread})]);
  expect(done.stderr).toContain("purge again with a condition over those columns");
  await expect(
    purge(workspace, "people", {where: "customer = 'c17'", reason: "asked"})
  ).resolves.toMatchObject({rows: 1, unread: [{reason: 'there is no column "customer"'}]});
});

it("asks for a reason before it erases, and refuses what is no condition before it looks", async () => {
  const project = await projectFolder();
  const workspace = await openWorkspace(project);
  await pull(workspace, people(5));
  const unsaid = await assayHere(project, "purge", "people", "--where", "true");
  expect(unsaid.code).toBe(2);
  expect(unsaid.stderr).toContain("--reason TEXT");
  for (const wrong of ["nobody = 1", "true); select (true", "select 1", "city = 'x'"]) {
    const {code, stderr} = await assayHere(project, "purge", "people", "--where", wrong, "--dry-run");
    expect(code).toBe(1);
    expect(stderr).toContain("--where");
    expect(stderr.length).toBeLessThan(1000);
  }
  await expect(previewPurge(workspace, "people", {where: "nobody = 1"})).rejects.toThrow(
    'people: --where is not a condition over its columns: there is no column "nobody". Its columns are id, text, city. Nothing was erased.'
  );
  expect(existsSync(join(workspace.dir, "datasets/people/tombstones.json"))).toBe(false);
});

it("tells nothing of rows that a split holds out but how many there are", async () => {
  const workspace = await temporaryWorkspace();
  const {version} = await pull(workspace, people(100));
  const store = await openStore(workspace);
  await ensureSplit(store, version, {strategy: "random", heldOut: 0.2});
  const open = (await store.rows<{row_id: string}>("select row_id from people")).map(({row_id: id}) => id);
  store.close();
  const {rows, heldOut} = await previewPurge(workspace, "people", {where: "true"});
  expect(rows).toEqual(open.sort());
  expect(heldOut).toBe(100 - open.length);
  expect(heldOut).toBeGreaterThan(5);
});
