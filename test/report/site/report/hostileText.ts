import {expect} from "vitest";
import {HOSTILE_OUTPUTS} from "../../../support/hostileStore.js";
import {open, report, seriousViolations, type TestContext, visit} from "../../../support/report.js";

/** Sees that these pages, and those of a row of each kind of hostile output, show it as text. */
export async function expectText(
  context: TestContext,
  kinds: readonly string[],
  pages: readonly string[] = []
): Promise<void> {
  const run = report.run("hostile");
  const stored = await report.store.rows<{row_id: string}>(
    "select row_id from items where run = $run order by position",
    {run: run.id}
  );
  const ids = kinds.map((kind) => stored.find(({row_id}) => row_id.startsWith(`${kind}-`))!.row_id);
  const {page, problems} = await open(context, "");
  for (const path of [...pages, ...ids.map((id) => `row?row=${id}`)]) {
    const address = `${path}${path.includes("?") ? "&" : "?"}run=${run.id}&first=hostile`;
    await visit(page, address);
    await page.locator("section.part").first().waitFor();
    expect(await page.evaluate(() => "attacked" in window), path).toBe(false);
    expect(await page.locator("#observablehq-main :is(script, img, a[href^=javascript])").count()).toBe(0);
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      path
    ).toBeLessThanOrEqual(0);
    expect(await page.evaluate(() => document.documentElement.scrollHeight), path).toBeLessThan(20_000);
    expect(await seriousViolations(page), path).toEqual([]);
    expect(problems, path).toEqual([]);
    const kind = /row=([a-z]+)-/.exec(path)?.[1];
    if (kind && kind !== "line") {
      const article = page.getByRole("article", {name: "hostile", exact: true});
      expect(await article.locator(".said").first().textContent()).toBe(HOSTILE_OUTPUTS[kind]);
    }
  }
  await page.close();
}
