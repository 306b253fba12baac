import {describe, expect, it} from "vitest";
import {LONG_NAME} from "../../../support/hostileStore.js";
import {open, report, seriousViolations, visit} from "../../../support/report.js";
import {redrawn} from "../../../support/watchPage.js";
import {crowdedLabels} from "./looks.js";

describe("long names and empty values", () => {
  it("leave every plot whole, the name whole in its title, on any screen", async (context) => {
    const {page} = await open(context, "", {width: 1280});
    for (const path of ["", "differences"]) {
      await page.setViewportSize({width: 1280, height: 900});
      await visit(page, `${path}?run=${report.run("hostile").id}`);
      for (const width of [1280, 390]) {
        await page.setViewportSize({width, height: 900});
        await redrawn(page);
        expect(await crowdedLabels(page), `${path} at ${width} px`).toEqual([]);
        expect(await page.locator(".picture text title").allTextContents()).toContain(LONG_NAME);
        const names = await page.locator(".picture text:has(title)").allInnerTexts();
        expect(names.length).toBeGreaterThan(0);
      }
    }
    await page.close();
  });

  it("wrap in the table of slices, whose empty value has a word", async (context) => {
    const {page} = await open(context, `differences?run=${report.run("hostile").id}`, {width: 1280});
    const region = page.getByRole("region", {name: /^Differences from .* slices$/});
    expect(await region.evaluate((node) => node.scrollWidth - node.clientWidth)).toBeLessThanOrEqual(0);
    expect(await region.locator("thead th.number").allInnerTexts()).toEqual([
      expect.stringMatching(/^\(empty\)/),
      expect.stringMatching(/^other/)
    ]);
    expect(await page.getByLabel("Rows", {exact: true}).locator("option").allInnerTexts()).toContain(
      "(empty)"
    );
    await visit(page, `notebook?run=${report.run("hostile").id}`);
    await page.getByRole("rowheader", {name: "(empty)"}).waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    await page.close();
  });
});
