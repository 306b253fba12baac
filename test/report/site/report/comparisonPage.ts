import {describe, expect, it} from "vitest";
import {valueName} from "../../../../src/evals/decisions/valueName.js";
import {classIntervals, meanInterval} from "../../../../src/base/stats/index.js";
import {cells, open, percent, report} from "../../../support/report.js";
import {byThread} from "./engine.js";

const small = (page: Awaited<ReturnType<typeof open>>["page"], row: string) =>
  page
    .getByRole("region", {name: /^Classes of/})
    .getByRole("row", {name: row})
    .locator("small")
    .allInnerTexts();

describe("the notebook", () => {
  it("counts rows of a group as related, as the verdict does", async (context) => {
    const run = byThread();
    const {page} = await open(context, `notebook?run=${run.id}`);
    const [slice] = run.slices;
    const rows = await report.store.rows<{value: string | null; cluster: string; telling: number}>(
      `select (i.slices::json ->> $slice) as value, any_value(i.cluster) as cluster,
         (count(*) filter (s.value >= 0.5) between 1 and $candidates - 1)::int as telling
       from items i left join scores s on s.run = i.run and s.row_id = i.row_id and s.scorer = $scorer and s.status = 'scored'
       where i.run = $run group by i.row_id, i.slices`,
      {run: run.id, slice: slice!.name, scorer: run.primaryScorer, candidates: run.candidates.length}
    );
    const shown = await cells(page, "Rows that tell candidates apart, by slice");
    expect(shown.map(([value]) => value)).toEqual(expect.arrayContaining(slice!.values.map(valueName)));
    for (const [value, n, , interval] of shown) {
      const own = rows.filter((row) => valueName(row.value) === value);
      const found = meanInterval(
        own.map(({telling}) => telling),
        {clusters: own.map(({cluster}) => cluster)}
      );
      const text = found ? `${percent(found.low).slice(0, -1)} to ${percent(found.high)}` : "–";
      expect([n, interval]).toEqual([String(own.length), text]);
    }
    await page.close();
  });
});

describe("the page of rows", () => {
  it("lists every class with precision, recall, F1 and their intervals, and sorts by any", async (context) => {
    const {page} = await open(context, `comparison?run=${byThread().id}`);
    const best = byThread().verdict.best!;
    const rows = await report.store.rows<{expected: string; answer: string; cluster: string}>(
      `select i.cluster, i.expected::json ->> '$' as expected, coalesce(s.details::json ->> 'predicted', c.output) as answer
       from items i join completions c using (run, row_id) left join scores s using (run, row_id, candidate)
       where run = $run and candidate = $best and c.status = 'completed' and s.scorer = 'right queue'
         and (i.expected::json ->> '$') is not null`,
      {run: byThread().id, best}
    );
    const intervals = classIntervals(
      rows.map(({expected}) => expected),
      rows.map(({answer}) => answer),
      {clusters: rows.map(({cluster}) => cluster)}
    );
    const table = await cells(page, /^Classes of/);
    expect(table.length).toBe(new Set(rows.map(({expected}) => expected)).size);
    for (const [label, expected, answered, precision, recall, f1] of table) {
      const support = rows.filter((row) => row.expected === label).length;
      const said = rows.filter((row) => row.answer === label).length;
      const right = rows.filter((row) => row.expected === label && row.answer === label).length;
      expect([expected, answered]).toEqual([String(support), String(said)]);
      expect([precision, recall, f1]).toEqual(
        [right / said, right / support, (2 * right) / (support + said)].map(percent)
      );
      const shown = (one: {low: number; high: number}) =>
        `${percent(one.low).slice(0, -1)} to ${percent(one.high)}`;
      const {precision: p, recall: r, f1: f} = intervals.get(label!)!;
      expect(await small(page, label!)).toEqual([shown(p!), shown(r!), shown(f!)]);
    }
    const region = page.getByRole("region", {name: /^Classes of/});
    await region.getByRole("button", {name: "Expected"}).click();
    const sizes = (await cells(page, /^Classes of/)).map(([, expected]) => Number(expected));
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    await page.close();
  });

  it("draws a matrix of many classes, in another order and larger when asked", async (context) => {
    const view = report.run("intent-clear");
    const {page, problems} = await open(context, `comparison?run=${view.id}`);
    const figure = page.getByRole("img", {name: /^Answers of .* by class: \d+ classes/});
    const width = () => figure.evaluate((svg) => svg.getBoundingClientRect().width);
    const first = () => figure.locator("rect title").first().textContent();
    const [before, order] = [await width(), await first()];
    await page.getByLabel("Zoom").focus();
    await page.keyboard.press("ArrowRight");
    expect(await width()).toBeGreaterThan(before);
    await page.getByLabel("Order").selectOption({label: "Least often right first"});
    expect(await first()).not.toBe(order);
    expect(problems).toEqual([]);
    await page.close();
  });

  it("counts pass and fail of a scorer of yes and no, and win, tie and lose of a judge", async (context) => {
    const view = report.run("judged");
    for (const [scorer, names] of [
      ["people", {Pass: 1, Fail: 0}],
      ["judge", {Win: 1, Tie: 0.5, Lose: 0}]
    ] as const) {
      const {page} = await open(context, `comparison?run=${view.id}&scorer=${scorer}`);
      const found = await report.store.rows<{candidate: string; value: number; n: number}>(
        `select candidate, value, count(*)::int as n from scores
         where run = $run and scorer = $scorer and status = 'scored' group by all`,
        {run: view.id, scorer}
      );
      const counts = (candidate: string) =>
        Object.values(names).map((value) =>
          String(found.find((one) => one.candidate === candidate && one.value === value)?.n ?? 0)
        );
      const shown = await cells(page, new RegExp(`^${scorer}: `));
      expect(shown.map((row) => row.slice(0, -1))).toEqual(shown.map(([name]) => [name, ...counts(name!)]));
      expect(shown).toHaveLength(2);
      await page.close();
    }
  });

  it("tells of a figure what it is, by pointer and by keyboard", async (context) => {
    const {page} = await open(context, `comparison?run=${byThread().id}`);
    const region = page.getByRole("region", {name: /^Classes of/});
    await region.locator("td.number").nth(2).hover();
    const note = page.locator(".figure-note");
    expect(await note.innerText()).toMatch(
      /Precision: [\d.]+%, [\d.]+ to [\d.]+%\. Expected \d+\. Of the rows answered/
    );
    await page.mouse.move(0, 0);
    await note.waitFor({state: "detached"});
    await region.focus();
    for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowRight");
    expect(await note.innerText()).toContain("Recall: ");
    await page.keyboard.press("ArrowDown");
    expect(await note.innerText()).toContain("Recall: ");
    await page.keyboard.press("Escape");
    expect(await note.count()).toBe(0);
    await page.close();
  });
});
