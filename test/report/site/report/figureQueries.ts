import {group} from "d3-array";
import type {Page} from "playwright-core";
import {expect} from "vitest";
import {open, type TestContext, visit} from "../../../support/report.js";
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

/**
 * Sees that every figure of these pages names an entry of the Method page and a query that the report's own DuckDB answers with
 * what the figure shows; the number of lines compared.
 */
export async function expectAnswered(context: TestContext, pages: readonly string[]): Promise<number> {
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
  await visit(page, `sql?run=${byThread().id}`);
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
  expect(problems).toEqual([]);
  await page.close();
  return compared;
}
