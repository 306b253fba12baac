import type {Page} from "playwright-core";
import {expect} from "vitest";
import {cells, open, type TestContext} from "../../../support/report.js";
import {settled} from "../../../support/watchPage.js";

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

interface Walk {
  path: string;
  label: RegExp;
  /** How the figure writes a value, and the query's column that has it. */
  written: (value: number) => string;
  column: number;
}

/** Walks through a figure and compares what is read out with the answer to its query. */
export async function expectWalked(
  context: TestContext,
  {path, label, written, column}: Walk
): Promise<void> {
  const {page, problems} = await open(context, path);
  const heard = await walked(page, label);
  const made = page.locator(".plot .made").first();
  await page.keyboard.press("Enter");
  expect(await made.getAttribute("open")).not.toBeNull();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/sql\.html\?/);
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
