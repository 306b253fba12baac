import {describe, expect, it} from "vitest";
import {cells, open, percent, report, signed} from "../../../support/report.js";
import {byThread, engineVerdict, range} from "./engine.js";
import {expectSelections} from "./selections.js";

describe("inputs", () => {
  it("show the engine's numbers for selections drawn by seed: scorer, slice, reference", (context) =>
    expectSelections(context, ["one", "two"]));

  it("recompute the intervals of a slice as the engine does", async (context) => {
    const {page, problems} = await open(context, `candidates?run=${byThread().id}`);
    const whole = await cells(page, "Candidates, the best first");
    await page.getByLabel("Rows", {exact: true}).selectOption({label: "long"});
    await page.getByRole("heading", {name: "right queue, length long"}).waitFor();
    const verdict = await engineVerdict("right queue", "long");
    const slice = await cells(page, "Candidates, the best first");
    expect(slice.map((row) => row.slice(0, 3))).toEqual(
      verdict.summaries.map((one) => [one.candidate, percent(one.mean), range(one.low, one.high)])
    );
    expect(slice).not.toEqual(whole);
    await page.getByText(verdict.sentence).waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });

  it("recompute another scorer as the engine does", async (context) => {
    const {page} = await open(context, `candidates?run=${byThread().id}`);
    await page.getByLabel("Scorer").selectOption({label: "closeness"});
    await page.getByRole("heading", {name: "closeness, all rows"}).waitFor();
    const verdict = await engineVerdict("closeness");
    expect((await cells(page, "Candidates, the best first")).map((row) => row.slice(0, 3))).toEqual(
      verdict.summaries.map((one) => [one.candidate, percent(one.mean), range(one.low, one.high)])
    );
    await page.close();
  });

  it("show the engine's paired differences, in a slice as well", async (context) => {
    const {page} = await open(context, `differences?run=${byThread().id}`);
    await page.getByLabel("Rows", {exact: true}).selectOption({label: "short"});
    const verdict = await engineVerdict("right queue", "short");
    const against = page.getByLabel("Measured against");
    const names = await against.locator("option").allInnerTexts();
    await against.selectOption({label: names.find((name) => name.split(" (")[0] === verdict.best)!});
    await page.getByText("The same in numbers", {exact: true}).click();
    await expect
      .poll(async () => (await cells(page, "Paired differences")).map((row) => [row[0], row[1], row[3]]))
      .toEqual(verdict.comparisons.map((pair) => [pair.b, signed(0 - pair.difference!), String(pair.rows)]));
    await page.close();
  });

  it("list exactly the rows on which two candidates disagree", async (context) => {
    const {page} = await open(context, `comparison?run=${byThread().id}`);
    await page.getByLabel("Candidate", {exact: true}).selectOption({label: "joint"});
    await page.getByLabel("Against", {exact: true}).selectOption({label: "tfidf-logreg"});
    const found = await report.store.row<{first: number; second: number}>(
      `select count(*) filter (a.value > b.value)::int as first, count(*) filter (a.value < b.value)::int as second
       from scores a join scores b using (run, row_id, scorer)
       where run = $run and scorer = 'right queue' and a.candidate = 'joint' and b.candidate = 'tfidf-logreg'`,
      {run: byThread().id}
    );
    await page
      .getByText(`${found!.first} are better with joint and ${found!.second} with tfidf-logreg`)
      .waitFor();
    await page.getByRole("button", {name: /Show \d+ more/}).click();
    expect((await cells(page, "Rows on which joint and tfidf-logreg disagree")).length).toBe(
      Math.min(40, found!.first)
    );
    const link = page
      .getByRole("region", {name: "Rows on which joint and tfidf-logreg disagree"})
      .getByRole("link")
      .first();
    const id = await link.innerText();
    await link.click();
    await page.getByRole("heading", {name: `Row ${id}`, exact: true}).waitFor();
    await page.getByText(`1 of ${found!.first} in the list`).waitFor();
    await page.close();
  });
});
