import {readdirSync, renameSync, statSync} from "node:fs";
import {mkdir, readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, it} from "vitest";
import {exportTables} from "../../src/cli/store/export.js";
import {assertMayWrite, noteWritten} from "../../src/base/store/mayWrite.js";
import {defineDataset, pull} from "../../src/data/datasets/index.js";
import {openStore} from "../../src/base/store/index.js";
import {assayHere} from "../support/assayHere.js";
import {temporaryProject, temporaryWorkspace} from "../support/temporaryWorkspace.js";

const letters = defineDataset({
  name: "letters",
  id: "id",
  text: "text",
  sensitivity: "public",
  source: {kind: "rows", rows: () => [{id: "a", text: "one"}]}
});

it("replaces a file as it wrote it, and another or a changed one only when told to", async () => {
  const workspace = await temporaryWorkspace();
  const [own, other] = ["own.txt", "other.txt"].map((name) => join(workspace.project, name));
  await assertMayWrite(workspace, [own!, other!]);
  await writeFile(own!, "written");
  await noteWritten(workspace, own!);
  await assertMayWrite(workspace, [own!, other!]);

  await writeFile(own!, "changed by a person");
  await writeFile(other!, "precious");
  await expect(assertMayWrite(workspace, [own!, other!])).rejects.toThrow(
    /own\.txt, .*other\.txt are there already, .*--overwrite\. Nothing was written/
  );
  await assertMayWrite(workspace, [own!, other!], true);
  await mkdir(join(workspace.project, "folder"));
  await expect(assertMayWrite(workspace, [join(workspace.project, "folder")], true)).rejects.toThrow(
    /folder is a folder: name the file/
  );
});

it("is asked by cards, tables and chat examples before they write", async () => {
  const project = await temporaryProject();
  const store = await openStore(project);
  await pull(store.workspace, letters);
  store.refresh();
  const text = (name: string) => readFile(join(project, name), "utf8");
  for (const folder of ["all", "data-loaders"]) await mkdir(join(project, folder));
  for (const name of ["README.md", "all/versions.csv", "package.json"])
    await writeFile(join(project, name), "{}");

  const card = ["card", "letters", "-o", "README.md"];
  const chat = ["export", "--chat", "package.json", "--dataset", "letters"];
  const set = ["finetune", "export", "--dataset", "letters", "-o", "package.json"];
  for (const command of [card, chat, set]) {
    const {code, stderr} = await assayHere(project, ...command);
    expect([command, code, stderr]).toEqual([command, 1, expect.stringContaining("is there already")]);
  }
  await expect(exportTables(store, join(project, "all"), "csv")).rejects.toThrow(
    /versions\.csv is there already/
  );
  for (const name of ["README.md", "all/versions.csv", "package.json"]) expect(await text(name)).toBe("{}");

  for (const more of [["--overwrite"], []])
    expect((await assayHere(project, ...card, ...more)).code, more.join()).toBe(0);
  expect(await text("README.md")).toContain("letters");
  for (const overwrite of [true, undefined])
    await exportTables(store, join(project, "all"), "csv", overwrite);
  expect(await text("all/versions.csv")).toContain("letters");
  store.close();
});

it("leaves the tables of an earlier export as they are where one cannot be written", async () => {
  const workspace = await temporaryWorkspace();
  const {version} = await pull(workspace, letters);
  const store = await openStore(workspace);
  const folder = join(workspace.project, "tables");
  try {
    await exportTables(store, folder, "csv");
    const names = readdirSync(folder);
    const inodes = () => names.map((name) => statSync(join(folder, name)).ino);
    const before = inodes();
    const rows = join(workspace.dir, "datasets", "letters", version.id, "rows.parquet");
    renameSync(rows, `${rows}.away`);
    await expect(exportTables(store, folder, "csv")).rejects.toThrow(/rows\.parquet/);
    expect(inodes()).toEqual(before);
    await expect(exportTables(store, join(workspace.project, "others"), "csv")).rejects.toThrow();
    expect(readdirSync(join(workspace.project, "others"))).toEqual([]);
    renameSync(`${rows}.away`, rows);
    await exportTables(store, folder, "csv");
    expect(readdirSync(folder)).toEqual(names);
    expect(inodes()).not.toEqual(before);
  } finally {
    store.close();
  }
});
