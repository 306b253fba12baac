import type {Page} from "playwright-core";
import {describe, expect, it} from "vitest";
import {open, report} from "../../support/report.js";
import {settled} from "../../support/watchPage.js";
import {byThread} from "./engine.js";

const CONTROLS = [
  "select:not(:disabled)",
  "input[type=range]:not(:disabled)",
  "input[type=search]:not(:disabled)"
]
  .map((control) => `#observablehq-main ${control}`)
  .join(", ");

/** What every input that a reader sees is set to, by its label. */
function inputs(page: Page): Promise<string[]> {
  return page.locator(CONTROLS).evaluateAll((nodes) =>
    nodes.flatMap((node) => {
      const input = node as HTMLSelectElement | HTMLInputElement;
      if (!input.checkVisibility() || (input.matches("select") && input.children.length === 0)) return [];
      const value = "selectedOptions" in input ? input.selectedOptions[0]?.text : input.value;
      return [`${input.labels?.[0]?.textContent}: ${value}`];
    })
  );
}

/** Sets an input to another value than it has; false for a list with one entry. */
async function change(page: Page, place: number): Promise<boolean> {
  const input = page.locator(CONTROLS).nth(place);
  if (!(await input.isVisible())) return false;
  const changed = await input.evaluate((node) => {
    const control = node as HTMLSelectElement | HTMLInputElement;
    if ("options" in control) {
      if (control.options.length < 2) return false;
      control.selectedIndex = (control.selectedIndex + 1) % control.options.length;
    } else if (control.type === "range")
      control.value = String(Number(control.value) + (control.value === control.max ? -1 : 1));
    else control.value = "e";
    control.dispatchEvent(new Event("input", {bubbles: true}));
    return true;
  });
  await settled(page);
  return changed;
}

describe("the state of every input", () => {
  const pages = () =>
    [
      ...["candidates", "differences", "examples", "comparison"].map(
        (name) => `${name}?run=${byThread().id}`
      ),
      `comparison?run=${report.run("intent-clear").id}`,
      `costs?run=${report.run("priced").id}`,
      `judges?run=${report.run("judged").id}`,
      `comparison?run=${report.run("judged").id}`,
      "races",
      "data-sets",
      "splits",
      "lineage",
      "runs",
      "history"
    ] as const;

  it("stands in the address: reload keeps it, and Back brings it back", async (context) => {
    for (const path of pages()) {
      const {page, problems} = await open(context, path);
      const first = await inputs(page);
      expect(first.length, path).toBeGreaterThan(0);
      // The first input chooses what the others are about: it is changed at last.
      let changed = 0;
      for (let i = 1; i < (await page.locator(CONTROLS).count()); i++) if (await change(page, i)) changed++;
      const before = await inputs(page);
      if (changed > 0) expect(before, path).not.toEqual(first);
      await page.reload();
      await settled(page);
      await expect.poll(() => inputs(page), {message: path}).toEqual(before);
      if (await change(page, 0)) {
        expect(await inputs(page), path).not.toEqual(before);
        await page.goBack();
        await settled(page);
        await expect.poll(() => inputs(page), {message: path}).toEqual(before);
      }
      expect(problems, path).toEqual([]);
      await page.close();
    }
  });

  it("goes along from page to page, over pages without an input as well", async (context) => {
    const {id} = byThread();
    const {page} = await open(context, `differences?run=${id}&scorer=closeness&slice=length%3Dshort`);
    const go = async (name: string) => {
      await page.getByRole("navigation").getByRole("link", {name, exact: true}).click();
      await settled(page);
    };
    for (const name of ["Method", "Data", "Splits", "Lineage", "History", "Races", "Candidates"]) {
      await go(name);
      expect(new URL(page.url()).searchParams.get("run"), name).toBe(id);
    }
    await page.getByRole("heading", {name: "closeness, length short"}).waitFor();
    await go("Verdict");
    await page.getByRole("listitem").getByRole("link", {name: "Differences", exact: true}).last().click();
    await settled(page);
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
  const asked = () => {
    const own = `run=${byThread().id}`;
    return [
      ["lineage?record=gone", "Record"],
      ["data-sets?dataset=gone", "Dataset and version"],
      ["splits?dataset=gone", "Dataset and version"],
      ["races?race=gone", "Race"],
      ["history?history=gone", "Eval and split"],
      ["history?candidate=gone", "Candidate"],
      ["runs?run=gone", "Run"],
      [`candidates?${own}&scorer=gone`, "Scorer"],
      [`candidates?${own}&slice=gone`, "Rows"],
      [`differences?${own}&reference=gone`, "Measured against"],
      [`comparison?${own}&second=gone`, "Against"],
      [`examples?${own}&sort=gone`, "Sorted by"],
      [`judges?run=${report.run("judged").id}&judge=gone`, "Judge"]
    ] as const;
  };
  const notice = (page: Page) => page.locator(".notice").innerText();

  it("gets a notice, which says what is shown instead", async (context) => {
    for (const [path, label] of asked()) {
      const {page, problems} = await open(context, path);
      const shown = await page.getByLabel(label, {exact: true}).locator("option:checked").innerText();
      expect(await notice(page), path).toBe(
        `The address asks for gone, for which there is nothing under “${label}” in this report. Shown instead: ${shown}.`
      );
      expect(problems, path).toEqual([]);
      await page.close();
    }
    const {page} = await open(context, `costs?run=${report.run("priced").id}&volume=999`);
    expect(await notice(page)).toContain(
      "nothing under “Requests a month” in this report. Shown instead: 100,000."
    );
    await page.close();
  });

  it("gets one where a page has nothing of the address's run", async (context) => {
    for (const path of ["lineage", "data-sets", "splits", "races", "history"]) {
      const {page} = await open(context, `${path}?run=gone`);
      expect(await notice(page), path).toContain(
        "The address asks for run gone, for which there is nothing under"
      );
      await page.close();
    }
    const {page} = await open(context, `history?run=${byThread().id}`);
    expect(await page.locator(".notice").count()).toBe(0);
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
