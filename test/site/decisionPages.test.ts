import {mkdtemp, rm} from "node:fs/promises";
import {createRequire} from "node:module";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {type Browser, type Page} from "playwright-core";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {judgeFigures} from "../../src/components/judgeFigures.js";
import {readRaceScores, replay} from "../../src/components/raceScores.js";
import {callsOf, decide, regressionsOf, scoreTable, sliceTable} from "../../src/decisions/index.js";
import {races, raceScores, verdicts} from "../../src/site/index.js";
import type {RaceView, RunView} from "../../src/site/types.js";
import {
  clusteredRegression,
  cohenKappa,
  holm,
  judgeCorrected,
  pairedDifference
} from "../../src/stats/index.js";
import {openStore, openWorkspace, type Store} from "../../src/store/index.js";
import {openBrowser} from "../support/browser.js";
import {buildSite, siteProject} from "../support/buildSite.js";
import {decisionStore} from "../support/decisionStore.js";
import {type FolderServer, serveFolder} from "../support/serveFolder.js";
import {settled, watchPage} from "../support/watchPage.js";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

let project: string;
let store: Store;
let server: FolderServer;
let browser: Browser | undefined;
let race: RaceView;
const run = new Map<string, RunView>();

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "assay-decisions-"));
  await siteProject(project);
  await decisionStore(project);
  const {dist} = await buildSite(project);
  store = await openStore(await openWorkspace(project, join(project, ".assay")));
  for (const view of (await verdicts(store)).runs) run.set(view.eval, view);
  race = (await races(store)).races[0]!;
  server = await serveFolder(dist, "/team/report/");
  browser = await openBrowser();
}, 400_000);

afterAll(async () => {
  await browser?.close();
  await server.close();
  store.close();
  await rm(project, {recursive: true, force: true});
});

type Context = {skip: (reason?: string) => void};

async function open(
  context: Context,
  address: string,
  options: {dark?: boolean; width?: number} = {}
): Promise<{page: Page; problems: string[]}> {
  if (!browser) context.skip("no browser");
  const page = await browser!.newPage({
    colorScheme: options.dark ? "dark" : "light",
    viewport: {width: options.width ?? 1200, height: 900}
  });
  const problems = watchPage(page, new URL(server.url).origin);
  await page.goto(server.url + address);
  await settled(page);
  return {page, problems};
}

/** Text of a table's cells without their small print, row by row. */
function cells(page: Page, caption: string | RegExp): Promise<string[][]> {
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

const percent = (value: number | undefined) => (value === undefined ? "–" : `${(100 * value).toFixed(1)}%`);
const signed = (value: number | undefined) => {
  if (value === undefined) return "–";
  const text = (100 * value)
    .toFixed(1)
    .replace(/^-(?=0\.0$)/, "")
    .replace("-", "−");
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
};
const range = (low: number | undefined, high: number | undefined) =>
  low === undefined || high === undefined ? "–" : `${signed(low)} to ${signed(high)}`;
const pText = (p: number | undefined) => (p === undefined ? "–" : p < 0.001 ? "< 0.001" : p.toFixed(3));

describe("pages of decisions", () => {
  for (const name of ["", "differences", "comparison", "judges", "races"])
    it(`open ${name || "the first page"} light, dark and on a phone, accessible and without asking elsewhere`, async (context) => {
      for (const options of [{}, {dark: true}, {width: 390}]) {
        const {page, problems} = await open(context, name, options);
        expect(await page.locator(".observablehq--error").count()).toBe(0);
        expect(await page.locator("#observablehq-main").innerText()).not.toMatch(
          /\[object|undefined|NaN|\bnull\b/
        );
        expect(
          await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
        ).toBeLessThanOrEqual(0);
        await page.addScriptTag({path: axe});
        const violations = await page.evaluate(async () => {
          interface Result {
            violations: {id: string; impact: string; nodes: {html: string}[]}[];
          }
          const {violations: found} = await (window as unknown as {axe: {run(): Promise<Result>}}).axe.run();
          return found
            .filter(({impact}) => impact === "serious" || impact === "critical")
            .map(({id, nodes}) => `${id}: ${nodes.map((node) => node.html).join("; ")}`);
        });
        expect(violations).toEqual([]);
        expect(problems).toEqual([]);
        await page.close();
      }
    });
});

describe("the first page", () => {
  it("names the cheaper candidate with its margin, as the engine decides with the costs of the calls", async (context) => {
    const view = run.get("priced")!;
    const costs = Object.fromEntries(
      (
        await callsOf(
          store,
          (await store.runs()).find(({id}) => id === view.id)!
        )
      ).map(({candidate, cost}) => [candidate, cost!])
    );
    const verdict = decide(await scoreTable(store, view.id, "correct"), {
      margin: 0.03,
      seed: view.seed,
      costs
    });
    expect(verdict.cheaper).toMatchObject({choice: "medium", margin: 0.03});
    const {page} = await open(context, `?run=${view.id}`);
    const text = await page.locator(".verdict").innerText();
    expect(text).toContain(verdict.sentence);
    expect(text).toContain(verdict.cheaper!.sentence);
    expect(text).toContain("Prices as of 2026-11-01.");
    expect(verdict.cheaper!.sentence).toMatch(
      /medium is at most 3\.0 points worse than large .* and is 8\.0× cheaper/
    );
    await page.close();
  });

  it("says what changed since the run before, as the engine's regressions do", async (context) => {
    const view = run.get("priced")!;
    const before = (await store.runs()).find(({eval: name, id}) => name === "priced" && id !== view.id)!;
    const found = regressionsOf(
      await scoreTable(store, view.id, "correct"),
      await scoreTable(store, before.id, "correct"),
      {margin: view.margin}
    );
    expect(found.find(({candidate}) => candidate === "medium")!.status).toBe("improved");
    const {page} = await open(context, `?run=${view.id}`);
    await page.getByText("medium improved, beyond chance.").waitFor();
    await page.getByText("Every candidate against itself", {exact: true}).click();
    expect(
      (await cells(page, "Every candidate against itself in the run before")).map((row) => row.slice(0, 8))
    ).toEqual(
      found.map((one) => [
        one.candidate,
        percent(one.before),
        percent(one.after),
        signed(one.difference),
        range(one.low, one.high),
        String(one.rows),
        `${one.better.length} / ${one.worse.length}`,
        pText(one.adjustedP)
      ])
    );
    await page.close();
  });

  it("shows the race's verdict where an eval was raced, and not its last round's", async (context) => {
    const {page} = await open(context, `?run=${run.get("raced")!.id}`);
    expect(await page.locator(".sentence").innerText()).toBe(race.outcome!.sentence);
    expect(await page.locator(".verdict").innerText()).toMatch(
      /Decided by a race of \d+ rounds at an error rate of 5\.0%/
    );
    expect(await page.locator(".verdict").innerText()).not.toContain("Partial run");
    await page.close();
  });
});

describe("the page of differences", () => {
  it("corrects what it shows for a candidate that is not the best by Holm", async (context) => {
    const view = run.get("priced")!;
    const table = await scoreTable(store, view.id, "correct");
    const values = (name: string) => table.values[table.candidates.indexOf(name)]!;
    const others = table.candidates.filter((name) => name !== "small");
    const found = others.map((name) => pairedDifference(values("small"), values(name))!);
    const adjusted = holm(found.map(({p}) => p));
    const {page} = await open(context, `differences?run=${view.id}`);
    await page.getByLabel("Measured against").selectOption({label: "small (baseline)"});
    await page.getByRole("heading", {name: "small against the others"}).waitFor();
    await page.getByText("Holm over the 2 comparisons shown.").waitFor();
    await page.getByText("The same in numbers", {exact: true}).click();
    const shown = await cells(page, "Paired differences");
    expect(shown.map((row) => row.slice(0, 6)).sort()).toEqual(
      others
        .map((name, i) => [
          name,
          signed(found[i]!.estimate),
          range(found[i]!.low, found[i]!.high),
          String(found[i]!.n),
          pText(found[i]!.p),
          pText(adjusted[i])
        ])
        .sort()
    );
    expect(shown.map((row) => row[6])).toEqual(["▼ worse", "▼ worse"]);
    await page.close();
  });

  it("draws the engine's slice table: n, scores, differences, shrunk and corrected", async (context) => {
    const view = run.get("priced")!;
    const table = await scoreTable(store, view.id, "correct");
    const kinds = await store.rows<{row_id: string; kind: string}>(
      "select row_id, slices::json ->> 'kind' as kind from items where run = $run",
      {run: view.id}
    );
    const kindOf = new Map(kinds.map(({row_id, kind}) => [row_id, kind]));
    const best = view.verdict.best!;
    const slices = sliceTable(table, [{name: "kind", values: table.rowIds.map((id) => kindOf.get(id))}], {
      reference: best
    });
    const {page} = await open(context, `differences?run=${view.id}`);
    const map = await cells(page, /^Differences from/);
    const order = view.verdict.summaries.map(({candidate}) => candidate);
    expect(map.map((row) => [row[0], ...row.slice(1).map((text) => text.replace(/^[▲▼] /, ""))])).toEqual(
      order.map((name) => [
        name,
        ...slices.rows.map(({cells: all}) => {
          const cell = all.find(({candidate}) => candidate === name)!;
          return name === best ? (100 * cell.mean!).toFixed(1) : signed(cell.difference!.estimate);
        })
      ])
    );
    const arrows = slices.rows
      .flatMap(({cells: all}) => all)
      .filter(({difference}) => (difference?.adjustedP ?? 1) < 0.05);
    expect(map.flat().filter((text) => /^[▲▼]/.test(text))).toHaveLength(arrows.length);
    expect(arrows.length).toBeGreaterThan(0);
    await page.getByLabel("Cells show").selectOption({label: "Score"});
    expect((await cells(page, /^Scores of/)).map((row) => row.slice(1))).toEqual(
      order.map((name) =>
        slices.rows.map(({cells: all}) =>
          (100 * all.find(({candidate}) => candidate === name)!.mean!).toFixed(1)
        )
      )
    );
    await page.getByLabel("Candidate", {exact: true}).selectOption({label: "small"});
    await page.getByText("The same in numbers, and shrunk").click();
    expect(
      (await cells(page, /^small against/)).map((row) => [row[0], row[1], row[4], row[5], row[6], row[7]])
    ).toEqual(
      slices.rows.map((row) => {
        const {difference} = row.cells.find(({candidate}) => candidate === "small")!;
        return [
          `kind ${row.value}`,
          String(difference!.rows),
          signed(difference!.estimate),
          range(difference!.low, difference!.high),
          signed(difference!.shrunk?.estimate),
          pText(difference!.adjustedP)
        ];
      })
    );
    await page.close();
  });
});

describe("the page of races", () => {
  it("runs the race again from the stored scores and comes out as the record says, round by round", async (context) => {
    const scores = readRaceScores(JSON.stringify(await raceScores(store, race.id)));
    const again = replay(race, scores)!;
    expect(again.outcome).toEqual(race.outcome);
    expect(again.rounds).toEqual(
      race.rounds.map((round) =>
        Object.fromEntries(Object.entries(round).filter(([name]) => name !== "run" && name !== "newCalls"))
      )
    );
    const {page} = await open(context, "races");
    expect(await page.locator(".sentence").innerText()).toBe(race.outcome!.sentence);
    await page.getByText("every round came out as recorded").waitFor();
    const drops = race.rounds.flatMap((round) => round.dropped.map((drop) => ({...drop, round})));
    expect(drops.length).toBeGreaterThan(1);
    expect(await cells(page, "Candidates that were dropped, in the order they went")).toEqual(
      drops.map(({candidate, by, lead, round}) => [
        candidate,
        String(round.round),
        String(round.rows),
        percent(round.standings.find((one) => one.candidate === candidate)!.mean),
        `${by} is better`,
        signed(lead!.estimate),
        range(lead!.low, lead!.high)
      ])
    );
    await page.getByText("All rounds", {exact: true}).click();
    const rounds = await cells(page, "Rounds of the race");
    expect(rounds.map((row) => row[4])).toEqual(race.rounds.map(({calls}) => calls.toLocaleString("en-US")));
    expect(rounds.at(-1)![5]).toBe(race.outcome!.calls.toLocaleString("en-US"));
    await page.close();
  });

  it("recomputes the race at another error rate as the engine does, and says when nobody can know", async (context) => {
    const scores = readRaceScores(JSON.stringify(await raceScores(store, race.id)));
    const looser = replay(race, scores, {errorRate: 0.2})!;
    expect(looser.outcome!.calls).toBeLessThanOrEqual(race.outcome!.calls);
    const {page} = await open(context, "races");
    await page.getByLabel("Error rate").selectOption({label: "20.0%"});
    await page.getByText("Run again in this page with other settings").waitFor();
    expect(await page.locator(".sentence").innerText()).toBe(looser.outcome!.sentence);
    expect(replay(race, scores, {errorRate: 0.01})).toBeUndefined();
    await page.getByLabel("Error rate").selectOption({label: "1.0%"});
    await page.getByRole("heading", {name: "With these settings the race would have gone on"}).waitFor();
    await page.close();
  });

  it("goes through the rounds by the arrow keys", async (context) => {
    const {page} = await open(context, "races");
    const slider = page.getByLabel("Round", {exact: true});
    await slider.focus();
    await page.keyboard.press("End");
    const last = race.rounds.at(-1)!;
    await page.getByRole("region", {name: `Standings after round ${last.round}`}).waitFor();
    expect((await cells(page, `Standings after round ${last.round}`)).map((row) => row.slice(0, 2))).toEqual(
      last.standings.map(({candidate, mean}) => [candidate, percent(mean)])
    );
    await page.keyboard.press("ArrowLeft");
    await page.getByRole("region", {name: `Standings after round ${last.round - 1}`}).waitFor();
    await page.close();
  });
});

describe("the page of judges", () => {
  interface Answer {
    row_id: string;
    candidate: string;
    judge: number | null;
    human: number | null;
    length: number;
    choices: string | null;
  }

  /** The same answers by another way than the page's: one query to the store. */
  async function answers(kind?: string): Promise<Answer[]> {
    return store.rows<Answer>(
      `select c.row_id, c.candidate, j.value as judge, p.value as human, length(c.output)::int as length,
         j.details::json ->> 'choices' as choices
       from completions c join items i using (run, row_id)
         left join scores j on j.run = c.run and j.row_id = c.row_id and j.candidate = c.candidate and j.scorer = 'judge' and j.status = 'scored'
         left join scores p on p.run = c.run and p.row_id = c.row_id and p.candidate = c.candidate and p.scorer = 'people' and p.status = 'scored'
       where c.run = $run and c.status = 'completed' ${kind ? `and (i.slices::json ->> 'kind') = '${kind}'` : ""} order by i.position, c.candidate`,
      {run: run.get("judged")!.id}
    );
  }
  const scoresOf = (found: readonly Answer[], of: "judge" | "human") =>
    found.map((one) => one[of] ?? undefined);

  it("shows the engine's agreement, order flips, length bias and corrected scores", async (context) => {
    const all = await answers();
    const both = all.filter(({judge, human}) => judge !== null && human !== null);
    const kappa = cohenKappa(scoresOf(both, "human"), scoresOf(both, "judge"))!;
    const flips = all.filter(
      ({choices}) => choices === '["output","baseline"]' || choices === '["baseline","output"]'
    );
    const {page} = await open(context, "judges");
    const text = await page.locator("#observablehq-main").innerText();
    expect(both.length).toBeGreaterThan(50);
    expect(text).toContain(kappa.kappa.toFixed(2));
    expect(text).toContain(`${kappa.low.toFixed(2)} to ${kappa.high.toFixed(2)}`);
    expect(text).toContain("judge-model at loopback judge");
    const judgedAnswers = all.filter(({judge}) => judge !== null);
    expect(judgedAnswers.length).toBeLessThan(all.length);
    expect(text).toContain("the judge's answer names no choice");
    const choices = await cells(page, "Choices in both orders");
    expect(choices.map((row) => row[1])).toEqual(
      [
        judgedAnswers.length - flips.length,
        all.filter((one) => one.choices === '["output","baseline"]').length,
        all.filter((one) => one.choices === '["baseline","output"]').length,
        0
      ].map(String)
    );
    expect(flips.length).toBeGreaterThan(0);
    const slope = clusteredRegression(
      both.map(({judge, human}) => judge! - human!),
      [both.map(({length}) => Math.log2(length)), both.map(({candidate}) => (candidate === "wordy" ? 1 : 0))],
      {clusters: both.map(({row_id}) => row_id)}
    )!;
    expect((await cells(page, "What the length of an answer does to its score"))[2]).toEqual([
      "the judge's minus people's",
      signed(slope.slopes[0]!.estimate),
      range(slope.slopes[0]!.low, slope.slopes[0]!.high),
      pText(slope.slopes[0]!.p),
      String(both.length)
    ]);
    await page.getByText("The same in numbers").click();
    expect(
      (await cells(page, "Scores by the judge, by people and corrected")).map((row) => row.slice(0, 6))
    ).toEqual(await correctedLines(all));
    await page.close();
  });

  async function correctedLines(all: readonly Answer[]): Promise<string[][]> {
    return ["brief", "wordy"].map((name) => {
      const own = all.filter(({candidate}) => candidate === name);
      const found = judgeCorrected(scoresOf(own, "human"), scoresOf(own, "judge"))!;
      return [
        name,
        percent(found.judgeMean),
        percent(found.humanOnly?.estimate),
        percent(found.estimate),
        `${(100 * found.low).toFixed(1)}–${(100 * found.high).toFixed(1)}%`.replace(/-(?=\d)/, "−"),
        percent(found.weight)
      ];
    });
  }

  it("recomputes the corrected scores in a slice as the engine does", async (context) => {
    const {page} = await open(context, "judges");
    await page.getByLabel("Rows", {exact: true}).selectOption({label: "sharing"});
    const wanted = await correctedLines(await answers("sharing"));
    await expect
      .poll(async () => {
        const details = page.locator("details", {hasText: "The same in numbers"});
        if ((await details.getAttribute("open")) === null) await details.locator("summary").click();
        return (await cells(page, "Scores by the judge, by people and corrected")).map((row) =>
          row.slice(0, 6)
        );
      })
      .toEqual(wanted);
    await page.close();
  });

  it("says nothing of agreement where nobody labelled, and nothing of order for one answer at a time", () => {
    const figures = judgeFigures([{group: "1", candidate: "a", judge: 0.5, length: 10}], ["a"]);
    expect(figures.agreement).toBeUndefined();
    expect(figures.order).toBeUndefined();
    expect(figures.length.judge).toBeUndefined();
    expect(figures.candidates[0]!.corrected).toBeUndefined();
  });
});
