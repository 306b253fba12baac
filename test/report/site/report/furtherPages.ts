import {describe, expect, it} from "vitest";
import {open, report, visit} from "../../../support/report.js";
import {FIRST_PAGES, itOpens, itOpensPriced, itSaysWhatToDo, PAGES} from "./looks.js";

describe("the built site", () => {
  itOpens(PAGES.filter((name) => !FIRST_PAGES.includes(name)));
  itOpensPriced(["differences", "comparison"]);
  it("opens on a figure or a table, and is at most six screens of a phone long", async (context) => {
    const run = `run=${report.run("mail-triage", "by thread").id}`;
    const {page} = await open(context, "", {width: 1280});
    await page.setViewportSize({width: 1280, height: 800});
    for (const name of PAGES.filter((one) => !["row", "method", "sql", "notebook"].includes(one))) {
      await visit(page, `${name}?${run}`);
      const places = await page
        .locator(".picture svg, .framed svg.family, .framed table")
        .evaluateAll((all) =>
          all.filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect().top)
        );
      if (places.length > 0) expect(Math.min(...places), name).toBeLessThan(800);
    }
    await page.setViewportSize({width: 390, height: 844});
    for (const name of PAGES) {
      await visit(page, `${name}?${run}`);
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      expect.soft(height / 844, name).toBeLessThanOrEqual(6);
    }
    await page.close();
  });

  // The method is the same without a store.
  itSaysWhatToDo(PAGES.filter((name) => !["", "splits", "method"].includes(name)));
});
