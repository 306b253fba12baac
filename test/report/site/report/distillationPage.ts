import {beforeAll, describe, expect, it} from "vitest";
import {distillations} from "../../../../src/report/site/index.js";
import type {DistillationView} from "../../../../src/report/site/types.js";
import {
  cells,
  open,
  percent,
  pText,
  report,
  seriousViolations,
  signed,
  signedRange
} from "../../../support/report.js";
import {settled} from "../../../support/watchPage.js";
import {expectAnswered} from "./figureQueries.js";
import {crowdedLabels, overflow} from "./looks.js";

describe("the page of distillations", () => {
  let view: DistillationView;
  beforeAll(async () => {
    view = (await distillations(report.store)).distillations[0]!;
  });

  it("says first who should answer, then how each student did, what it costs and where it loses", async (context) => {
    const {page, problems} = await open(context, "distillation");
    expect(await page.locator(".headline").innerText()).toBe("words can take the place of large");
    expect(await page.locator(".sentence").innerText()).toBe(view.advice.sentence);
    await page.getByText("The same in numbers").click();
    expect(await cells(page, "Students against large")).toEqual(
      view.students.map(({name, mean, judged, learned}) => [
        name,
        percent(mean),
        signed(judged.difference),
        signedRange(judged.low, judged.high),
        pText(judged.adjustedP),
        expect.stringContaining(judged.verdict === "inferior" ? "worse" : "no worse"),
        String(learned)
      ])
    );
    const [words] = view.students;
    const {breakEven} = words!.costs[0]!;
    const volume = Math.ceil(breakEven!.requestsPerMonth).toLocaleString("en-US");
    await page.getByRole("heading", {name: `words pays from ${volume} requests a month`}).waitFor();
    await page
      .getByRole("heading", {name: `words can answer ${percent(words!.cascade!.share)} of the traffic first`})
      .waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    const rows = await cells(page, /^Rows on which words and large differ/);
    expect(rows.map(([row]) => row)).toEqual(words!.worst.map(({row}) => row));
    await page.getByRole("link", {name: words!.worst[0]!.row, exact: true}).click();
    await settled(page);
    expect(await page.locator("#observablehq-main").innerText()).toContain(words!.worst[0]!.row);
    expect(new URL(page.url()).searchParams.get("run")).toBe(view.id);
    expect(problems).toEqual([]);
    await page.close();
  });

  it("shows another student, and fits on a phone with all its parts open", async (context) => {
    const {page, problems} = await open(context, "distillation?student=majority", {width: 390});
    for (const part of await page.locator("details.further > summary").all()) await part.click();
    await page
      .getByRole("heading", {name: "No cascade of majority and large is shown to hold its loss"})
      .waitFor();
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(await crowdedLabels(page)).toEqual([]);
    expect(problems).toEqual([]);
    await page.close();
  });

  it("names for every figure a query that the report's own DuckDB answers", async (context) => {
    expect(await expectAnswered(context, ["distillation"])).toBeGreaterThan(10);
  });
});
