import {formatEstimate} from "../../../../src/evals/decisions/index.js";
import {describe, expect, it} from "vitest";
import {
  breakEvens,
  chooseThresholds,
  type CostedOption,
  costTable
} from "../../../../src/base/costs/index.js";
import {cascadeStages, costs} from "../../../../src/report/site/index.js";
import {cells, open, percent, report} from "../../../support/report.js";
import {redrawn} from "../../../support/watchPage.js";

const settings = {requestsPerMonth: 100_000};

describe("the page of costs", () => {
  it("shows what the engine computes from the store: costs, frontier and break-even", async (context) => {
    const {id} = report.run("priced");
    const data = (await costs(report.store)).find(({run}) => run === id)!;
    const table = costTable(data.samples, settings);
    const {page, problems} = await open(context, `costs?run=${id}`);
    const shown = await cells(page, "Costs at 100,000 requests a month, the cheapest first");
    const byCost = (a: CostedOption, b: CostedOption) => a.usdPerMonth! - b.usdPerMonth!;
    expect(shown.map(([name, , , , month]) => [name, month])).toEqual(
      [...table].sort(byCost).map(({sample, usdPerMonth}) => [sample.name, `$${usdPerMonth!.toFixed(2)}`])
    );
    // 10⁵ requests of 324.5 prompt and 20 completion tokens at $1 a million.
    expect(shown.find(([name]) => name === "medium")![4]).toBe("$34.45");
    const {found} = breakEvens(table, settings).find(({a, b}) => a.sample === b.sample)!;
    const crossings = await cells(page, "Break-even volumes, the lowest first");
    expect(crossings[0]!.slice(2, 4)).toEqual([
      formatEstimate(found!.requestsPerMonth),
      `${formatEstimate(found!.low!)} to ${formatEstimate(found!.high!)}`
    ]);
    expect(problems).toEqual([]);
    await page.close();
  });

  it("computes again when a reader moves volume and prices", async (context) => {
    const {page, problems} = await open(context, `costs?run=${report.run("priced").id}`);
    await page.getByLabel("Requests a month", {exact: true}).focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
    await page.getByLabel("Token prices", {exact: true}).focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
    await redrawn(page);
    const shown = await cells(page, "Costs at 1,000,000 requests a month, the cheapest first");
    // Ten times the volume at twice the price.
    expect(shown.map(([name, , , , month]) => `${name} ${month}`)).toContain("medium $689.00");
    expect(shown.map(([name, , , , month]) => `${name} ${month}`)).toContain("medium $730.00");
    expect(problems).toEqual([]);
    await page.close();
  });

  it("shows what longer prompts cost below the price, where a price has tiers", async (context) => {
    const {id} = report.run("mail-triage", "by thread");
    const {page, problems} = await open(context, `costs?run=${id}`);
    const row = page.getByRole("region", {name: "Prices of tokens"}).getByRole("row", {name: /joint-served/});
    expect((await row.first().innerText()).replace(/\s+/g, " ")).toContain(
      "$0.40 $0.90 above 200,000 prompt tokens"
    );
    expect(problems).toEqual([]);
    await page.close();
  });

  it("says that costs nobody stated are unknown, and what to do", async (context) => {
    const {page, problems} = await open(context, `costs?run=${report.run("judged").id}`);
    const text = await page.locator("#observablehq-main").innerText();
    expect(text).toContain("What is not stated is unknown, not free.");
    expect(text).toContain("prices import FILE");
    expect(problems).toEqual([]);
    await page.close();
  });

  it("simulates a cheaper model before the best one as the engine does from the recorded answers", async (context) => {
    const view = report.run("priced");
    const run = (await report.store.runs()).find(({id}) => id === view.id)!;
    const {stages, clusters} = await cascadeStages(report.store, run, ["medium", "large"]);
    const plan = chooseThresholds(stages, {loss: 0.03, seed: run.seed, clusters});
    expect(Number.isFinite(plan.thresholds[0])).toBe(true);
    const {page} = await open(context, `costs?run=${view.id}`);
    const shown = await cells(page, "Cascades to large");
    expect(shown.map(([name]) => name)).toEqual(["medium, then large", "small, then large"]);
    expect(shown[0]![2]).toBe(percent(plan.report.shares[1]));
    expect(shown[0]![3]).toBe(percent(plan.report.quality));
    expect(shown[0]![6]).toBe(percent(plan.report.saving));
    await page.close();
  });
});
