import {describe, expect, it} from "vitest";
import {cells, open, report} from "../../../support/report.js";
import {byThread} from "./engine.js";
import {expectUpright} from "./sideways.js";

const PHONE = {width: 390};

describe("on a phone", () => {
  it("nothing scrolls sideways but drawings of descent", async (context) => {
    const hostile = report.run("hostile").id;
    const [hashed] = await report.store.rows<{row_id: string}>(
      "select row_id from items where run = $run and row_id like 'link-%' limit 1",
      {run: hostile}
    );
    await expectUpright(context, [
      `row?run=${hostile}&row=${hashed!.row_id}`,
      `?run=${byThread().id}`,
      `comparison?run=${byThread().id}`,
      "splits",
      "data-sets",
      `merges?run=${byThread().id}`
    ]);
  });

  it("names the largest confusions as cards, and folds the matrix", async (context) => {
    const {page} = await open(context, `comparison?run=${byThread().id}&first=base`, PHONE);
    const title = "Largest confusions of base";
    await page.getByRole("region", {name: title}).waitFor();
    const counted = await report.store.rows<{expected: string; answered: string; n: number}>(
      `select details::json ->> 'expected' as expected, details::json ->> 'predicted' as answered, count(*)::int as n
       from scores where run = $run and candidate = 'base' and scorer = 'right queue' and value = 0 group by all`,
      {run: byThread().id}
    );
    const shown = await cells(page, title);
    const sizes = counted.map(({n}) => n).sort((a, b) => b - a);
    expect(shown.map((line) => Number(line[2]))).toEqual(sizes.slice(0, 8));
    const matrix = page.getByRole("region", {name: "Answers of base by class"});
    expect(await matrix.isVisible()).toBe(false);
    await page.getByText("Every class by every answer").click();
    expect(await matrix.isVisible()).toBe(true);
    await page.close();
  });

  it("shows one slice of the heatmap, that which is chosen", async (context) => {
    const {page} = await open(context, `differences?run=${byThread().id}&column=length%3Dshort`, PHONE);
    const region = page.getByRole("region", {name: /^Differences from .* slices$/});
    expect(await region.locator("thead th:visible").allInnerTexts()).toEqual([
      "candidate",
      expect.stringMatching(/^short/)
    ]);
    await page.getByLabel("Slice", {exact: true}).selectOption({label: "long"});
    await expect
      .poll(() => region.locator("thead th.number:visible").allInnerTexts())
      .toEqual([expect.stringMatching(/^long/)]);
    expect(page.url()).toContain("column=length%3Dlong");
    await page.close();
  });

  it("keeps the note of a figure that was touched, and takes it away when something else is", async (context) => {
    const {page} = await open(context, `comparison?run=${byThread().id}`, PHONE);
    await page.getByText("Class by class").click();
    const region = page.getByRole("region", {name: /^Classes of/});
    const cell = region.locator("td.number").nth(2);
    await cell.scrollIntoViewIfNeeded();
    const at = await cell.boundingBox();
    const client = await page.context().newCDPSession(page);
    const touch = async (x: number, y: number) => {
      await client.send("Input.dispatchTouchEvent", {type: "touchStart", touchPoints: [{x, y}]});
      await client.send("Input.dispatchTouchEvent", {type: "touchEnd", touchPoints: []});
    };
    await touch(at!.x + at!.width / 2, at!.y + at!.height / 2);
    await page.locator(".figure-note", {hasText: "Precision: "}).waitFor();
    await touch(200, 5);
    await page.locator(".figure-note").waitFor({state: "detached"});
    await page.close();
  });
});
