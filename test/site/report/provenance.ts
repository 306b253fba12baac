import {describe, expect, it} from "vitest";
import {cells, open, report} from "../../support/report.js";
import {settled} from "../../support/watchPage.js";
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

  it("shows each merge beside its parents with the paired difference", async (context) => {
    const {page} = await open(context, `merges?run=${byThread().id}`);
    const found = await report.store.row<{mean: number}>(
      `select avg(a.value - b.value)::double as mean from scores a join scores b using (run, row_id, scorer)
       where run = $run and scorer = 'right queue' and a.candidate = 'merge-average' and b.candidate = 'team-b'`,
      {run: byThread().id}
    );
    const table = await cells(page, "Scores of merge-average beside its parents'");
    expect(table.find((row) => row[0] === "team-b")![4]).toBe(`+${(100 * found!.mean).toFixed(1)}`);
    const paid = await cells(page, "Merges beside their best parents, the best merge first");
    const best = table.slice(1).sort((a, b) => parseFloat(b[1]!) - parseFloat(a[1]!))[0]!;
    expect(paid.find(([merge]) => merge === "merge-average")!.slice(2, 6)).toEqual([
      table[0]![1],
      best[0],
      best[1],
      best[4]
    ]);
    for (const summary of await page.locator("summary", {hasText: "How it was made"}).all())
      await summary.click();
    expect(await page.locator("#observablehq-main").innerText()).toContain("31.2%");
    await page.close();
  });
});
