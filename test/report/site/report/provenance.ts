import {describe, expect, it} from "vitest";
import {cells, open, percent, report, signed} from "../../../support/report.js";
import {settled} from "../../../support/watchPage.js";
import {byThread} from "./engine.js";

describe("provenance", () => {
  it("tells of any run what made its numbers and how to run it again", async (context) => {
    const {page} = await open(context, "runs");
    await page.getByRole("link", {name: byThread().id}).click();
    await settled(page);
    const text = await page.locator("#observablehq-main").innerText();
    const run = (await report.store.runs()).find(({id}) => id === byThread().id)!;
    for (const wanted of [
      run.command,
      run.dataset.version.slice(0, 12),
      run.split.id.slice(0, 12),
      run.code.revision!.slice(0, 12),
      run.evalFile!.path,
      "$0.40 in, $0.80 out",
      "(request 2026-14)"
    ])
      expect(text).toContain(wanted);
    await page.close();
  });

  it("shows each merge beside its best parent with the paired difference, and how it was made on demand", async (context) => {
    const {page} = await open(context, `merges?run=${byThread().id}`);
    const {summaries} = byThread().verdict;
    const parent = summaries.find(({candidate}) => /^team-[ab]$/.test(candidate))!.candidate;
    const found = await report.store.row<{mean: number}>(
      `select avg(a.value - b.value)::double as mean from scores a join scores b using (run, row_id, scorer)
       where run = $run and scorer = 'right queue' and a.candidate = 'merge-average' and b.candidate = $parent`,
      {run: byThread().id, parent}
    );
    const table = await cells(page, /^Merges beside their base/);
    const line = table.find(([merge]) => merge === "merge-average")!;
    expect(line[1]).toBe(percent(summaries.find(({candidate}) => candidate === "merge-average")!.mean));
    expect(line[3]).toMatch(new RegExp(`^\\${signed(found!.mean)} \\([+−]?[\\d.]+ to [+−]?[\\d.]+\\)$`));
    expect(await page.getByText("31.2%").count()).toBe(0);
    for (const summary of await page.locator("summary", {hasText: "how it was made"}).all())
      await summary.click();
    expect(await page.locator("#observablehq-main").innerText()).toContain("31.2%");
    await page.close();
  });
});
