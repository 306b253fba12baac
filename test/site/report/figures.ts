import {group} from "d3-array";
import type {Page} from "playwright-core";
import {describe, expect, it} from "vitest";
import {lineage} from "../../../src/site/index.js";
import {cells, open, percent, report, signed, visit} from "../../support/report.js";
import {settled} from "../../support/watchPage.js";
import {byThread} from "./engine.js";
import {linesAbove, missingFrom, type ShownLine} from "./sameNumbers.js";

interface Named {
  page: string;
  what: string;
  sql: string;
  /** The SQL page with the query filled in, and the entry of the Method page. */
  link: string;
  method: string;
  /** The figures that the query gives; empty where it gives what they are computed from. */
  lines: ShownLine[];
}

/** Every figure and table of a page that says how it is made. */
async function namedOn(page: Page, path: string): Promise<Named[]> {
  await visit(page, path);
  for (const recipe of await page.getByText(/how it was made, and how its parents relate/).all())
    await recipe.click();
  const plots = await page.locator(".plot").count();
  expect(await page.locator(".plot > .foot > .made").count(), path).toBe(plots);
  const silent = await page
    .locator(".framed:not(:has(> .foot > .made)) caption")
    .evaluateAll((captions) => captions.map(({textContent}) => textContent!.trim()));
  expect(
    silent.filter((caption) => caption !== "Answer to the query"),
    path
  ).toEqual([]);
  const lines = await page.locator(".made").evaluateAll(linesAbove);
  const found = await page.locator(".made").evaluateAll((nodes) =>
    nodes.map((node) => {
      const [method, link] = [...node.querySelectorAll("a")].map(({href}) => href);
      return {
        what: node.querySelector("summary")!.textContent!,
        sql: node.querySelector("code")!.textContent!,
        method: method!,
        link: link!,
        same: node.textContent!.includes("gives the same from the published tables")
      };
    })
  );
  return found.map(({same, ...one}, i) => ({...one, page: path, lines: same ? lines[i]! : []}));
}

/** Runs a query on an open SQL page; the number of rows it gives. */
async function rowsOf(page: Page, sql: string): Promise<number> {
  await page.getByLabel("SQL", {exact: true}).fill(sql);
  await page.keyboard.press("Control+Enter");
  const said = page.locator(".ask + div").getByText(/rows? in [\d,]+ ms|The query failed/);
  await said.waitFor();
  const text = await page.locator(".ask + div").innerText();
  const rows = /^([\d,]+) rows? in/.exec(text)?.[1];
  if (rows === undefined) throw new Error(`${text}\n${sql}`);
  return Number(rows.replaceAll(",", ""));
}

/** Shows another run on an open SQL page, as Back does: its DuckDB stays. */
async function goToRun(page: Page, run: string): Promise<void> {
  const query = page.getByLabel("SQL", {exact: true});
  if (new URL(page.url()).searchParams.get("run") === run) return;
  const before = await query.elementHandle();
  await page.evaluate((wanted) => {
    const address = new URL(location.href);
    address.searchParams.set("run", wanted);
    // The page would ask what was asked last, and its answer could be taken for the next one's.
    address.searchParams.delete("sql");
    history.pushState(null, "", address);
    dispatchEvent(new PopStateEvent("popstate"));
  }, run);
  await before!.waitForElementState("hidden");
  await query.waitFor();
}

/** What is read out of a figure, value by value, as arrow keys walk through it. */
async function walked(page: Page, label: RegExp): Promise<string[]> {
  const figure = page.getByRole("application", {name: label}).first();
  await figure.focus();
  const said = figure.getByRole("status");
  const heard: string[] = [];
  await page.keyboard.press("Home");
  for (;;) {
    const text = (await said.textContent())!;
    if (heard.at(-1) === text) return heard;
    heard.push(text);
    await page.keyboard.press("ArrowRight");
  }
}

describe("every figure", () => {
  it("names a query that the report's own DuckDB answers, and an entry of the Method page", async (context) => {
    const tickets = (await report.store.versions("tickets")).at(-1)!;
    const [item] = await report.store.rows<{row_id: string}>(
      "select min(row_id) as row_id from items where run = $run",
      {run: byThread().id}
    );
    const trained = (await lineage(report.store)).nodes.find(({name}) => name === "answers-lora");
    const pages = [
      `?run=${byThread().id}`,
      `candidates?run=${byThread().id}`,
      `costs?run=${report.run("priced").id}`,
      `differences?run=${byThread().id}&slice=length%3Dlong`,
      `comparison?run=${byThread().id}`,
      `comparison?run=${report.run("intent-clear").id}`,
      `comparison?run=${report.run("judged").id}&scorer=judge`,
      `judges?run=${report.run("judged").id}`,
      "races",
      "data-sets",
      `data-sets?dataset=tickets@${tickets.id.slice(0, 12)}`,
      "splits",
      `merges?run=${byThread().id}`,
      "lineage",
      `lineage?record=${encodeURIComponent(trained!.id)}`,
      "history",
      `notebook?run=${byThread().id}`,
      `?run=${report.run("raced").id}`,
      `differences?run=${report.run("raced").id}`,
      `examples?run=${byThread().id}`,
      `row?run=${byThread().id}&row=${item!.row_id}`,
      "runs",
      `sql?run=${byThread().id}`
    ];
    const {page, problems} = await open(context, "method");
    const entries = await page.locator("b[id]").evaluateAll((nodes) => nodes.map(({id}) => id));
    const named: Named[] = [];
    for (const path of pages) {
      const found = await namedOn(page, path);
      expect(found.length, path).toBeGreaterThan(0);
      named.push(...found);
    }
    for (const {method: link, what} of named) expect(entries, what).toContain(new URL(link).hash.slice(1));
    const byRun = group(named, ({link}) => new URL(link).searchParams.get("run") ?? byThread().id);
    let compared = 0;
    const unlike: string[] = [];
    for (const [run, own] of byRun) {
      await goToRun(page, run);
      for (const [sql, same] of group(own, (one) => one.sql)) {
        const [{page: path, what}] = same as [Named];
        expect(await rowsOf(page, sql), `${path}: ${what}\n${sql}`).toBeGreaterThan(0);
        const lines = same.flatMap((one) => one.lines);
        const missing = await missingFrom(page, lines);
        if (missing.length > 0) unlike.push(`${path}: ${what}\n${sql}\nhas not ${missing.join("; ")}`);
        compared += lines.length;
      }
    }
    expect(unlike).toEqual([]);
    expect(compared).toBeGreaterThan(100);
    expect(problems).toEqual([]);
    await page.close();
  });

  it("draws the numbers that its query gives, read out value by value by the arrow keys", async (context) => {
    for (const [path, label, written, column] of [
      [`?run=${byThread().id}`, /^right queue, percent/, percent, 1],
      [`differences?run=${byThread().id}`, /^Paired differences of/, signed, 2]
    ] as const) {
      const {page, problems} = await open(context, path);
      const heard = await walked(page, label);
      const made = page.locator(".plot .made").first();
      await page.keyboard.press("Enter");
      expect(await made.getAttribute("open")).not.toBeNull();
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/sql\?/);
      await settled(page);
      await page.getByRole("region", {name: "Answer to the query"}).waitFor({timeout: 60_000});
      expect(await page.getByLabel("Example").locator("option:checked").innerText()).toBe(
        "The query of the address"
      );
      const answer = await cells(page, "Answer to the query");
      expect(answer).toHaveLength(heard.length);
      for (const line of answer) {
        const own = heard.find((text) => text.startsWith(`${line[0]}, `))!;
        expect(own.split(", ")[1]!.split(" ")[0]).toBe(written(Number(line[column])));
      }
      expect(problems).toEqual([]);
      await page.close();
    }
  });

  it("is defined in the verdict's tiles for keyboard, finger and screen reader", async (context) => {
    const {page} = await open(context, `?run=${byThread().id}`, {width: 390});
    const labels = page.locator(".verdict .tiles dt");
    const terms = labels.getByRole("button");
    expect(await terms.count()).toBe(await labels.count());
    for (const term of await terms.all()) {
      const note = page.locator(`[id="${await term.getAttribute("aria-describedby")}"]`);
      expect(await note.textContent()).toMatch(/\w{3}.*\.$/);
      expect(await note.isVisible()).toBe(false);
      await term.focus();
      expect(await note.isVisible()).toBe(true);
      await page.keyboard.press("Escape");
      expect(await note.isVisible()).toBe(false);
      await term.click();
      const {x, width} = (await note.boundingBox())!;
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + width).toBeLessThanOrEqual(390);
    }
    await terms.first().focus();
    expect(await page.locator(".tiles .figure-note:visible").count()).toBe(1);
    await page.close();
  });

  it("shows what is read out beside the value, by pointer too, and folds what it is made of on paper", async (context) => {
    const {page} = await open(context, `?run=${byThread().id}`);
    const figure = page.getByRole("application", {name: /^right queue/});
    await figure.focus();
    await page.keyboard.press("End");
    const note = page.locator(".walk .figure-note");
    const last = await note.innerText();
    expect(last).toMatch(/\n[\d.]+% \([\d.]+–[\d.]+%, 95% interval\)\nn [\d,]+ of [\d,]+$/);
    const ring = (await figure.locator(".ring").boundingBox())!;
    await page.keyboard.press("Escape");
    expect(await note.count()).toBe(0);
    await page.mouse.move(ring.x + ring.width / 2, ring.y + ring.height / 2);
    expect(await note.innerText()).toBe(last);
    await page.setViewportSize({width: 900, height: 900});
    await expect.poll(() => page.evaluate(() => document.activeElement?.className)).toBe("walk");
    await page.emulateMedia({media: "print"});
    expect(await page.locator(".made").first().isVisible()).toBe(false);
    const paper = (await page.pdf({format: "A4"})).toString("latin1");
    expect(paper.match(/\/Type\s*\/Page\b/g)!.length).toBeLessThanOrEqual(2);
    await page.close();
  });
});
