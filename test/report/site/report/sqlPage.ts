import {describe, expect, it} from "vitest";
import {cells, open, report} from "../../../support/report.js";
import {byThread} from "./engine.js";

describe("the page of SQL", () => {
  it("answers a query over the published tables as the store does, within the page's policy and without another host", async (context) => {
    const {page, problems} = await open(context, `sql?run=${byThread().id}`);
    await page.getByRole("button", {name: "Run", exact: true}).click();
    await page.getByRole("region", {name: "Answer to the query"}).waitFor({timeout: 60_000});
    const found = await report.store.rows<{candidate: string; scorer: string; n: number; mean: number}>(
      `select candidate, scorer, count(value)::int as n, avg(value)::double as mean from scores
       where run = $run and status = 'scored' group by all order by scorer, mean desc, candidate`,
      {run: byThread().id}
    );
    const sorted = (rows: string[][]) => [...rows].map((row) => row.join(" ")).sort();
    expect(sorted(await cells(page, "Answer to the query"))).toEqual(
      sorted(
        found.map(({candidate, scorer, n, mean}) => [
          candidate,
          scorer,
          String(n),
          String(Number(mean.toPrecision(6)))
        ])
      )
    );
    expect(page.url()).toContain("sql=select");
    for (const label of await page.getByLabel("Example").locator("option").allInnerTexts()) {
      await page.getByLabel("Example").selectOption({label});
      await page.getByText(/^\d[\d,]* rows? in \d+ ms/).waitFor();
      expect(await page.locator(".empty").count(), label).toBe(0);
    }
    expect(problems).toEqual([]);
    const blocked: (string | undefined)[] = [];
    page.on("requestfailed", (request) => blocked.push(request.failure()?.errorText));
    page.on("requestfinished", (request) => {
      if (request.url().includes("example.com")) blocked.push("sent");
    });
    await page.getByLabel("SQL", {exact: true}).fill("select * from 'https://example.com/rows.csv'");
    await page.keyboard.press("Control+Enter");
    await page.getByText("The query failed.").waitFor();
    expect(new Set(blocked)).toEqual(new Set(["csp"]));
    await page.close();
  });

  it("is the only page that loads DuckDB, and the only one whose policy allows WebAssembly and workers", async (context) => {
    for (const name of ["", "sql"]) {
      const {page} = await open(context, name);
      const policy = await page.locator("meta[http-equiv=Content-Security-Policy]").getAttribute("content");
      expect(policy!.includes("wasm-unsafe-eval")).toBe(name === "sql");
      expect(policy!.includes("worker-src 'none'")).toBe(name !== "sql");
      const loaded = await page.evaluate(() =>
        performance.getEntriesByType("resource").map((one) => one.name)
      );
      expect(loaded.filter((url) => url.includes("duckdb"))).toEqual([]);
      await page.close();
    }
  });

  it("says what to install where the site was built without DuckDB", async (context) => {
    const {page} = await open(context, "method");
    await page.route(/\/sql[^/]*\.json$/, (route) =>
      route.fulfill({body: "null", contentType: "application/json"})
    );
    await page.goto(`${report.server.url}sql?run=${byThread().id}`);
    await page.getByText("npm install --save-dev @duckdb/duckdb-wasm").waitFor();
    await page.close();
  });
});
