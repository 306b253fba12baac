import {describe, expect, it} from "vitest";
import {cells, open, report} from "../../../support/report.js";
import {HOSTILE, LABELS} from "../../../support/sampleStore.js";
import {byThread} from "./engine.js";

describe("text from models and data", () => {
  it("is shown as text, never as markup", async (context) => {
    const {page, problems} = await open(context, `comparison?run=${byThread().id}`);
    await page.getByLabel("Candidate", {exact: true}).selectOption({label: "base"});
    const heading = page.getByRole("columnheader", {name: HOSTILE});
    await heading.waitFor();
    expect(await page.locator("#observablehq-main img").count()).toBe(0);
    expect(await page.evaluate(() => "attacked" in window)).toBe(false);
    expect(problems).toEqual([]);
    await page.close();
  });

  it("counts answers by expected label as the store does", async (context) => {
    const {page} = await open(context, `comparison?run=${byThread().id}`);
    await page.getByLabel("Candidate", {exact: true}).selectOption({label: "base"});
    await page.getByRole("heading", {name: "What base answered"}).waitFor();
    const counted = await report.store.rows<{expected: string; predicted: string; n: number}>(
      `select details::json ->> 'expected' as expected, details::json ->> 'predicted' as predicted, count(*)::int as n
       from scores where run = $run and candidate = 'base' and scorer = 'right queue' group by all`,
      {run: byThread().id}
    );
    const n = (expected: string, predicted: string) =>
      String(counted.find((row) => row.expected === expected && row.predicted === predicted)?.n ?? 0);
    const table = await cells(page, "Answers of base by class");
    expect(table).toEqual(
      LABELS.map((expected) => [expected, ...[...LABELS, HOSTILE].map((predicted) => n(expected, predicted))])
    );
    await page.close();
  });
});
