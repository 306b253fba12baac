import {describe, expect, it} from "vitest";
import {goTo, open, report, visit} from "../../../support/report.js";
import {settled} from "../../../support/watchPage.js";
import {byThread} from "./engine.js";
import {expectKept, expectNoticed} from "./inputState.js";

describe("the state of every input", () => {
  it("stands in the address: reload keeps it, and Back brings it back", (context) =>
    expectKept(context, [`costs?run=${report.run("priced").id}`, "history"]));

  it("goes along from page to page, over pages without an input as well", async (context) => {
    const {id} = byThread();
    const {page} = await open(context, `differences?run=${id}&scorer=closeness&slice=length%3Dshort`);
    const go = (name: string) => goTo(page, name);
    for (const name of ["Method", "Data", "Splits", "Lineage", "History", "Races", "Candidates"]) {
      await go(name);
      expect(new URL(page.url()).searchParams.get("run"), name).toBe(id);
    }
    await page.getByRole("heading", {name: "closeness, length short"}).waitFor();
    await go("Verdict");
    await go("Differences");
    expect(new URL(page.url()).searchParams.get("slice")).toBe("length=short");
    await page.close();
  });

  it("opens pages of data, lineage and history on what the run in the address is about", async (context) => {
    const view = report.run("judged");
    const chosenOn = async (path: string, label: string) => {
      const {page} = await open(context, `${path}?run=${view.id}`);
      const text = await page.getByLabel(label, {exact: true}).locator("option:checked").innerText();
      await page.close();
      return text;
    };
    expect(await chosenOn("data-sets", "Dataset and version")).toContain(`${view.dataset.name},`);
    expect(await chosenOn("splits", "Dataset and version")).toContain(`${view.dataset.name},`);
    expect(await chosenOn("history", "Eval and split")).toContain(view.title);
    const {page} = await open(context, `lineage?run=${view.id}`);
    expect(new URL(page.url()).searchParams.get("run")).toBe(view.id);
    await page.getByRole("heading", {name: "The run"}).waitFor();
    await page.close();
  });
});

describe("an address that asks for what is not in the report", () => {
  it("gets a notice, which says what is shown instead", (context) =>
    expectNoticed(context, [
      ["lineage?record=gone", "Record"],
      ["races?race=gone", "Race"],
      [`candidates?run=${byThread().id}&scorer=gone`, "Scorer"],
      [`comparison?run=${byThread().id}&second=gone`, "Against"]
    ]));

  it("gets one for a place of a slider that is not there", async (context) => {
    const {page} = await open(context, `costs?run=${report.run("priced").id}&volume=999`);
    expect(await page.locator(".notice").innerText()).toContain(
      "nothing under “Requests a month” in this report. Shown instead: 100,000."
    );
    await page.close();
  });

  it("gets one where a page has nothing of the address's run", async (context) => {
    const {page} = await open(context, `history?run=${byThread().id}`);
    expect(await page.locator(".notice").count()).toBe(0);
    for (const path of ["lineage", "data-sets", "splits", "races", "history"]) {
      await visit(page, `${path}?run=gone`);
      expect(await page.locator(".notice").innerText(), path).toContain(
        "The address asks for run gone, for which there is nothing under"
      );
    }
    await page.close();
  });

  it("keeps the notice until something is chosen, and has it again after Back; a phone shows it unasked", async (context) => {
    const {page} = await open(context, `candidates?run=${byThread().id}&scorer=gone`, {width: 390});
    expect(await page.locator(".notice").isVisible()).toBe(true);
    await page.getByLabel("Scorer").selectOption({label: "closeness"});
    await page.locator(".notice").waitFor({state: "detached"});
    await page.goBack();
    await page.locator(".notice").waitFor();
    await page.close();
  });
});

describe("a long table", () => {
  it("is filtered and sorted by the address, and saves what it shows", async (context) => {
    const {page} = await open(context, `comparison?run=${report.run("intent-clear").id}`);
    const region = page.getByRole("region", {name: /^Classes of/});
    const rows = await region.locator("tbody tr").allTextContents();
    const wanted = rows.filter((text) => text.includes("intent") && text.includes("17"));
    await region.getByRole("button", {name: "Recall"}).click();
    await page.locator(".table", {has: region}).getByLabel("Filter the table below").fill("intent 17");
    const shown = () => region.locator("tbody tr:visible th").allInnerTexts();
    const found = await shown();
    expect(found).toHaveLength(wanted.length);
    expect(found.length).toBeLessThan(rows.length);
    await page.getByText(`${wanted.length} of ${rows.length} lines`).waitFor();
    await page.reload();
    await settled(page);
    await expect.poll(shown).toEqual(found);
    expect(await region.locator("th[aria-sort=descending]").innerText()).toMatch(/^Recall/);
    const download = page.waitForEvent("download");
    await page
      .locator(".table", {has: region})
      .getByRole("button", {name: /as CSV$/})
      .click();
    let text = "";
    for await (const piece of await (await download).createReadStream()) text += String(piece);
    expect(
      text
        .trim()
        .split("\r\n")
        .slice(1)
        .map((line) => line.split(",")[0])
    ).toEqual(found);
    await page.close();
  });
});
