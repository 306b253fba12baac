import {describe, it} from "vitest";
import {report} from "../../support/report.js";
import {byThread} from "./engine.js";
import {expectKept} from "./inputState.js";

describe("the state of every input", () => {
  it("stands in the address of every other page: reload keeps it, and Back brings it back", (context) =>
    expectKept(context, [
      ...["candidates", "examples", "comparison"].map((name) => `${name}?run=${byThread().id}`),
      `comparison?run=${report.run("intent-clear").id}`,
      "data-sets",
      "splits",
      "lineage",
      "runs"
    ]));
});
