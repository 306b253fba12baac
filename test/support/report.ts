import {readFileSync} from "node:fs";
import {mkdtemp, rm} from "node:fs/promises";
import {createRequire} from "node:module";
import {tmpdir} from "node:os";
import {join} from "node:path";
import type {Browser, Locator, Page} from "playwright-core";
import {afterAll, beforeAll} from "vitest";
import {purge} from "../../src/data/datasets/index.js";
import {currentRuns} from "../../src/report/site/index.js";
import type {RunView} from "../../src/report/site/types.js";
import {openStore, type Store} from "../../src/base/store/index.js";
import {openBrowser} from "./browser.js";
import {type BuiltSite, buildSite, emptySite, siteData, siteProject} from "./buildSite.js";
import {decisionStore} from "./decisionStore.js";
import {distilledStore} from "./distilledStore.js";
import {hostileStore} from "./hostileStore.js";
import {sampleStore} from "./sampleStore.js";
import {sampleTickets} from "./sampleTickets.js";
import {situationStore} from "./situationStore.js";
import {trainedModel} from "./trainedModel.js";
import {type FolderServer, serveFolder} from "./serveFolder.js";
import {countShifts, settled, watchPage} from "./watchPage.js";

/** A built report, served below a path, with the store it comes from. */
export interface Report {
  site: BuiltSite;
  store: Store;
  server: FolderServer;
  /** The same pages with what their loaders print of an empty store. */
  empty: {server: FolderServer};
  /** The newest run of an eval; of several splits the one named. */
  run(evalName: string, split?: string): RunView;
}

/** How long a browser keeps a file of the report. */
const KEPT_SECONDS = 600;

export let report: Report;
let browser: Browser | undefined;

/**
 * Builds one report of made-up stores, once for every suite of the test file that calls it.
 * @param whole with distillations and situations to act on, which take half of the time
 */
export function setUpReport({whole = false} = {}): void {
  let project: string;
  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), "assay-report-"));
    await siteProject(project);
    const workspace = await sampleStore(project);
    await sampleTickets(workspace);
    await purge(workspace, "mails", {where: "thread = 'thread-7'", reason: "request 2026-14"});
    if (whole) await distilledStore(project);
    await decisionStore(project);
    if (whole) await situationStore(workspace);
    await trainedModel(workspace);
    await hostileStore(workspace);
    const [, ...others] = await currentRuns(workspace);
    const site = await buildSite(project, {runs: others.map(({id}) => id)});
    const empty = await emptySite(project, site);
    const store = await openStore(workspace);
    const {runs} = (await siteData(site.dist, "verdicts")) as {runs: RunView[]};
    report = {
      site,
      store,
      server: await serveFolder(site.dist, "/reports/mails/", KEPT_SECONDS),
      empty: {server: await serveFolder(empty, "/", KEPT_SECONDS)},
      run: (evalName, split) =>
        runs.find((run) => run.eval === evalName && (split === undefined || run.split.name === split))!
    };
    browser = await openBrowser();
  }, 900_000);
  afterAll(async () => {
    await browser?.close();
    await report.server.close();
    await report.empty.server.close();
    report.store.close();
    await rm(project, {recursive: true, force: true});
  });
}

export type TestContext = {skip: (reason?: string) => void};

/** A page of the report with the problems seen so far; skips the test without a browser. */
export async function open(
  context: TestContext,
  path: string,
  {width = 1200, server = report.server}: {width?: number; server?: FolderServer} = {}
): Promise<{page: Page; problems: string[]}> {
  if (!browser) context.skip("no browser");
  const page = await browser!.newPage({viewport: {width, height: 900}});
  const problems = watchPage(page, new URL(server.url).origin);
  await countShifts(page);
  await page.goto(server.url + path);
  await settled(page);
  return {page, problems};
}

/** Goes on to another page of the report with an open one, which costs half of what opening one does. */
export async function visit(page: Page, path: string, server = report.server): Promise<void> {
  await page.goto(server.url + path);
  await settled(page);
}

/** Follows a link of the navigation, in the group that lists it. */
export async function goTo(page: Page, name: string): Promise<void> {
  await navigationLink(page, name).then((link) => link.click());
  await settled(page);
}

/** A link of the navigation, of which the group is unfolded. */
export async function navigationLink(page: Page, name: string): Promise<Locator> {
  const navigation = page.getByRole("navigation", {name: "Report"});
  const group = navigation.locator("details", {has: page.locator("a", {hasText: new RegExp(`^${name}$`)})});
  if ((await group.count()) > 0 && !(await group.evaluate((node: HTMLDetailsElement) => node.open)))
    await group.locator("summary").click();
  return navigation.getByRole("link", {name, exact: true});
}

/** Text of a table's cells without their small print, row by row. */
export function cells(page: Page, caption: string | RegExp): Promise<string[][]> {
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

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds wrong that is serious; of all its rules, or of those named. */
export async function seriousViolations(page: Page, rules?: string[]): Promise<string[]> {
  // Not by a script tag: the pages' Content-Security-Policy runs no script that they were not built with.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  return page.evaluate(async (only) => {
    interface Result {
      violations: {id: string; impact: string; nodes: {html: string; failureSummary: string}[]}[];
    }
    const {axe} = window as unknown as {axe: {run(options: object): Promise<Result>}};
    const {violations} = await axe.run({
      resultTypes: ["violations"],
      runOnly: only ? {type: "rule", values: only} : undefined
    });
    return violations
      .filter(({impact}) => impact === "serious" || impact === "critical")
      .map(
        ({id, nodes}) =>
          `${id}: ${nodes.map(({html, failureSummary}) => `${html} ${failureSummary}`).join("; ")}`
      );
  }, rules);
}

/** "84.1%" of a share, as pages write it. */
export const percent = (value: number | undefined) =>
  value === undefined ? "–" : `${(100 * value).toFixed(1)}%`;

/** "+2.1" of a difference of shares, as pages write it. */
export function signed(value: number | undefined): string {
  if (value === undefined) return "–";
  const text = (100 * value)
    .toFixed(1)
    .replace(/^-(?=0\.0$)/, "")
    .replace("-", "−");
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** "−0.6 to +2.8" of the bounds of a difference. */
export const signedRange = (low: number | undefined, high: number | undefined) =>
  low === undefined || high === undefined ? "–" : `${signed(low)} to ${signed(high)}`;

export const pText = (p: number | undefined) =>
  p === undefined ? "–" : p < 0.001 ? "< 0.001" : p.toFixed(3);
