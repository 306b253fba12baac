import {join} from "node:path";
import {expect, it} from "vitest";
import {defineDataset, exportVersion, importVersion, pull} from "../../../src/data/datasets/index.js";
import {leaksView} from "../../../src/report/site/splitLeaks.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {openStore, readSplit} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const rows = Array.from({length: 40}, (_, i) => ({
  id: `r${i}`,
  text: `same ${i >> 1}`,
  part: i % 2 ? "train" : "test",
  last: i < 10 ? "held-out" : "train"
}));
const mails = defineDataset({
  name: "mails",
  id: "id",
  text: "text",
  source: {kind: "rows", rows: () => rows}
});

it("rows that leak are told anew when an import holds some of them out", async () => {
  const there = await temporaryWorkspace();
  const {version: exported} = await pull(there, mails);
  const other = await openStore(there);
  await ensureSplit(other, exported, {strategy: "given", column: "last"});
  other.close();
  const out = join(there.project, "out");
  await exportVersion(there, exported, out, {withHeldOut: true, why: "for the gate"});

  const workspace = await temporaryWorkspace();
  const {version} = await pull(workspace, mails);
  const store = await openStore(workspace);
  const {id} = await ensureSplit(store, version, {strategy: "given", column: "part"});
  const shown = async () => {
    const split = (await readSplit(workspace, {dataset: "mails", id}))!;
    return (await leaksView(store, version, split, {excerpts: false, heldOut: []}))!;
  };
  expect((await shown()).rows).toBe(20);
  await importVersion(workspace, "mails", version.id, out);
  store.refresh();
  const after = await shown();
  expect(after.rows).toBe(15);
  expect(JSON.stringify(after)).not.toMatch(/"r\d"/);
  store.close();
});
