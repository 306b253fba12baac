import {describe, it} from "vitest";
import {report} from "../../../support/report.js";
import {byThread} from "./engine.js";
import {expectKept, expectNoticed} from "./inputState.js";

describe("the state of every input", () => {
  it("stands in the address of every other page: reload keeps it, and Back brings it back", (context) =>
    expectKept(context, [
      ...["candidates", "differences", "examples", "comparison"].map(
        (name) => `${name}?run=${byThread().id}`
      ),
      `comparison?run=${report.run("intent-clear").id}`,
      `comparison?run=${report.run("judged").id}`,
      `judges?run=${report.run("judged").id}`,
      "races",
      "distillation",
      "data-sets",
      "splits",
      "lineage",
      "runs"
    ]));
});

describe("an address that asks for what is not in the report", () => {
  it("gets a notice on every other page", (context) => {
    const own = `run=${byThread().id}`;
    return expectNoticed(context, [
      ["data-sets?dataset=gone", "Dataset and version"],
      ["splits?dataset=gone", "Dataset and version"],
      ["history?history=gone", "Eval and split"],
      ["history?candidate=gone", "Candidate"],
      ["distillation?distillation=gone", "Distillation"],
      ["distillation?student=gone", "Student"],
      ["runs?run=gone", "Run"],
      [`candidates?${own}&slice=gone`, "Rows"],
      [`differences?${own}&reference=gone`, "Measured against"],
      [`examples?${own}&sort=gone`, "Sorted by"],
      [`judges?run=${report.run("judged").id}&judge=gone`, "Judge"]
    ]);
  });
});
