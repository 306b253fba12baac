import {afterAll, beforeAll, expect, it} from "vitest";
import {chosenSplit} from "../../src/data/splits/chosenSplit.js";
import {exportChat} from "../../src/training/finetunes/exports/exportChat.js";
import {defineDataset, pull} from "../../src/data/datasets/index.js";
import {ensureSplit} from "../../src/data/splits/index.js";
import {openStore, type Store, type VersionManifest} from "../../src/base/store/index.js";
import {temporaryWorkspace} from "../support/temporaryWorkspace.js";

let store: Store;
let version: VersionManifest;

beforeAll(async () => {
  const workspace = await temporaryWorkspace();
  const rows = Array.from({length: 40}, (_, i) => ({id: `r${i}`, body: `question ${i}`, label: `l${i % 3}`}));
  const source = {kind: "rows" as const, rows: () => rows};
  const dataset = defineDataset({name: "mails", id: "id", text: "body", label: "label", source});
  ({version} = await pull(workspace, dataset));
  store = await openStore(workspace);
});
afterAll(() => store.close());

const split = (name: string, seed: string) =>
  ensureSplit(store, version, {name, strategy: "random", seed}, {measure: false});

it("takes the only split unasked, and of several the one that is named", async () => {
  await expect(chosenSplit(store, version, undefined)).rejects.toThrow(/no split yet.*assay split mails/);
  const first = await split("first", "1");
  expect((await chosenSplit(store, version, undefined)).id).toBe(first.id);

  const second = await split("second", "2");
  const several = /mails@\w+ has 2 splits, .*--split NAME.*first \(\w+, \d+ .*second \(\w+, \d+ /;
  await expect(chosenSplit(store, version, undefined)).rejects.toThrow(several);
  await expect(exportChat(store, "x.jsonl", {dataset: "mails"})).rejects.toThrow(several);
  for (const {name, id} of [first, second])
    expect((await chosenSplit(store, version, name)).id, name).toBe(id);
  await expect(chosenSplit(store, version, "third")).rejects.toThrow(/no split third. It has first \(/);
});

it("takes no split by a name that several have", async () => {
  const again = await split("second", "3");
  const named = new RegExp(`has 2 splits named second, .*--split ID.*${again.id}`);
  await expect(chosenSplit(store, version, "second")).rejects.toThrow(named);
  expect((await chosenSplit(store, version, again.id)).name).toBe("second");
});
