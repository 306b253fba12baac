import {mkdtempSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, it, vi} from "vitest";
import {exportVerb} from "../../../src/cli/store/export.js";
import {importResults} from "../../../src/cli/evals/verdict/importResults.js";
import {deleteRuns} from "../../../src/cli/evals/runs/keepRuns.js";
import {collectGarbage, purge} from "../../../src/data/datasets/index.js";
import {scoreTable} from "../../../src/evals/decisions/index.js";
import {openStore, openWorkspace, type Store} from "../../../src/base/store/index.js";
import {printed} from "../../support/printed.js";

let project: string;
let store: Store;
beforeEach(async () => {
  project = mkdtempSync(join(tmpdir(), "assay-imported-"));
  const lines = ["row,candidate,score,topic,thread,output,input,expected"];
  for (let i = 0; i < 12; i++)
    for (const name of ["a", "b"])
      lines.push(
        `r${i},${name},${(i + name.length) % 2},t${i % 2},u${i % 3},${i === 5 ? "call Zarathustra" : "said"} ${name},${
          i === 5 ? "Who is Zarathustra?" : `what of ${i}?`
        },${i === 5 ? "Zarathustra" : "it"}`
      );
  writeFileSync(join(project, "results.csv"), `${lines.join("\n")}\n`);
  vi.stubEnv("ASSAY_PROJECT", project);
  vi.stubEnv("ASSAY_DIR", join(project, ".assay"));
  store = await openStore(await openWorkspace(project, join(project, ".assay")));
});
afterEach(() => {
  store.close();
  vi.unstubAllEnvs();
});

const read = async (name = "results") => {
  const {workspace} = store;
  const given = await importResults(
    workspace,
    {files: ["results.csv"], slices: ["topic"], cluster: "thread"},
    {name, command: "assay verdict --from results.csv", publish: "text"}
  );
  store.refresh();
  return given;
};
const erase = (where: string) => purge(store.workspace, "results", {where, reason: "asked for"});

/** Files of the store that hold a word, compressed columns looked into. */
async function holding(word: string): Promise<string[]> {
  const {dir} = store.workspace;
  const files = readdirSync(dir, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const found: string[] = [];
  for (const file of files) {
    const rows = file.endsWith(".parquet")
      ? JSON.stringify(await store.rows(`select * from read_parquet('${file}')`), (_key, value: unknown) =>
          typeof value === "bigint" ? String(value) : value
        )
      : readFileSync(file, "latin1");
    if (rows.includes(word)) found.push(file);
  }
  return found;
}

describe("a run of other tools' results", () => {
  it("loses a row to a purge by what was asked, expected or answered, and keeps its score", async () => {
    const {manifest} = await read();
    expect((await holding("Zarathustra")).length).toBeGreaterThan(0);
    const before = await scoreTable(store, manifest.id, manifest.primaryScorer);
    const result = await erase("input like '%Zarathustra%'");
    expect(result).toMatchObject({rows: 1, runs: [manifest.id], versions: []});
    expect(await holding("Zarathustra")).toEqual([]);
    store.refresh();
    const [run] = await store.runs();
    expect(run!.purged).toEqual([{rows: 1, at: expect.any(String), reason: "asked for"}]);
    const after = await scoreTable(store, manifest.id, manifest.primaryScorer);
    expect(after.rowIds).not.toContain("r5");
    const sums = (values: (readonly (number | undefined)[])[]) =>
      values.map((column) => column.reduce<number>((sum, value) => sum + (value ?? 0), 0));
    expect(sums(after.values as never)).toEqual(sums(before.values as never));
    // Every column of it can be asked about; what is none is told.
    for (const where of [
      "output = 'said a' and id = 'r1'",
      "expected like '%it%' and row_id = 'r2'",
      "cluster = 'u0' and slices like '%t1%'"
    ])
      expect((await erase(where)).rows, where).toBeGreaterThan(0);
    await expect(erase("whom = 'x'")).rejects.toThrow(/not a condition/);
    await expect(purge(store.workspace, "nobody", {where: "true", reason: "r"})).rejects.toThrow(
      /no version of nobody, and no run of that name/
    );
  });

  it("does not get an erased row back by importing the files again", async () => {
    const {manifest} = await read();
    await erase("id = 'r5'");
    expect(await read()).toMatchObject({unchanged: true, manifest: {purged: [{rows: 1}]}});
    store.refresh();
    await deleteRuns(store, [manifest.id]);
    const again = await read();
    expect(again).toMatchObject({unchanged: false, manifest: {id: manifest.id, dataset: {rows: 11}}});
    expect(again.manifest.counts).toMatchObject({planned: 22, completed: 22});
    expect(again.manifest.imported!.notes).toContain("1 row of the files was erased before and left out.");
    expect(await holding("Zarathustra")).toEqual([]);
  });

  it("is deleted with all it holds", async () => {
    const {manifest} = await read();
    expect(await deleteRuns(store, [manifest.id.slice(0, 12)])).toEqual([manifest.id]);
    expect(await store.runs()).toEqual([]);
    expect(await holding("Zarathustra")).toEqual([]);
  });

  it("is left alone by gc, and keeps nothing else from going", async () => {
    const {manifest} = await read();
    const {removed} = await collectGarbage(store, {keep: 1});
    expect(removed).toEqual([]);
    expect((await store.runs()).map(({id}) => id)).toEqual([manifest.id]);
    expect((await scoreTable(store, manifest.id, manifest.primaryScorer)).rowIds.length).toBe(12);
  });

  it("is exported with its tables, and the export is named by a later purge", async () => {
    await read();
    const folder = join(project, "out");
    await printed(() => exportVerb({csv: folder}));
    expect(readFileSync(join(folder, "completions.csv"), "utf8").split("\n").length).toBe(26);
    expect(readFileSync(join(folder, "runs.csv"), "utf8")).toContain("results-");
    expect((await erase("id = 'r5'")).notErased).toContain(folder);
  });
});
