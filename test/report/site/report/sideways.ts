import type {Page} from "playwright-core";
import {expect} from "vitest";
import {open, type TestContext, visit} from "../../../support/report.js";

/** Names of what scrolls sideways on a page as it is opened. */
function scrolling(page: Page): Promise<string[]> {
  return page
    .locator(".scroll:visible")
    .evaluateAll((regions) =>
      regions.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.ariaLabel!)
    );
}

/** Sees that on these pages of a phone nothing scrolls sideways but drawings of descent. */
export async function expectUpright(context: TestContext, paths: readonly string[]): Promise<void> {
  const {page} = await open(context, "", {width: 390});
  for (const path of paths) {
    await visit(page, path);
    const found = await scrolling(page);
    expect(
      found.filter((name) => name !== "Lineage" && name !== "Family of models"),
      path
    ).toEqual([]);
    if (path.startsWith("row")) await page.locator(".row-page code").first().waitFor();
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      path
    ).toBeLessThanOrEqual(0);
  }
  await page.close();
}
