import type {Page} from "playwright-core";
import {describe, expect, it} from "vitest";
import {splitLeaks} from "../../../../src/data/splits/index.js";
import {datasets, splits} from "../../../../src/report/site/index.js";
import {splitGaps} from "../../../../src/report/site/splitComparison.js";
import {cells, open, percent, report, seriousViolations} from "../../../support/report.js";

describe("the data page", () => {
  const choose = async (page: Page, label: string) => {
    const list = page.getByLabel("Dataset and version");
    const texts = await list.locator("option").allTextContents();
    await list.selectOption({label: texts.find((text) => text.startsWith(label))!});
    await page.getByRole("heading", {name: label.split(",")[0], exact: true}).waitFor();
  };

  it("shows the engine's numbers of what was dropped, double, contradictory and personal", async (context) => {
    const {page, problems} = await open(context, "data-sets");
    await choose(page, "tickets, 2026-11-18");
    const {datasets: all} = await datasets(report.store);
    const {details, ledgers} = all.find(({name}) => name === "tickets")!;
    const [newest] = details;
    expect((await cells(page, "Rows dropped by each filter")).map((row) => row.slice(0, 2))).toEqual(
      newest!.rejected.map(({filter, rows}) => [filter, String(rows)])
    );
    const {duplicates, conflicts, diff} = newest!;
    if (!duplicates.measured || !conflicts.measured) throw new Error("nothing was measured");
    const text = await page.locator("#observablehq-main").innerText();
    expect(text).toMatch(
      new RegExp(`Clusters\\s+${duplicates.clusters}\\s+Rows in them\\s+${duplicates.rows}`)
    );
    expect(text).toContain(`${conflicts.rows} rows in ${conflicts.clusters} clusters`);
    expect(text).toMatch(new RegExp(`Rows added\\s+${diff!.added.rows}\\s`));
    expect((await cells(page, "Drift of each column")).map(([column]) => column)).toEqual(
      diff!.drift.map(({column}) => column)
    );
    const {summary} = ledgers.find(({version}) => version === newest!.version)!;
    expect(text).toContain(`${summary.findings} findings in ${summary.rowsWithFindings}`);
    await page.getByText("By rule", {exact: true}).click();
    expect(await cells(page, "Personal data found, by rule and action")).toHaveLength(
      ledgers.find(({version}) => version === newest!.version)!.rules.length
    );
    expect(problems).toEqual([]);
    await page.close();
  });

  it("is accessible with every list open, and says when rows were erased, why and from which runs", async (context) => {
    const {page} = await open(context, "data-sets", {width: 390});
    await choose(page, "tickets, 2026-11-18");
    for (const summary of await page.locator("summary").all()) await summary.click();
    expect(await seriousViolations(page)).toEqual([]);
    await choose(page, "mails, 2026-11-16");
    await page.getByText("Erased rows", {exact: true}).click();
    const [erasure] = await cells(page, "Rows erased, the latest erasure first");
    const touched = (await report.store.runs()).filter((run) => run.purged);
    expect(erasure!.slice(1, 3)).toEqual(["request 2026-14", "4"]);
    for (const run of touched) expect(erasure![4]).toContain(run.id);
    await page.close();
  });
});

describe("the splits page", () => {
  it("says which split to use in the engine's words, and shows its measures side by side", async (context) => {
    const {page, problems} = await open(context, "splits");
    const {versions} = await splits(report.store);
    const list = page.getByLabel("Dataset and version");
    const texts = await list.locator("option").allTextContents();
    const states = new Set<string>();
    for (const view of versions) {
      if (!view.choice) continue;
      await list.selectOption({index: versions.indexOf(view)});
      await page.getByText(`${view.dataset}, version`).waitFor();
      expect(texts[versions.indexOf(view)]).toContain(view.dataset);
      const said = async () => {
        const headline = (await page.locator(".sentence").innerText()).replace(/\.$/, "");
        return `${headline}: ${await page.locator(".sentence + p").innerText()}`.toLowerCase();
      };
      await expect.poll(said).toBe(view.choice.sentence.toLowerCase());
      const linesOf = () => cells(page, "Splits of one version side by side");
      const lineOf = (table: readonly string[][], name: string) =>
        table.find(([first]) => first === name)?.slice(1);
      // The table is a cell of its own, which may follow the sentence.
      await expect
        .poll(async () => lineOf(await linesOf(), "test"))
        .toEqual(view.splits.map(({counts}) => String(counts.test)));
      const table = await linesOf();
      const line = (name: string) => lineOf(table, name);
      const erased = view.choice.worst === undefined;
      expect(await page.locator(".verdict .badge").innerText()).toMatch(
        erased ? / for now$/ : /^Use | leaks least$/
      );
      // Rows of no group and no class have neither measure.
      if (!erased && view.splits.some(({measures}) => !measures.groupLeakage)) continue;
      states.add(erased ? "lost rows since" : "measured");
      expect(line("Same group")).toEqual(
        erased
          ? view.splits.map(() => "–")
          : view.splits.map(({measures}) => percent((measures.groupLeakage as {share: number}).share))
      );
      expect(line("PSI of classes")).toEqual(
        erased
          ? view.splits.map(() => "–")
          : view.splits.map(({measures}) => (measures.labelPsi as number).toFixed(3))
      );
    }
    expect([...states].sort()).toEqual(["lost rows since", "measured"]);
    expect(problems).toEqual([]);
    await page.close();
  });

  it("shows what the choice changes in the best candidate's score", async (context) => {
    const {page} = await open(context, `splits?run=${report.run("mail-triage", "by thread").id}`);
    const of = (name: string) => report.run("mail-triage", name);
    const {best} = of("by thread").verdict;
    const table = await cells(page, `Scores of ${best} by split`);
    const mean = (name: string) =>
      of(name).verdict.summaries.find(({candidate}) => candidate === best)!.mean!;
    expect(table.map(([split, , score]) => [split, score])).toEqual([
      ["by thread", percent(mean("by thread"))],
      ["random", percent(mean("random"))]
    ]);
    const gap = splitGaps(of("random").verdict, of("by thread").verdict).find(
      ({candidate}) => candidate === best
    )!;
    expect(table[1]![4]!.replace("−", "-").replace("+", "")).toBe((100 * gap.difference!).toFixed(1));
    await page.close();
  });
});

describe("the page of a row", () => {
  it("names the training rows that a row of the test part is known by", async (context) => {
    const run = report.run("intent-leak", "random");
    const split = (await report.store.splits("utterances")).find(({id}) => id === run.split.id)!;
    const [leak] = (await splitLeaks(report.store, split)).filter(({measure}) => measure === "same group");
    const {page} = await open(context, `row?run=${run.id}&row=${leak!.row}`);
    await page.getByRole("heading", {name: "Known from training"}).waitFor();
    await page.getByText(`same group: training row ${leak!.known}`).waitFor();
    await page.close();
  });
});
