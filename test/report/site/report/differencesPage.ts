import {describe, expect, it} from "vitest";
import {scoreTable, sliceTable} from "../../../../src/evals/decisions/index.js";
import {holm, pairedDifference} from "../../../../src/base/stats/index.js";
import {cells, open, percent, pText, report, signed, signedRange} from "../../../support/report.js";

describe("the page of differences", () => {
  it("shows of a race the two means that a difference is of, and names no groups where rows have none", async (context) => {
    const {verdict, id} = report.run("raced");
    const {page} = await open(context, `differences?run=${id}`);
    await page.getByText("A difference is that of the two means beside it").waitFor();
    await page.getByText("The same in numbers", {exact: true}).click();
    const notes = await page
      .getByRole("region", {name: "Paired differences"})
      .locator("tbody small")
      .allInnerTexts();
    const pairs = verdict.comparisons.filter(({meanA}) => meanA !== undefined);
    expect(pairs.length).toBeGreaterThan(0);
    expect(notes).toEqual(pairs.map(({meanA, meanB}) => `${percent(meanB)} against ${percent(meanA)}`));
    await page.close();
  });

  it("corrects what it shows for a candidate that is not the best by Holm", async (context) => {
    const view = report.run("priced");
    const table = await scoreTable(report.store, view.id, "correct");
    const values = (name: string) => table.values[table.candidates.indexOf(name)]!;
    const others = table.candidates.filter((name) => name !== "small");
    const found = others.map((name) => pairedDifference(values(name), values("small"))!);
    const adjusted = holm(found.map(({p}) => p));
    const {page} = await open(context, `differences?run=${view.id}`);
    await page.getByLabel("Measured against").selectOption({label: "small (baseline)"});
    await page.getByRole("heading", {name: "The others against small"}).waitFor();
    await page.getByText("p values are corrected (Holm) for the 2 comparisons shown.").waitFor();
    await page.getByText("The same in numbers", {exact: true}).click();
    const shown = await cells(page, "Paired differences");
    expect(shown.map((row) => row.slice(0, 6)).sort()).toEqual(
      others
        .map((name, i) => [
          name,
          signed(found[i]!.estimate),
          signedRange(found[i]!.low, found[i]!.high),
          String(found[i]!.n),
          pText(found[i]!.p),
          pText(adjusted[i])
        ])
        .sort()
    );
    expect(shown.map((row) => row[6])).toEqual(["▲ better", "▲ better"]);
    await page.close();
  });

  it("draws the engine's slice table: n, scores, differences, shrunk and corrected", async (context) => {
    const view = report.run("priced");
    const table = await scoreTable(report.store, view.id, "correct");
    const kinds = await report.store.rows<{row_id: string; kind: string}>(
      "select row_id, slices::json ->> 'kind' as kind from items where run = $run",
      {run: view.id}
    );
    const kindOf = new Map(kinds.map(({row_id, kind}) => [row_id, kind]));
    const best = view.verdict.best!;
    const slices = sliceTable(table, [{name: "kind", values: table.rowIds.map((id) => kindOf.get(id))}], {
      reference: best
    });
    const {page} = await open(context, `differences?run=${view.id}`);
    const map = await cells(page, /^Differences from/);
    const order = view.verdict.summaries.map(({candidate}) => candidate);
    expect(map.map((row) => [row[0], ...row.slice(1).map((text) => text.replace(/^[▲▼] /, ""))])).toEqual(
      order.map((name) => [
        name,
        ...slices.rows.map(({cells: all}) => {
          const cell = all.find(({candidate}) => candidate === name)!;
          return name === best ? (100 * cell.mean!).toFixed(1) : signed(cell.difference!.estimate);
        })
      ])
    );
    const arrows = slices.rows
      .flatMap(({cells: all}) => all)
      .filter(({difference}) => (difference?.adjustedP ?? 1) < 0.05);
    expect(map.flat().filter((text) => /^[▲▼]/.test(text))).toHaveLength(arrows.length);
    expect(arrows.length).toBeGreaterThan(0);
    await page.getByLabel("Cells show").selectOption({label: "Score"});
    expect((await cells(page, /^Scores of/)).map((row) => row.slice(1))).toEqual(
      order.map((name) =>
        slices.rows.map(({cells: all}) =>
          (100 * all.find(({candidate}) => candidate === name)!.mean!).toFixed(1)
        )
      )
    );
    await page.getByLabel("Candidate", {exact: true}).selectOption({label: "small"});
    await page.getByText("Table, with estimates shrunk towards the mean over slices").click();
    expect(
      (await cells(page, /^small against/)).map((row) => [row[0], row[1], row[4], row[5], row[6], row[7]])
    ).toEqual(
      slices.rows.map((row) => {
        const {difference} = row.cells.find(({candidate}) => candidate === "small")!;
        return [
          `kind ${row.value}`,
          String(difference!.rows),
          signed(difference!.estimate),
          signedRange(difference!.low, difference!.high),
          signed(difference!.shrunk?.estimate),
          pText(difference!.adjustedP)
        ];
      })
    );
    await page.close();
  });
});
