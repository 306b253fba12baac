import {readFileSync} from "node:fs";
import {join} from "node:path";
import {gzipSync} from "node:zlib";
import {describe, expect, it} from "vitest";
import {callsOf, decide, regressionsOf, scoreTable} from "../../../../src/evals/decisions/index.js";
import {races} from "../../../../src/report/site/index.js";
import {cells, goTo, open, percent, pText, report, signed, signedRange} from "../../../support/report.js";
import {byThread, engineVerdict, range} from "./engine.js";

describe("the first page", () => {
  it("takes at most 25 requests and 250 kB compressed", async (context) => {
    const {page} = await open(context, "");
    const loaded = await page.evaluate(() => performance.getEntriesByType("resource").map(({name}) => name));
    const files = ["index.html", ...loaded.map((url) => decodeURI(url.replace(report.server.url, "")))];
    expect(files.length).toBeLessThanOrEqual(25);
    const sizes = files
      .filter((file) => !file.startsWith("data:"))
      .map((file) => gzipSync(readFileSync(join(report.site.dist, file.split("?")[0]!))).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(250_000);
    await page.close();
  });

  it("begins with the engine's verdict and its numbers", async (context) => {
    const {page} = await open(context, `?run=${byThread().id}`);
    const verdict = await engineVerdict("right queue");
    expect(await page.locator(".sentence").innerText()).toBe(verdict.sentence);
    expect(await page.locator(".headline").innerText()).toBe(byThread().verdict.action);
    expect(byThread().verdict.action).toMatch(/^Switch to joint-served: .* labelled rows would decide\./);
    expect(await page.locator(".source").innerText()).toContain(byThread().id);
    await page.getByText("The same in numbers").click();
    expect(await page.locator(".tiles").innerText()).not.toMatch(/(\$[\d.]+) to \1,/);
    const table = await cells(page, "Scores and intervals of the candidates");
    expect(table.map((row) => row.slice(0, 4))).toEqual(
      verdict.summaries.map((one) => [
        one.candidate,
        percent(one.mean),
        range(one.low, one.high),
        `${one.scored} of ${one.planned}`
      ])
    );
    await page.close();
  });

  it("opens with the figure on its first screen and in few words, each candidate's weights once", async (context) => {
    const {page} = await open(context, `?run=${byThread().id}`);
    const box = await page.locator(".picture svg").first().boundingBox();
    expect(box!.y).toBeLessThan(800);
    // What a list would unfold is not seen.
    await page.addStyleTag({content: "select, .hidden {display: none}"});
    const text = await page.locator("#observablehq-main").innerText();
    expect(text.split(/\s+/).length).toBeLessThanOrEqual(350);
    await page.close();
  });

  it("shows another verdict for another eval, and keeps the choice on other pages", async (context) => {
    const {page} = await open(context, "");
    const before = await page.locator(".sentence").innerText();
    await page.getByLabel("Eval and split").selectOption({label: "Mail triage, split random"});
    await page.waitForFunction((text) => document.querySelector(".sentence")?.textContent !== text, before);
    await goTo(page, "Candidates");
    expect(
      await page
        .getByLabel("Eval and split")
        .evaluate((list: HTMLSelectElement) => list.selectedOptions[0]?.text)
    ).toBe("Mail triage, split random");
    await page.close();
  });

  it("says by how much the random split flatters, partial runs and failures", async (context) => {
    const {page} = await open(context, `?run=${byThread().id}`);
    const warnings = (await page.locator(".warnings li").allTextContents()).join("\n");
    expect(warnings).toMatch(
      /random split's score minus that on split by thread is [+−][\d.]+ points \([+−][\d.]+ to [+−][\d.]+\)/
    );
    expect(warnings).toMatch(/joint-served: \d+ requests? failed: no answer within 30 s/);
    await page.getByLabel("Eval and split").selectOption({label: "mail-urgency, split by thread"});
    await page.getByText("The run is partial: --limit 40.").waitFor();
    await page.getByLabel("Eval and split").selectOption({label: "mail-outage, split by thread"});
    await page.getByText("Nothing was scored, so there is nothing to decide.").first().waitFor();
    await page.close();
  });
});

describe("the first page", () => {
  it("names the cheaper candidate with its margin, as the engine decides with the costs of the calls", async (context) => {
    const view = report.run("priced");
    const costs = Object.fromEntries(
      (
        await callsOf(
          report.store,
          (await report.store.runs()).find(({id}) => id === view.id)!
        )
      ).map(({candidate, cost}) => [candidate, cost!])
    );
    const verdict = decide(await scoreTable(report.store, view.id, "correct"), {
      margin: 0.03,
      seed: view.seed,
      costs
    });
    expect(verdict.cheaper).toMatchObject({choice: "medium", margin: 0.03});
    const {page} = await open(context, `?run=${view.id}`);
    await page.getByText("How sure, and on what").click();
    const text = await page.locator(".verdict").innerText();
    expect(text).toContain(verdict.sentence);
    expect(text).toContain(verdict.cheaper!.sentence);
    expect(text).toContain("Prices as of 2026-11-01.");
    expect(verdict.cheaper!.sentence).toMatch(
      /medium is at most 3\.0 points worse than large .* and is 8\.0× cheaper/
    );
    await page.close();
  });

  it("says what changed since the run before, as the engine's regressions do", async (context) => {
    const view = report.run("priced");
    const before = (await report.store.runs()).find(
      ({eval: name, id}) => name === "priced" && id !== view.id
    )!;
    const found = regressionsOf(
      await scoreTable(report.store, view.id, "correct"),
      await scoreTable(report.store, before.id, "correct"),
      {margin: view.margin}
    );
    expect(found.find(({candidate}) => candidate === "medium")!.status).toBe("improved");
    const {page} = await open(context, `?run=${view.id}`);
    await page.getByText("medium improved, beyond chance.").waitFor();
    await page.getByText("Every candidate against itself", {exact: true}).click();
    expect(
      (await cells(page, "Every candidate against itself in the run before")).map((row) => row.slice(0, 8))
    ).toEqual(
      found.map((one) => [
        one.candidate,
        percent(one.before),
        percent(one.after),
        signed(one.difference),
        signedRange(one.low, one.high),
        String(one.rows),
        `${one.better.length} / ${one.worse.length}`,
        pText(one.adjustedP)
      ])
    );
    await page.close();
  });

  it("shows the race's verdict where an eval was raced, and not its last round's", async (context) => {
    const {page} = await open(context, `?run=${report.run("raced").id}`);
    expect(await page.locator(".sentence").innerText()).toBe(
      (await races(report.store)).races[0]!.outcome!.sentence
    );
    await page.getByText("How sure, and on what").click();
    expect(await page.locator(".verdict").innerText()).toMatch(
      /Decided by a race of \d+ rounds at an error rate of 5\.0%/
    );
    expect(await page.locator(".verdict").innerText()).not.toContain("Partial run");
    await page.close();
  });
});
