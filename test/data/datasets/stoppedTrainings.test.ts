import {existsSync, mkdirSync} from "node:fs";
import {join} from "node:path";
import {afterEach, beforeEach, expect, it} from "vitest";
import {collectGarbage, defineDataset, pull} from "../../../src/data/datasets/index.js";
import {saveModel} from "../../../src/weights/models/index.js";
import {writeJsonAtomic} from "../../../src/base/system/index.js";
import {
  modelsDir,
  noteTraining,
  openStore,
  openWorkspace,
  type Store,
  trainingDir,
  type Workspace
} from "../../../src/base/store/index.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

let workspace: Workspace;
let store: Store;
let versions: string[];
let hashes: string[];
beforeEach(async () => {
  workspace = await openWorkspace(await temporaryProject());
  store = await openStore(workspace);
  versions = [];
  hashes = [];
  for (const count of [1, 2]) versions.push(await pulled(count));
});
afterEach(() => store.close());

async function pulled(count: number): Promise<string> {
  const rows = () => Array.from({length: count}, (_, i) => ({id: `r${i}`}));
  const {version} = await pull(
    workspace,
    defineDataset({name: "mails", id: "id", source: {kind: "rows", rows}})
  );
  hashes.push(version.sha256);
  return version.id;
}

async function stopped(name: string, version: string, startedAt = new Date().toISOString()): Promise<string> {
  const folder = trainingDir(modelsDir(workspace), name);
  mkdirSync(folder, {recursive: true});
  await noteTraining(folder, {name, dataset: "mails", version, startedAt});
  return folder;
}

const made = (name: string) =>
  saveModel(modelsDir(workspace), {
    name,
    architecture: "x",
    settings: {},
    parents: [],
    files: {"a.txt": name}
  });

it("goes with the version that it learned from, with its dry run's word, and stays with one that stays", async () => {
  const old = await stopped("old", hashes[0]!);
  const present = await stopped("present", hashes[1]!);
  expect((await collectGarbage(store, {keep: 2})).trainings).toEqual([]);
  const preview = await collectGarbage(store, {keep: 1, dryRun: true});
  expect(preview.trainings).toMatchObject([{name: "old", dataset: "mails", version: versions[0]}]);
  expect(preview.versions.map(({id}) => id)).toEqual([versions[0]]);
  expect(existsSync(old)).toBe(true);
  expect(await collectGarbage(store, {keep: 1})).toEqual(preview);
  expect([existsSync(old), existsSync(present)]).toEqual([false, true]);
});

it("goes once a model of its name was made after it, and stays beside those made before it and of other names", async () => {
  await made("again");
  const again = await stopped("again", versions[1]!);
  const beaten = await stopped("beaten", versions[1]!, "2026-01-01T00:00:00.000Z");
  await made("beaten");
  const {trainings} = await collectGarbage(store);
  expect(trainings.map(({name}) => name)).toEqual(["beaten"]);
  expect([existsSync(again), existsSync(beaten)]).toEqual([true, false]);
});

it("stays while a training is under way, with its version, and where it says its dataset alone", async () => {
  const old = await stopped("old", versions[0]!);
  const earlier = trainingDir(modelsDir(workspace), "earlier");
  mkdirSync(earlier, {recursive: true});
  await writeJsonAtomic(join(earlier, "about.json"), {dataset: "mails"});
  await workspace.lease("build-0123", {what: "training words"}, async () => {
    const {trainings, versions: gone} = await collectGarbage(store, {keep: 1});
    expect({trainings, gone}).toEqual({trainings: [], gone: []});
  });
  expect((await collectGarbage(store, {keep: 1})).removed.map(({kind}) => kind)).toEqual([
    "version",
    "stopped training"
  ]);
  expect([existsSync(old), existsSync(earlier)]).toEqual([false, true]);
});
