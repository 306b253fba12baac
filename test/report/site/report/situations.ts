import {describe, expect, it} from "vitest";
import {cells, open, report} from "../../../support/report.js";
import {redrawn} from "../../../support/watchPage.js";

const SITUATIONS = [
  {
    name: "a clear winner",
    run: () => report.run("intent-clear"),
    action: /^Switch to good: it is [\d.]+ points \([\d.]+ to [\d.]+\) better than plain\.$/,
    sentence: /^Pick good: it scored [\d.]+ \([\d.]+ to [\d.]+\), [\d.]+ points .* above the next, plain\.$/
  },
  {
    name: "a tie with a cheaper candidate",
    run: () => report.run("priced"),
    action: /^large and medium are equally good; medium is 8 times cheaper\.$/,
    sentence: /^large and medium are a tie: they differ by less than 3\.0 points\. Choose by cost\.$/
  },
  {
    name: "a winner that rests on leakage",
    run: () => report.run("intent-leak", "random"),
    action:
      /^Do not switch to memory yet: its lead of [\d.]+ points over plain may be leakage\. On split by speaker, .* lower\.$/,
    sentence: /^memory scored [\d.]+ \([\d.]+ to [\d.]+\), [\d.]+ points .* above the next, plain\.$/
  }
];

describe("evals of one title", () => {
  it("are told apart by their runs' ids where a run is chosen", async (context) => {
    const {page} = await open(context, `?run=${report.run("intent-clear").id}`);
    const texts = await page.getByLabel("Eval and split").locator("option").allTextContents();
    const alike = texts.filter((text) => text.startsWith("Which candidate finds the intent?"));
    expect(alike.length).toBeGreaterThan(1);
    expect(new Set(texts).size).toBe(texts.length);
  });

  it("are told apart among the other evals by their names, and in the table of all runs by their ids", async (context) => {
    const {page} = await open(context, `?run=${report.run("intent-clear").id}`);
    const others = await page
      .locator(".cards li")
      .evaluateAll((items) =>
        items.map((item) => [item.querySelector("a")?.textContent, item.querySelector("code")?.textContent])
      );
    const alike = others.filter(([title]) => title?.startsWith("Which candidate finds the intent?"));
    expect(alike.length).toBeGreaterThan(0);
    expect(new Set(others.map((words) => words.join(" "))).size).toBe(others.length);

    const {page: runs} = await open(context, "runs");
    const rows = await cells(runs, "All sealed runs, the newest first");
    const titled = rows.filter((row) => row[1]!.startsWith("Which candidate finds the intent?"));
    expect(titled.length).toBeGreaterThan(1);
    expect(new Set(rows.map(([id]) => id)).size).toBe(rows.length);
  });
});

describe("scores in stars", () => {
  it("stand as stars in every sentence of the first page", async (context) => {
    const {page} = await open(context, `?run=${report.run("intent-stars").id}`);
    await page.getByText("How sure, and on what").click();
    const text = await page.locator(".verdict").innerText();
    expect(text).toContain("good and plain are a tie: they differ by less than 0.25. Choose by cost.");
    expect(text).toMatch(/4\.\d+ to [45](\.\d+)?, stars/);
    expect(text).toContain("Differences within a margin of 0.25 do not matter.");
    expect(text).not.toMatch(/points|[1-9]\d\d\.\d/);
    await page.close();
  });

  it("are compared within their own margin, and those of another scorer not within it", async (context) => {
    const {page} = await open(context, `differences?run=${report.run("intent-stars").id}`);
    await page.getByText("Shaded: the margin of ±0.25, within which a difference does not matter.").waitFor();
    await page.getByLabel("Scorer").selectOption({label: "exact"});
    await page.getByText("Shaded: the margin of ±1.0 points, within which").waitFor();
    await page.close();
  });
});

describe("a race for a budget", () => {
  it("says what was left, and claims no proof", async (context) => {
    const {page} = await open(context, `?run=${report.run("intent-budget").id}`);
    expect(await page.locator(".headline").innerText()).toBe(
      "Switch to good: it was left when the budget was spent."
    );
    const text = await page.locator(".verdict").innerText();
    expect(text).toMatch(/pick by budget/i);
    expect(text).not.toMatch(/shown to be/);
    await page.close();
  });
});

describe("two minutes with the report", () => {
  for (const {name, run, action, sentence} of SITUATIONS)
    it(`lead to the right action from the first screen alone: ${name}`, async (context) => {
      const {page} = await open(context, `?run=${run().id}`);
      for (const width of [1200, 390]) {
        await page.setViewportSize({width, height: 900});
        await redrawn(page);
        const headline = page.locator(".headline");
        expect(await headline.innerText()).toMatch(action);
        const lead = page.locator(".verdict .lead");
        expect(await lead.innerText()).toMatch(sentence);
        const {bottom} = await lead.evaluate((node) => node.getBoundingClientRect());
        expect(bottom).toBeLessThan(844);
      }
      await page.close();
    });
});
