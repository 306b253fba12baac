import {describe, expect, it} from "vitest";
import {lineage} from "../../../../src/report/site/index.js";
import {report, signed} from "../../../support/report.js";
import {byThread} from "./engine.js";
import {expectAnswered} from "./figureQueries.js";
import {expectWalked} from "./figureWalk.js";

describe("every figure of data, rows and records", () => {
  it("names a query that the report's own DuckDB answers, and an entry of the Method page", async (context) => {
    const [item] = await report.store.rows<{row_id: string}>(
      "select min(row_id) as row_id from items where run = $run",
      {run: byThread().id}
    );
    const compared = await expectAnswered(context, [
      "data-sets",
      `merges?run=${byThread().id}`,
      "lineage",
      "history",
      `notebook?run=${byThread().id}`,
      `examples?run=${byThread().id}`,
      `row?run=${byThread().id}&row=${item!.row_id}`,
      "runs",
      `sql?run=${byThread().id}`
    ]);
    expect(compared).toBeGreaterThan(30);
  });
});

describe("every figure of classes, races, findings and trainings", () => {
  it("names a query that the report's own DuckDB answers, and an entry of the Method page", async (context) => {
    const tickets = (await report.store.versions("tickets")).at(-1)!;
    const trained = (await lineage(report.store)).nodes.find(({name}) => name === "answers-lora");
    const compared = await expectAnswered(context, [
      `comparison?run=${report.run("intent-clear").id}`,
      `comparison?run=${report.run("judged").id}&scorer=judge`,
      `data-sets?dataset=tickets@${tickets.id.slice(0, 12)}`,
      `lineage?record=${encodeURIComponent(trained!.id)}`,
      `?run=${report.run("raced").id}`,
      `differences?run=${report.run("raced").id}`
    ]);
    expect(compared).toBeGreaterThan(50);
  });
});

describe("a figure of differences", () => {
  it("draws the numbers that its query gives, read out value by value by the arrow keys", (context) =>
    expectWalked(context, {
      path: `differences?run=${byThread().id}`,
      label: /^Paired differences of/,
      written: signed,
      column: 2
    }));
});
