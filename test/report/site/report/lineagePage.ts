import {describe, expect, it} from "vitest";
import {lineage} from "../../../../src/report/site/index.js";
import {reached} from "../../../../src/weights/models/lineageGraph.js";
import {open, report} from "../../../support/report.js";
import {lossAt} from "../../../support/trainedModel.js";
import {redrawn} from "../../../support/watchPage.js";
import {byThread} from "./engine.js";

describe("the page of lineage", () => {
  it("draws how a model learned, value by value as its training noted it", async (context) => {
    const {nodes} = await lineage(report.store);
    const {id} = nodes.find(({name}) => name === "answers-lora")!;
    const {page, problems} = await open(context, `lineage?record=${encodeURIComponent(id)}`);
    const figure = page.getByRole("application", {name: /^Loss of answers-lora over 1,000 steps/});
    await figure.focus();
    await page.keyboard.press("End");
    expect(await figure.locator(".figure-note").innerText()).toBe(
      `step 1,000, validation\nloss ${(lossAt(1000) + 0.5).toFixed(3)}`
    );
    expect(await page.getByText("step 500, whose weights were kept").count()).toBe(1);
    expect(problems).toEqual([]);
    await page.close();
  });

  it("draws what leads to the chosen record, what was made of it when asked, and keeps the choice in the address", async (context) => {
    const graph = await lineage(report.store);
    const run = `run:${byThread().id}`;
    const {page, problems} = await open(context, `lineage?record=${encodeURIComponent(run)}`);
    const drawn = async () =>
      (
        await page
          .locator(".family a")
          .evaluateAll((nodes) => nodes.map((node) => node.getAttribute("href")!))
      ).map((href) => new URL(href).searchParams.get("record")!);
    expect((await drawn()).sort()).toEqual([run, ...reached(graph, run, "up")].sort());
    const {width} = (await page.locator(".family").boundingBox())!;
    expect(width).toBeLessThan(1100);
    const version = (await drawn()).find((id) => id.startsWith("version:"))!;
    await page
      .locator(".family a")
      .nth((await drawn()).indexOf(version))
      .click();
    await page.getByRole("heading", {name: "The dataset version"}).waitFor();
    const down = reached(graph, version, "down");
    expect(down.size).toBeGreaterThan(10);
    for (const id of await drawn()) expect(id === version || down.has(id)).toBe(true);
    const runs = [...down].filter((id) => id.startsWith("run:")).length;
    const most = 8;
    expect((await drawn()).filter((id) => id.startsWith("run:")).length).toBeLessThanOrEqual(most);
    expect(await page.getByText(/^and \d+ more runs?/).count()).toBe(runs > most ? 1 : 0);
    await page.getByLabel("Drawn").selectOption({label: "Both"});
    expect(page.url()).toContain("drawn=both");
    const records = page.getByRole("region", {name: /^Records that belong to/}).getByRole("link");
    expect(await records.count()).toBe(reached(graph, version, "up").size + down.size);
    await page.goBack();
    await redrawn(page);
    expect(await page.getByLabel("Drawn").locator("option:checked").innerText()).toMatch(
      /^What was made of it/
    );
    expect(problems).toEqual([]);
    await page.close();
  });
});
