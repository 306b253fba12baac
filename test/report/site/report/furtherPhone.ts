import {describe, it} from "vitest";
import {report} from "../../../support/report.js";
import {byThread} from "./engine.js";
import {expectUpright} from "./sideways.js";

describe("on a phone", () => {
  it("nothing scrolls sideways on the other pages either", (context) =>
    expectUpright(context, [
      `differences?run=${byThread().id}`,
      `comparison?run=${report.run("intent-clear").id}`,
      `judges?run=${report.run("judged").id}`,
      "runs",
      "races",
      "distillation",
      "lineage"
    ]));
});
