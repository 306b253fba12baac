import {describe, expect, it} from "vitest";
import {lineage} from "../../../src/site/index.js";
import {report} from "../../support/report.js";
import {expectAnswered} from "./figureQueries.js";

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
