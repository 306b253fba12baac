import {readdirSync} from "node:fs";
import type {Page} from "playwright-core";
import {expect, it} from "vitest";
import {open, report, seriousViolations} from "../../../support/report.js";
import {layoutShift, redrawn, settled} from "../../../support/watchPage.js";
import {faint} from "./faint.js";

/** Every page that the site has, by its address: "" is the first page. */
export const PAGES = readdirSync("pages")
  .filter((name) => name.endsWith(".md"))
  .map((name) => (name === "index.md" ? "" : name.slice(0, -".md".length)));

/** Pages that differ most; `npm run test:full` opens the others as well. */
export const FIRST_PAGES = ["", "differences", "comparison", "row", "lineage"];

/** Opens each of these pages of a run in every light and width. */
export function itOpens(names: readonly string[]): void {
  for (const name of names)
    it(`opens ${name || "the first page"} below a path, light, dark and on a phone, accessible and without asking elsewhere`, async (context) => {
      const {page, problems} = await open(
        context,
        `${name}?run=${report.run("mail-triage", "by thread").id}`
      );
      expect(await layoutShift(page)).toBeLessThanOrEqual(0.05);
      await looksRight(page);
      expect(problems).toEqual([]);
      await page.close();
    });
}

/** The same of a run whose answers have prices, and which another run came before. */
export function itOpensPriced(names: readonly string[]): void {
  for (const name of names)
    it(`opens ${name || "the first page"} of a run with prices and changes as well`, async (context) => {
      const {page, problems} = await open(context, `${name}?run=${report.run("priced").id}`);
      await looksRight(page);
      expect(problems).toEqual([]);
      await page.close();
    });
}

/** Opens each of these pages of an empty store. */
export function itSaysWhatToDo(names: readonly string[]): void {
  for (const name of names)
    it(`says what to do on ${name || "the first page"} when the store is empty`, async (context) => {
      const {page, problems} = await open(context, name, {server: report.empty.server});
      expect(await page.locator(".empty").innerText()).toMatch(/npx assay (run|pull|distil)/);
      expect(await page.locator(".observablehq--error").count()).toBe(0);
      expect(await seriousViolations(page)).toEqual([]);
      expect(problems).toEqual([]);
      await page.close();
    });
}

/** Opens every fold of a page, and those that what is in them brings. */
export async function unfold(page: Page): Promise<void> {
  for (let closed = 1; closed > 0;) {
    closed = await page.locator("#observablehq-main details:not([open])").evaluateAll((folds) => {
      for (const fold of folds) (fold as HTMLDetailsElement).open = true;
      return folds.length;
    });
    await settled(page);
  }
}

/** The page in the light, in the dark and on a phone: whole, within the screen, accessible, all its folds open. */
async function looksRight(page: Page): Promise<void> {
  expect(await page.locator("#observablehq-main").innerText()).not.toMatch(/\[object|undefined|NaN|\bnull\b/);
  await unfold(page);
  expect(await page.locator(".observablehq--error").count()).toBe(0);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  expect(await seriousViolations(page)).toEqual([]);
  expect(await faint(page)).toEqual([]);
  await page.emulateMedia({colorScheme: "dark"});
  expect(await seriousViolations(page, ["color-contrast"])).toEqual([]);
  expect(await faint(page)).toEqual([]);
  await page.emulateMedia({colorScheme: "light"});
  for (const width of [768, 640, 320]) {
    await page.setViewportSize({width, height: 844});
    await redrawn(page);
    expect(await overflow(page), `at ${width} px`).toBeLessThanOrEqual(0);
  }
  await page.setViewportSize({width: 390, height: 844});
  await redrawn(page);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  expect(await crowdedLabels(page)).toEqual([]);
  expect(await wideTables(page)).toEqual([]);
  expect(await page.locator("#observablehq-main").innerText()).not.toMatch(/undefined|NaN/);
  expect(await seriousViolations(page)).toEqual([]);
  expect(await page.evaluate(() => "attacked" in window)).toBe(false);
}

/** Labels of plots that touch one another or stand outside their picture. */
export function crowdedLabels(page: Page): Promise<string[]> {
  return page.locator(".picture svg[role=img]").evaluateAll((plots) =>
    plots.flatMap((plot) => {
      const frame = plot.getBoundingClientRect();
      const labels = [...plot.querySelectorAll("text")]
        .map((label) => ({text: label.textContent, box: label.getBoundingClientRect()}))
        .filter(({box}) => box.width > 0);
      return labels.flatMap(({text, box}, i) => [
        ...(box.left < frame.left - 1 || box.right > frame.right + 1 ? [`${text} stands outside`] : []),
        ...labels
          .slice(i + 1)
          .filter(
            ({box: other}) =>
              Math.min(box.right, other.right) > Math.max(box.left, other.left) - 1 &&
              Math.min(box.bottom, other.bottom) > Math.max(box.top, other.top) + 1
          )
          .map((other) => `${text} touches ${other.text}`)
      ]);
    })
  );
}

/** Tables that are wider than a phone, but for those that compare in columns: splits, classes, scores. */
function wideTables(page: Page): Promise<string[]> {
  return page
    .locator(".table > .scroll:visible")
    .evaluateAll((regions) =>
      regions
        .filter((region) => region.scrollWidth > region.clientWidth + 1 && !region.querySelector("th.pinned"))
        .map((region) => region.ariaLabel!)
    );
}

export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}
