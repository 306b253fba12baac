import {mkdtemp, readdir, readFile, rm} from "node:fs/promises";
import {createRequire} from "node:module";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {type Browser, type Page} from "playwright-core";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {purge} from "../../src/datasets/index.js";
import {decide, type ScoreTable, scoreTable, type Verdict} from "../../src/decisions/index.js";
import {currentRuns, datasets, splits, verdicts} from "../../src/site/index.js";
import {splitGaps} from "../../src/site/splitComparison.js";
import {openStore, openWorkspace, type RunManifest, type Store} from "../../src/store/index.js";
import {openBrowser} from "../support/browser.js";
import {type BuiltSite, buildSite, canCutNetwork, siteProject} from "../support/buildSite.js";
import {HOSTILE, LABELS, sampleStore} from "../support/sampleStore.js";
import {sampleTickets} from "../support/sampleTickets.js";
import {type FolderServer, serveFolder} from "../support/serveFolder.js";
import {settled, watchPage} from "../support/watchPage.js";

const PAGES = [
  "",
  "candidates",
  "differences",
  "comparison",
  "judges",
  "races",
  "data-sets",
  "splits",
  "merges",
  "runs"
];
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

let project: string;
let empty: BuiltSite;
let full: BuiltSite;
let store: Store;
let byThread: RunManifest;
let browser: Browser | undefined;
let server: FolderServer;
let emptyServer: FolderServer;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "assay-site-"));
  await siteProject(project);
  await openWorkspace(project, join(project, ".assay"));
  empty = await buildSite(project, "dist-empty");
  const workspace = await sampleStore(project);
  await sampleTickets(workspace);
  await purge(workspace, "mails", {where: "thread = 'thread-7'", reason: "request 2026-14"});
  full = await buildSite(project, "dist");
  store = await openStore(await openWorkspace(project, join(project, ".assay")));
  byThread = (await currentRuns(store.workspace)).find(
    (run) => run.eval === "mail-triage" && run.split.strategy === "group"
  )!;
  server = await serveFolder(full.dist, "/reports/mails/");
  emptyServer = await serveFolder(empty.dist, "/");
  browser = await openBrowser();
}, 400_000);

afterAll(async () => {
  await browser?.close();
  await server.close();
  await emptyServer.close();
  store.close();
  await rm(project, {recursive: true, force: true});
});

/** A page of the site with the problems seen so far; skips the test without a browser. */
async function open(
  context: {skip: (reason?: string) => void},
  address: string,
  options: {dark?: boolean; width?: number} = {}
): Promise<{page: Page; problems: string[]}> {
  if (!browser) context.skip("no browser");
  const page = await browser!.newPage({
    colorScheme: options.dark ? "dark" : "light",
    viewport: {width: options.width ?? 1200, height: 900}
  });
  const problems = watchPage(page, new URL(address).origin);
  await page.goto(address);
  await settled(page);
  return {page, problems};
}

async function seriousViolations(page: Page): Promise<string[]> {
  await page.addScriptTag({path: axe});
  return page.evaluate(async () => {
    interface Result {
      violations: {id: string; impact: string; nodes: {html: string; failureSummary: string}[]}[];
    }
    const {axe} = window as unknown as {axe: {run(): Promise<Result>}};
    const {violations} = await axe.run();
    return violations
      .filter(({impact}) => impact === "serious" || impact === "critical")
      .map(
        ({id, nodes}) =>
          `${id}: ${nodes.map(({html, failureSummary}) => `${html} ${failureSummary}`).join("; ")}`
      );
  });
}

async function engineVerdict(scorer: string, slice?: string): Promise<Verdict> {
  const table = await scoreTable(store, byThread.id, scorer);
  const kept = await store.rows<{row_id: string}>(
    `select row_id from items where run = $run ${slice ? `and (slices::json ->> 'length') = '${slice}'` : ""}`,
    {run: byThread.id}
  );
  const wanted = new Set(kept.map(({row_id}) => row_id));
  const keep = <T>(values: readonly T[]): T[] => values.filter((_, row) => wanted.has(table.rowIds[row]!));
  const part: ScoreTable = {
    ...table,
    rowIds: keep(table.rowIds),
    clusters: table.clusters && keep(table.clusters),
    values: table.values.map((values) => keep(values))
  };
  return decide(part, {margin: byThread.margin!, seed: byThread.seed});
}

const percent = (value: number | undefined) => `${(100 * value!).toFixed(1)}%`;
const range = (low: number | undefined, high: number | undefined) =>
  `${(100 * low!).toFixed(1)}–${(100 * high!).toFixed(1)}%`;

/** Text of a table's cells without their small print, row by row. */
function cells(page: Page, caption: string): Promise<string[][]> {
  return page
    .getByRole("region", {name: caption})
    .locator("tbody tr")
    .evaluateAll((rows) =>
      rows.map((row) =>
        [...row.querySelectorAll("th, td")].map((cell) => {
          const copy = cell.cloneNode(true) as Element;
          for (const note of copy.querySelectorAll("small")) note.remove();
          return copy.textContent?.trim() ?? "";
        })
      )
    );
}

async function htmlFiles(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".html"));
  return Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
}

describe("the built site", () => {
  it("is built without a network and without an error on any page", async () => {
    if (!canCutNetwork)
      console.warn("the build was not cut off from the network: unshare is not permitted here");
    for (const site of [empty, full]) {
      expect(site.log).not.toMatch(/unable to fetch|registry\.npmjs|jsdelivr|Warning/);
      const pages = await htmlFiles(site.dist);
      expect(pages).toHaveLength(PAGES.length);
      for (const html of pages) expect(html).not.toContain("observablehq--error");
    }
  });

  it("shows the store as it is when it is built again", async () => {
    const dataFiles = (folder: string) => readdir(join(folder, "_file", "data"));
    const [file] = (await dataFiles(full.dist)).filter((name) => name.startsWith("verdicts"));
    const data = JSON.parse(await readFile(join(full.dist, "_file", "data", file!), "utf8")) as {
      runs: object[];
    };
    expect(data.runs).toHaveLength(4);
    expect((await readdir(join(full.dist, "data", "rows"))).sort()).toEqual(
      (await currentRuns(store.workspace)).map((run) => `${run.id}.arrow`).sort()
    );
  });

  for (const name of PAGES)
    it(`opens ${name || "the first page"} below a path, light, dark and on a phone, accessible and without asking elsewhere`, async (context) => {
      for (const options of [{}, {dark: true}, {width: 390}]) {
        const {page, problems} = await open(context, server.url + name, options);
        expect(await page.locator(".observablehq--error").count()).toBe(0);
        expect(await page.locator("#observablehq-main").innerText()).not.toMatch(/\[object|undefined|NaN/);
        expect(
          await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
        ).toBeLessThanOrEqual(0);
        expect(await seriousViolations(page)).toEqual([]);
        expect(await page.evaluate(() => "attacked" in window)).toBe(false);
        expect(problems).toEqual([]);
        await page.close();
      }
    });

  for (const name of PAGES)
    it(`says what to do on ${name || "the first page"} when the store is empty`, async (context) => {
      const {page, problems} = await open(context, emptyServer.url + name);
      expect(await page.locator(".empty").innerText()).toMatch(/npx assay (run|pull)/);
      expect(await page.locator(".observablehq--error").count()).toBe(0);
      expect(await seriousViolations(page)).toEqual([]);
      expect(problems).toEqual([]);
      await page.close();
    });
});

describe("the first page", () => {
  it("begins with the engine's verdict and its numbers", async (context) => {
    const {page} = await open(context, server.url + `?run=${byThread.id}`);
    const verdict = await engineVerdict("right queue");
    expect(await page.locator(".sentence").innerText()).toBe(verdict.sentence);
    await page.getByText("The same in numbers").click();
    const table = await cells(page, "Means and intervals of the candidates");
    expect(table.map((row) => row.slice(0, 4))).toEqual(
      verdict.summaries.map((one) => [
        one.candidate,
        percent(one.mean),
        range(one.low, one.high),
        `${one.scored} of ${one.planned}`
      ])
    );
    await page.close();
  });

  it("shows another verdict for another eval, and keeps the choice on other pages", async (context) => {
    const {page} = await open(context, server.url);
    const before = await page.locator(".sentence").innerText();
    await page.getByLabel("Eval and split").selectOption({label: "Mail triage, split random"});
    await page.waitForFunction((text) => document.querySelector(".sentence")?.textContent !== text, before);
    await page.getByRole("navigation").getByRole("link", {name: "Candidates"}).click();
    await settled(page);
    expect(
      await page
        .getByLabel("Eval and split")
        .evaluate((list: HTMLSelectElement) => list.selectedOptions[0]?.text)
    ).toBe("Mail triage, split random");
    await page.close();
  });

  it("says by how much the random split flatters, partial runs and failures", async (context) => {
    const {page} = await open(context, server.url + `?run=${byThread.id}`);
    const warnings = (await page.locator(".warnings li").allTextContents()).join("\n");
    expect(warnings).toMatch(
      /random split's score minus that on split by thread is [+−][\d.]+ points \([+−][\d.]+ to [+−][\d.]+\)/
    );
    expect(warnings).toMatch(/joint-served: \d+ requests? failed: no answer within 30 s/);
    await page.getByLabel("Eval and split").selectOption({label: "mail-urgency, split by thread"});
    await page.getByText("The run is partial (--limit 40)").waitFor();
    await page.getByLabel("Eval and split").selectOption({label: "mail-outage, split by thread"});
    await page.getByText("Nothing was scored, so there is nothing to decide.").waitFor();
    await page.close();
  });
});

describe("inputs", () => {
  it("recompute the intervals of a slice as the engine does", async (context) => {
    const {page, problems} = await open(context, server.url + `candidates?run=${byThread.id}`);
    const whole = await cells(page, "Candidates, the best first");
    await page.getByLabel("Rows", {exact: true}).selectOption({label: "long"});
    await page.getByRole("heading", {name: "right queue, length long"}).waitFor();
    const verdict = await engineVerdict("right queue", "long");
    const slice = await cells(page, "Candidates, the best first");
    expect(slice.map((row) => row.slice(0, 3))).toEqual(
      verdict.summaries.map((one) => [one.candidate, percent(one.mean), range(one.low, one.high)])
    );
    expect(slice).not.toEqual(whole);
    await page.getByText(verdict.sentence).waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });

  it("recompute another scorer as the engine does", async (context) => {
    const {page} = await open(context, server.url + `candidates?run=${byThread.id}`);
    await page.getByLabel("Scorer").selectOption({label: "closeness"});
    await page.getByRole("heading", {name: "closeness, all rows"}).waitFor();
    const verdict = await engineVerdict("closeness");
    expect((await cells(page, "Candidates, the best first")).map((row) => row.slice(0, 3))).toEqual(
      verdict.summaries.map((one) => [one.candidate, percent(one.mean), range(one.low, one.high)])
    );
    await page.close();
  });

  it("show the engine's paired differences, in a slice as well", async (context) => {
    const {page} = await open(context, server.url + `differences?run=${byThread.id}`);
    await page.getByLabel("Rows", {exact: true}).selectOption({label: "short"});
    const verdict = await engineVerdict("right queue", "short");
    const against = page.getByLabel("Measured against");
    const names = await against.locator("option").allInnerTexts();
    await against.selectOption({label: names.find((name) => name.split(" (")[0] === verdict.best)!});
    const signed = (value: number) =>
      (100 * value)
        .toFixed(1)
        .replace(/^-(?=0\.0$)/, "")
        .replace("-", "−");
    await page.getByText("The same in numbers", {exact: true}).click();
    await expect
      .poll(async () =>
        (await cells(page, "Paired differences")).map((row) => [row[0], row[1]!.replace("+", ""), row[3]])
      )
      .toEqual(verdict.comparisons.map((pair) => [pair.b, signed(pair.difference!), String(pair.rows)]));
    await page.close();
  });

  it("list exactly the rows on which two candidates disagree", async (context) => {
    const {page} = await open(context, server.url + `comparison?run=${byThread.id}`);
    await page.getByLabel("Candidate", {exact: true}).selectOption({label: "joint"});
    await page.getByLabel("against", {exact: true}).selectOption({label: "tfidf-logreg"});
    const found = await store.row<{first: number; second: number}>(
      `select count(*) filter (a.value > b.value)::int as first, count(*) filter (a.value < b.value)::int as second
       from scores a join scores b using (run, row_id, scorer)
       where run = $run and scorer = 'right queue' and a.candidate = 'joint' and b.candidate = 'tfidf-logreg'`,
      {run: byThread.id}
    );
    await page
      .getByText(`${found!.first} are better with joint and ${found!.second} with tfidf-logreg.`)
      .waitFor();
    await page.getByRole("button", {name: /Show \d+ more/}).click();
    expect((await cells(page, "Rows on which joint and tfidf-logreg disagree")).length).toBe(
      Math.min(40, found!.first)
    );
    await page.close();
  });
});

describe("text from models and data", () => {
  it("is shown as text, never as markup", async (context) => {
    const {page, problems} = await open(context, server.url + `comparison?run=${byThread.id}`);
    await page.getByLabel("Candidate", {exact: true}).selectOption({label: "base"});
    const heading = page.getByRole("columnheader", {name: HOSTILE});
    await heading.waitFor();
    expect(await page.locator("#observablehq-main img").count()).toBe(0);
    expect(await page.evaluate(() => "attacked" in window)).toBe(false);
    expect(problems).toEqual([]);
    await page.close();
  });

  it("counts answers by expected label as the store does", async (context) => {
    const {page} = await open(context, server.url + `comparison?run=${byThread.id}`);
    await page.getByLabel("Candidate", {exact: true}).selectOption({label: "base"});
    await page.getByRole("heading", {name: "What base answered"}).waitFor();
    const counted = await store.rows<{expected: string; predicted: string; n: number}>(
      `select details::json ->> 'expected' as expected, details::json ->> 'predicted' as predicted, count(*)::int as n
       from scores where run = $run and candidate = 'base' and scorer = 'right queue' group by all`,
      {run: byThread.id}
    );
    const n = (expected: string, predicted: string) =>
      String(counted.find((row) => row.expected === expected && row.predicted === predicted)?.n ?? 0);
    const table = await cells(page, "What base answered");
    expect(table.map((row) => row.slice(0, -1))).toEqual(
      LABELS.map((expected) => [expected, ...[...LABELS, HOSTILE].map((predicted) => n(expected, predicted))])
    );
    await page.close();
  });
});

describe("the data page", () => {
  const choose = async (page: Page, label: string) => {
    const list = page.getByLabel("Data set and version");
    const texts = await list.locator("option").allTextContents();
    await list.selectOption({label: texts.find((text) => text.startsWith(label))!});
    await page.getByRole("heading", {name: label.split(",")[0], exact: true}).waitFor();
  };

  it("shows the engine's numbers of what was dropped, double, contradictory and personal", async (context) => {
    const {page, problems} = await open(context, server.url + "data-sets");
    await choose(page, "tickets, 2026-11-18");
    const {datasets: all} = await datasets(store);
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
    const {page} = await open(context, server.url + "data-sets", {width: 390});
    await choose(page, "tickets, 2026-11-18");
    for (const summary of await page.locator("summary").all()) await summary.click();
    expect(await seriousViolations(page)).toEqual([]);
    await choose(page, "mails, 2026-11-16");
    const [erasure] = await cells(page, "Rows erased, the latest erasure first");
    const touched = (await store.runs()).filter((run) => run.purged);
    expect(erasure!.slice(1, 3)).toEqual(["request 2026-14", "4"]);
    for (const run of touched) expect(erasure![4]).toContain(run.id);
    await page.close();
  });
});

describe("the splits page", () => {
  it("says which split to use in the engine's words, and shows its measures side by side", async (context) => {
    const {page, problems} = await open(context, server.url + "splits");
    const {versions} = await splits(store);
    const list = page.getByLabel("Data set and version");
    const texts = await list.locator("option").allTextContents();
    for (const view of versions) {
      await list.selectOption({index: versions.indexOf(view)});
      await page.getByText(`${view.dataset}, version`).waitFor();
      expect(texts[versions.indexOf(view)]).toContain(view.dataset);
      const headline = (await page.locator(".sentence").innerText()).replace(/\.$/, "");
      const reasons = await page.locator(".sentence + p").innerText();
      expect(`${headline}: ${reasons}`.toLowerCase()).toBe(view.choice!.sentence.toLowerCase());
      const table = await cells(page, "Splits of one version side by side");
      const line = (name: string) => table.find(([first]) => first === name)!.slice(1);
      expect(line("test")).toEqual(view.splits.map(({counts}) => String(counts.test)));
      expect(line("Same group")).toEqual(
        view.splits.map(({measures}) => percent((measures.groupLeakage as {share: number}).share))
      );
      expect(line("PSI of classes")).toEqual(
        view.splits.map(({measures}) => (measures.labelPsi as number).toFixed(3))
      );
    }
    expect(problems).toEqual([]);
    await page.close();
  });

  it("shows what the choice changes in the best candidate's score", async (context) => {
    const {page} = await open(context, server.url + "splits");
    const current = await verdicts(store);
    const of = (name: string) =>
      current.runs.find((run) => run.eval === "mail-triage" && run.split.name === name)!;
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

describe("provenance", () => {
  it("tells of any run what made its numbers and how to run it again", async (context) => {
    const {page} = await open(context, server.url + "runs");
    await page.getByRole("link", {name: byThread.id}).click();
    await settled(page);
    const text = await page.locator("#observablehq-main").innerText();
    for (const wanted of [
      byThread.command,
      byThread.dataset.version.slice(0, 12),
      byThread.split.id.slice(0, 12),
      byThread.code.revision!.slice(0, 12),
      byThread.evalFile!.path,
      "$0.40 in, $0.80 out",
      "(request 2026-14)"
    ])
      expect(text).toContain(wanted);
    await page.close();
  });

  it("shows each merge beside its parents with the paired difference", async (context) => {
    const {page} = await open(context, server.url + `merges?run=${byThread.id}`);
    const found = await store.row<{mean: number}>(
      `select avg(a.value - b.value)::double as mean from scores a join scores b using (run, row_id, scorer)
       where run = $run and scorer = 'right queue' and a.candidate = 'merge-average' and b.candidate = 'team-b'`,
      {run: byThread.id}
    );
    const table = await cells(page, "Scores of merge-average beside its parents'");
    expect(table.find((row) => row[0] === "team-b")![4]).toBe(`+${(100 * found!.mean).toFixed(1)}`);
    expect(await page.locator("#observablehq-main").innerText()).toContain("31.2%");
    await page.close();
  });
});
