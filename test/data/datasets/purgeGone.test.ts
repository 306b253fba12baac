// @module-tag long
import {existsSync, mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, it} from "vitest";
import {collectGarbage, defineDataset, previewPurge, pull, purge} from "../../../src/data/datasets/index.js";
import {openStore, openWorkspace, recordExport, type Workspace} from "../../../src/base/store/index.js";
import {assayHere} from "../../support/assayHere.js";
import {datasetDir} from "../../support/folders.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

const orders = (customers: readonly string[], id: (index: number) => unknown = (index) => `o${index}`) =>
  defineDataset({
    name: "orders",
    source: {
      kind: "rows",
      rows: () => customers.map((customer, index) => ({id: id(index), text: `order ${index}`, customer}))
    },
    id: "id",
    text: "text"
  });

const staying = ["a", "b", "c", "d"];
const before = [...staying, "person", "person"];

/** A store whose only version of the orders does not have the person, after one that had, of which a copy stands. */
async function afterGc(id?: (index: number) => unknown) {
  const project = await temporaryProject();
  mkdirSync(join(project, "evals"));
  const workspace = await openWorkspace(project);
  const {version} = await pull(workspace, orders(before, id));
  const copy = join(project, "train.jsonl");
  await noteCopy(workspace, copy, version.id);
  const {version: now} = await pull(workspace, orders(staying, id));
  const recent = join(project, "recent.jsonl");
  await noteCopy(workspace, recent, now.id);
  const store = await openStore(workspace);
  await collectGarbage(store, {keep: 1});
  store.close();
  return {project, workspace, copy, recent};
}

async function noteCopy(workspace: Workspace, path: string, version: string): Promise<void> {
  writeFileSync(path, "{}\n");
  await recordExport(workspace, path, {dataset: "orders", version});
}

const reason = {reason: "a request"};

it("names the copies of versions that are gone where no row meets a condition, and says that rows may return", async () => {
  const {project, workspace, copy, recent} = await afterGc();
  mkdirSync(join(project, "dist"));
  const where = "customer = 'person'";
  const refused = await purge(workspace, "orders", {where, ...reason}).catch((error: Error) => error.message);
  expect(refused).toMatch(/^no row of orders meets customer = 'person'\. Nothing was erased\.\n/);
  expect(refused).toContain(`NOT erased: ${copy}, which may hold rows of versions that are gone; remove it`);
  expect(refused).toContain(`NOT erased: ${join(project, "dist")},`);
  expect(refused).not.toContain(recent);
  expect(refused).toMatch(
    /if the source brings them again, the next pull takes them\. Purge them by their ids/
  );
  expect(existsSync(join(datasetDir(workspace, "orders"), "tombstones.json"))).toBe(false);
  expect(await previewPurge(workspace, "orders", {where})).toMatchObject({
    rows: [],
    keptOut: [],
    mayReturn: true,
    notErased: [copy, join(project, "dist")]
  });
  const dry = await assayHere(project, "purge", "orders", "--where", where, "--dry-run");
  expect(dry.stdout).toContain(copy);
  expect(dry.stdout).toContain("Purge them by their ids");
  expect(dry.stdout).not.toContain("earlier purge");
  expect((await pull(workspace, orders(before))).version.rows).toBe(6);
});

it("keeps rows of gone versions out by the ids that a condition names, whatever the source brings", async () => {
  const {project, workspace, copy} = await afterGc();
  const where = "id in ('o4') or 'o5' = row_id";
  expect(await previewPurge(workspace, "orders", {where})).toMatchObject({
    rows: [],
    keptOut: ["o4", "o5"],
    mayReturn: false,
    notErased: expect.arrayContaining([copy])
  });
  const dry = await assayHere(project, "purge", "orders", "--where", where, "--dry-run");
  expect(dry.stdout).toMatch(/has 2 ids that it names.*would leave them out\.\n {2}o4\n {2}o5\n/s);
  const done = await assayHere(project, "purge", "orders", "--where", where, "--reason", "a request");
  expect(done.code).toBe(0);
  expect(done.stdout).toMatch(/^No row of orders has 2 ids that it names\..*a tombstone each/);
  expect(done.stdout).toContain(`NOT erased: ${copy}`);
  expect((await pull(workspace, orders(before))).version.rows).toBe(4);
  const again = await purge(workspace, "orders", {where, ...reason});
  expect(again).toMatchObject({rows: 0, keptOut: 0, mayReturn: false});
});

it("erases the rows that are there and keeps the other named ids out, as the column writes them", async () => {
  const {workspace} = await afterGc((index) => index + 10);
  const done = await purge(workspace, "orders", {where: "id in (10, '14', 15)", ...reason});
  expect(done).toMatchObject({rows: 1, keptOut: 2});
  const {version} = await pull(
    workspace,
    orders(before, (index) => index + 10)
  );
  expect(version.rows).toBe(3);
});

it("keeps nothing out for a condition that asks for more than ids, or when no version is gone", async () => {
  const {workspace} = await afterGc();
  for (const where of [
    "id = 'o4' and customer = 'x'",
    "id = 'o4' or customer = 'x'",
    "id <> 'o4' and false",
    "id like 'o4'",
    "lower(id) = 'o4'",
    "customer = 'o4'",
    "customer = id"
  ])
    await expect(purge(workspace, "orders", {where, ...reason}), where).rejects.toThrow(/no row of orders/);
  expect((await pull(workspace, orders(before))).version.rows).toBe(6);

  const whole = await openWorkspace(await temporaryProject());
  await pull(whole, orders(before));
  await pull(whole, orders(staying));
  await expect(purge(whole, "orders", {where: "id = 'o9'", ...reason})).rejects.toThrow(
    /^no row of orders meets id = 'o9'\. Nothing was erased\.$/
  );
});
