import {describe, expect, it} from "vitest";
import {open, percent, report} from "../../../support/report.js";
import {byThread} from "./engine.js";
import {expectAnswered} from "./figureQueries.js";
import {expectWalked} from "./figureWalk.js";

describe("every figure", () => {
  it("names a query that the report's own DuckDB answers, and an entry of the Method page", async (context) => {
    const compared = await expectAnswered(context, [
      `?run=${byThread().id}`,
      `candidates?run=${byThread().id}`,
      `costs?run=${report.run("priced").id}`,
      `differences?run=${byThread().id}&slice=length%3Dlong`,
      `comparison?run=${byThread().id}`,
      `judges?run=${report.run("judged").id}`,
      "races",
      "splits"
    ]);
    expect(compared).toBeGreaterThan(45);
  });

  it("draws the numbers that its query gives, read out value by value by the arrow keys", (context) =>
    expectWalked(context, {
      path: `?run=${byThread().id}`,
      label: /^right queue, percent/,
      written: percent,
      column: 1
    }));

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
    expect(last).toMatch(/\n[\d.]+% \([\d.]+ to [\d.]+%, 95% interval\)\nn [\d,]+ of [\d,]+$/);
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
