import {afterAll, beforeAll, expect, it} from "vitest";
import {showPrompt} from "../../../src/cli/data/rowPrompt.js";
import {chooseDataset} from "../../../src/report/components/data/datasets.js";
import {overview} from "../../../src/report/components/verdict/overview.js";
import {asked} from "../../../src/report/components/examples/rowAsked.js";
import {provenance} from "../../../src/report/components/runs/runHistory.js";
import {runSource} from "../../../src/report/components/inputs/chooseRun.js";
import {chooseSplits} from "../../../src/report/components/splits/splits.js";
import type {DetailFile} from "../../../src/report/site/detailTypes.js";
import {rowDetails} from "../../../src/report/site/rowDetails.js";
import {printed} from "../../support/printed.js";
import {type ImportedRun, importedRun} from "./support/importedRun.js";
import {onPage, textOf} from "./support/page.js";

onPage();
let imported: ImportedRun;
beforeAll(async () => {
  const lines = Array.from({length: 8}, (_, i) => [`r${i},a,1`, `r${i},b,${i % 2}`]);
  imported = await importedRun(["row,candidate,score", ...lines.flat()]);
});
afterAll(() => imported.store.close());

it("an imported run's record has no split, seed, prompt, time or revision that nobody stated", () => {
  const text = textOf(provenance(imported.run));
  expect(text).toContain("It reads the files again and makes no call.");
  expect(text).toContain("Split none: all rows of the files");
  expect(text).toContain("imported from csv");
  expect(text).not.toMatch(/seed ,|default|0\.0 ms|revision|test part/);
});

it("an imported run's verdict and source name no part of a split, and no time where none is stated", () => {
  const text = textOf(overview(imported.view)) + textOf(runSource(imported.view));
  expect(text).toContain("no time stated");
  expect(text).not.toContain("test part");
});

it("the pages of data and splits say where imported rows are", () => {
  for (const node of [
    chooseDataset({datasets: []}, {runs: [imported.view]}),
    chooseSplits({versions: []}, {runs: [imported.view]})
  ])
    expect(textOf(node)).toMatch(/The rows of scores came with imported scores: they are in no dataset\.$/);
  expect(textOf(chooseDataset({datasets: []}, {runs: []}))).not.toContain("imported");
});

it("a row whose file keeps no prompt says so on its page and in the terminal, and names no command", async () => {
  const {store, run, view} = imported;
  const why = "There is no prompt: the imported file does not say what was asked, or the row was erased.";
  const {value: file} = await rowDetails(store, run.id).next();
  const [detail] = (file as DetailFile).rows;
  expect(textOf(asked(view, detail!))).toBe(`What was asked ${why}`);
  expect(await printed(() => showPrompt(store, run.id, "r0"))).toContain(why);
});
